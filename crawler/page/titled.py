"""Whether a line is marked as a headline: by its element, or by class and id names."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.page.layout import Line

_TITLE_CLASS = re.compile(r"(?<![a-z])(?:title|tit|headline|biaoti|bt|art-?title|subject|heading)(?![a-z])")
_NOT_A_TITLE_CLASS = re.compile(r"sub-?title|list-?title|more|col-?title|site")
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def heads(line: Line) -> bool:
    """Return whether a line stands in a heading, or in an element that is named a title."""
    return line.heading > 0 or named_worth(line) > 0


def named_worth(line: Line) -> float:
    """Return what class and id of the line's element and of the one around it are worth for a headline."""
    if line.element.tag == "caption":
        return 1.5
    parent = line.element.getparent()
    joined = _names_of(line.element)
    if parent is not None and (names := _names_of(parent)) and not _has_many(parent):
        joined = f"{joined} {names}"
    return _worth(joined) if joined else 0.0


def _names_of(element: HtmlElement) -> str:
    """Return class and id names, empty for none, as of most elements."""
    names = element.keys()
    return f"{element.get('class', '')} {element.get('id', '')}" if names else ""


def _has_many(parent: HtmlElement) -> bool:
    """Whether an element has more than three children; lxml counts all of them for ``len``."""
    return next(islice(parent.iterchildren(), 3, None), None) is not None


@lru_cache(maxsize=4096)
def _worth(names: str) -> float:
    words = _SEAM.sub("-", names).lower()
    if not _TITLE_CLASS.search(words):
        return 0.0
    return 0.5 if _NOT_A_TITLE_CLASS.search(words) else 1.5
