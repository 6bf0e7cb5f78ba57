"""The displayed lines of a page, and the blocks that they make up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.items import Block
from crawler.page.walk import Layout, Line, place_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

__all__ = ["Layout", "Line", "layout", "lines", "place_of", "to_blocks"]


def lines(page: Page) -> list[Line]:
    """Return the page's displayed lines in document order, computed once a page."""
    return layout(page).lines


def layout(page: Page) -> Layout:
    """Return the page's lines, marks and pictures, computed once a page."""
    found = page.cache.get("layout")
    if not isinstance(found, Layout):
        found = page.cache["layout"] = walk(page.root)
    return found


def to_blocks(chosen: Sequence[Line]) -> list[Block]:
    """Return the blocks of some lines: rows of one data table become one block, every other line is one."""
    found: list[Block] = []
    previous: HtmlElement | None = None
    for group in _by_table(chosen):
        first = group[0]
        chars, linked = sum(line.chars for line in group), sum(line.link_chars for line in group)
        text = "\n".join(line.text for line in group)
        place = place_of(first.element if first.table is None else first.table)
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
