"""Labelled values that a page displays anywhere, for articles whose own lines do not tell them.

Index tables of authorities' papers (公开日期：) stand far from the headline, and an editor's line may come
behind the lists that follow an article.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from crawler.page.blocks import lines
from crawler.page.labels import Labelled, fold, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.page.document import Page

_MAX_LINE = 300
_MAX_VALUE = 24
_MAX_STAMP = 40
_MAX_DISTINCT = {"published": 3, "document_date": 3, "source": 1, "editor": 1, "time": 2}
_NOT_THE_ARTICLE = ("footer", "comment", "nav")
_EDITORS = ("责任编辑", "责编", "本文编辑", "值班编辑", "本文责编")
_DATE = re.compile(r"\W{0,2}(?:(?:19|20)\d\d|\d{3})\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
_SOURCE = re.compile(r"[^\W\d_]{2}")


def read(page: Page) -> dict[str, str]:
    """Return ``published``, ``document_date``, ``source``, ``editor`` with labels, where displayed; ``time``.

    ``time`` is what the first ``<time datetime=…>`` says. A kind that the page shows with too many different
    values is left out: a list of articles labels every entry.
    """
    told: dict[str, dict[str, None]] = {kind: {} for kind in _MAX_DISTINCT}
    aside: dict[str, None] = {}
    for item, value, chrome in _values(page):
        if not _fits(item, value):
            continue
        if chrome != "related":
            told[item.kind].setdefault(f"{item.label}：{value}")
        elif item.kind == "published":
            aside.setdefault(f"{item.label}：{value}")
    told["time"] = dict.fromkeys(_stamps(page))
    if not told["published"] and len(aside) == 1:  # a column beside the article may hold its date
        told["published"] = aside
    return {
        kind: next(iter(values)) for kind, values in told.items() if 0 < len(values) <= _MAX_DISTINCT[kind]
    }


def _stamps(page: Page) -> Iterator[str]:
    """Return what ``<time datetime=…>`` elements say."""
    for element in page.root.iter("time"):
        if stamp := (element.get("datetime") or "").strip():
            yield stamp[:_MAX_STAMP]


def _values(page: Page) -> Iterator[tuple[Labelled, str, str]]:
    """Return every label, its value (the line below where the label ends its own line), the line's role."""
    shown = lines(page)
    for line, following in zip_longest(shown, shown[1:]):
        if line.chrome in _NOT_THE_ARTICLE or line.chars > _MAX_LINE:
            continue
        items = labelled(line.text)
        for item in items:
            value = item.value or line.text[item.end : item.end + _MAX_VALUE].strip()
            if item is items[-1] and not value and following is not None:
                value = following.text[:_MAX_VALUE]
            yield item, value.strip(), line.chrome


def _fits(item: Labelled, value: str) -> bool:
    if item.kind in ("published", "document_date"):
        return _DATE.match(fold(value)) is not None
    if item.kind == "source":
        return bool(item.value) and _SOURCE.match(value) is not None
    return item.kind == "editor" and bool(item.value) and item.label in _EDITORS
