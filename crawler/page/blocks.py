"""The displayed lines of a page, and the blocks that they make up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.items import Block
from crawler.page import worth
from crawler.page.document import PageError
from crawler.page.layout import Layout, Line
from crawler.page.places import Places
from crawler.page.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

MAX_LINES = 20_000
MAX_SHOWN = 1_000_000  # characters

__all__ = ["MAX_LINES", "Layout", "Line", "layout", "lines", "to_blocks"]


def lines(page: Page) -> list[Line]:
    """Return the page's displayed lines in document order, computed once a page."""
    return layout(page).lines


def layout(page: Page) -> Layout:
    """Return the page's lines, marks and pictures, computed once a page.

    Raises ``PageError`` for a page that shows more than ``MAX_LINES`` lines or ``MAX_SHOWN`` characters: no
    article is that long, and what comes after reading looks at every one of them several times.
    """
    found = page.cache.get("layout")
    if not isinstance(found, Layout):
        found = page.cache["layout"] = walk(page.root)
        _trust_replies(found.lines)
    refuse_long(len(found.lines), sum(line.chars for line in found.lines), page.url)
    return found


def _trust_replies(found: Sequence[Line]) -> None:
    """Take an authority's answer to a letter for text, though it is named like a reader's comment."""
    if any(line.chrome == "comment" and worth.is_reply(line) for line in found):
        for line in found:
            if line.chrome == "comment":
                line.chrome = ""


def refuse_long(lines: int, chars: int, url: str) -> None:
    """Raise ``PageError`` for more than ``MAX_LINES`` lines or ``MAX_SHOWN`` characters."""
    for what, number, limit in (("lines", lines, MAX_LINES), ("characters", chars, MAX_SHOWN)):
        if number > limit:
            reason = f"the page displays {number:,} {what}, more than the limit of {limit:,}"
            raise PageError(url, reason, "too-large")


def to_blocks(chosen: Sequence[Line]) -> list[Block]:
    """Return the blocks of some lines: rows of one data table become one block, every other line is one."""
    found: list[Block] = []
    previous: HtmlElement | None = None
    places = Places()
    for group in _by_table(chosen):
        first = group[0]
        chars, linked = sum(line.chars for line in group), sum(line.link_chars for line in group)
        text = "\n".join(line.text for line in group)
        place = places.of(first.element if first.table is None else first.table)
        if first.table is not None and first.table is previous:
            found[-1].text += "\n" + text
            continue
        previous = first.table
        found.append(Block(text, first.kind, linked / chars if chars else 0.0, place))
    return found


def _by_table(chosen: Iterable[Line]) -> Iterable[list[Line]]:
    group: list[Line] = []
    for line in chosen:
        if group and (line.table is None or line.table is not group[-1].table):
            yield group
            group = []
        group.append(line)
    if group:
        yield group
