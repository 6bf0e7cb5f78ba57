"""Labelled values that a page displays anywhere, for articles whose own lines do not tell them.

Index tables of authorities' papers (公开日期：) stand far from the headline, and an editor's line may come
behind the lists that follow an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from crawler.page import roles
from crawler.page.blocks import lines
from crawler.page.labels import Labelled, fold, is_label, labelled
from crawler.page.walk import is_hidden, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.page.document import Page
    from crawler.page.layout import Line

_MAX_LINE = 300
_SHORTEST_LABEL, _LONGEST_LABEL = 4, 8
_MAX_VALUE = 24
_MAX_STAMP = 40
_MAX_DISTINCT = {"published": 3, "document_date": 3, "source": 1, "editor": 1, "time": 2}
_NOT_THE_ARTICLE = ("footer", "comment", "nav")
_EDITORS = ("责任编辑", "责编", "本文编辑", "值班编辑", "本文责编")
# How these stand in a page's source: spread for looks, or with elements between the characters.
_APART = r"(?:[\s\u3000]|&[a-z]{2,8};|<[^<>]{0,80}>){0,8}"
_EDITOR_WRITTEN = re.compile(
    f"(?:[责責]{_APART}(?:任{_APART})?|本{_APART}文{_APART}|值{_APART}班{_APART})[编編]"
)
_LONGEST_WRITTEN = 3 + 2 * 8 * 82  # two gaps of eight elements
_DATE = re.compile(r"\W{0,2}(?:(?:19|20)\d\d|\d{3})\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
_SOURCE = re.compile(r"[^\W\d_]{2}")


# Every label of an editor has this character, whichever the script.
_SIMPLIFIED, _TRADITIONAL = "编", "編"
_IN_SIMPLIFIED = etree.XPath(f'/descendant::text()[contains(., "{_SIMPLIFIED}")]')
_IN_BOTH = etree.XPath(f'/descendant::text()[contains(., "{_SIMPLIFIED}") or contains(., "{_TRADITIONAL}")]')
_WHOLE = ("table", "pre")  # what is read as a whole, since its rows or line feeds make the lines


@dataclass(slots=True)
class Told:
    """What ``read`` returns for ``page``, read when asked for: most spiders find it themselves."""

    page: Page
    _read: dict[str, str] | None = field(default=None, repr=False)

    def get(self, kind: str) -> str:
        """Return what the page tells of a ``kind``, empty for nothing. Raises ``PageError``."""
        if self._read is None and kind == "editor":
            found = _editor(self.page)
            if found is not None:
                return found
        if self._read is None:
            self._read = read(self.page)
        return self._read.get(kind, "")


def _editor(page: Page) -> str | None:
    """Return what ``read`` says of the editor, by the few elements that can; None where those do not tell."""
    found: dict[str, None] = {}
    for start in {_start(text): None for text in _of_editors(page)}:
        role = "" if start is None else _role(start)
        if start is None or role is None:
            continue
        for line in walk(start).lines:
            chrome = line.chrome or role
            if chrome == "comment" or (line.table is None and is_label(line.text)):
                return None
            if chrome in _NOT_THE_ARTICLE or chrome == "related" or line.chars > _MAX_LINE:
                continue
            for item in labelled(line.text):
                if item.kind == "editor" and _fits(item, item.value.strip()):
                    found.setdefault(f"{item.label}：{item.value.strip()}")
    return next(iter(found)) if len(found) == _MAX_DISTINCT["editor"] else ""


def _of_editors(page: Page) -> list[etree._ElementUnicodeResult]:
    """Return the texts that may name an editor; the page's source tells quickly where there are none."""
    source = page.source
    path = _IN_BOTH
    if source and "&#" not in source:  # a character may be written as its number
        if not _names_editor(source):
            return []
        path = _IN_BOTH if _TRADITIONAL in source else _IN_SIMPLIFIED
    found: Any = path(page.root)
    return found  # type: ignore[no-any-return]  # the stubs know no result of an XPath


def _names_editor(source: str) -> bool:
    """Whether ``_EDITOR_WRITTEN`` matches in a source; most that name an editor write it plainly."""
    if _EDITORS[0] in source:
        return True
    for last in (_SIMPLIFIED, _TRADITIONAL):  # the last character is found much faster than the first ones
        at = source.find(last)
        while at >= 0:
            if _EDITOR_WRITTEN.search(source, max(at - _LONGEST_WRITTEN, 0), at + 1):
                return True
            at = source.find(last, at + 1)
    return False


def _start(text: etree._ElementUnicodeResult) -> HtmlElement | None:
    """Return the element whose lines hold a text: the block around it, or the table that this is in."""
    element = text.getparent()
    node = element.getparent() if element is not None and text.is_tail else element
    start: etree._Element | None = None
    while node is not None:
        tag = str(node.tag)
        if (start is None and tag not in roles.INLINE) or tag in _WHOLE:
            start = node
        node = node.getparent()
    return cast("HtmlElement | None", start)


def _role(start: HtmlElement) -> str | None:
    """Return the role of the nearest element around ``start`` that tells one; None for what is not shown."""
    role = ""
    for node in (start, *start.iterancestors()):
        tag = str(node.tag)
        if tag in roles.UNSEEN or is_hidden(node):
            return None
        if not role and node is not start and tag not in roles.INLINE:
            names = f"{node.get('class', '')} {node.get('id', '')}"
            role = roles.TAGS.get(tag, "") or roles.role_of(names)
    return role


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


def stamp(page: Page) -> str:
    """Return what the first ``<time datetime=…>`` says, empty where there is none or too many differ."""
    found = dict.fromkeys(_stamps(page))
    return next(iter(found)) if 0 < len(found) <= _MAX_DISTINCT["time"] else ""


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
        if not items and following is not None and _are_cells(line, following):
            items = labelled(f"{line.text.strip()}：{following.text}")
        for item in items:
            value = item.value or line.text[item.end : item.end + _MAX_VALUE].strip()
            if item is items[-1] and not value and following is not None:
                value = following.text[:_MAX_VALUE]
            yield item, value.strip(), line.chrome


def _are_cells(label: Line, value: Line) -> bool:
    """Return whether two lines are a label without a colon and its value, each in a cell of its own."""
    named = _SHORTEST_LABEL <= label.chars <= _LONGEST_LABEL and is_label(label.text)
    return named and value.chars <= _MAX_VALUE and not is_label(value.text)


def _fits(item: Labelled, value: str) -> bool:
    if item.kind in ("published", "document_date"):
        return _DATE.match(fold(value)) is not None
    if item.kind == "source":
        return bool(item.value) and _SOURCE.match(value) is not None
    return item.kind == "editor" and bool(item.value) and item.label in _EDITORS
