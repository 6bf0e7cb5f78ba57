"""Tables of data, told from tables that only lay a page out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Stands behind every cell while a row's text is collected.
CELL = "\x1f"

MIN_ROWS = 2
MIN_CELLS_A_ROW = 1.5
MAX_CELL_CHARS = 600
MAX_MEAN_CHARS = 80
MAX_LINK_SHARE = 0.5
TEXT_SHARE = 0.5  # of a table's characters in one cell of paragraphs: a text in a frame of its labels
TEXT_PARAGRAPHS = 3
TEXT_CHARS = 100  # of such a cell at least; shorter ones are remarks in a table
_LAYOUT_INSIDE = ("table", "form", "ul", "h1", "h2", "h3", "script", "iframe")
_SPACE = re.compile(r"\s+")


def is_data(table: HtmlElement) -> bool:
    """Return whether a table holds data: several rows of short cells and no layout inside."""
    if next(table.iterdescendants(*_LAYOUT_INSIDE), None) is not None:
        return False
    rows = cells = total = longest = 0
    for row in table.iter("tr"):
        rows += 1
        for cell in row.iterchildren("td", "th"):
            cells += 1
            length = len("".join("".join(cell.itertext()).split()))
            if length > MAX_CELL_CHARS:
                return False
            total += length
            if length > max(longest, TEXT_CHARS) and _holds_text(cell):
                longest = length
    if longest > TEXT_SHARE * total:
        return False
    if rows < MIN_ROWS or cells < MIN_CELLS_A_ROW * rows or total > MAX_MEAN_CHARS * cells:
        return False
    linked = sum(
        len("".join("".join(link.itertext()).split())) for link in table.iter("a") if link.get("href")
    )
    return linked <= MAX_LINK_SHARE * total


def _holds_text(cell: HtmlElement) -> bool:
    """Whether a cell holds several paragraphs."""
    return sum(1 for _ in cell.iterdescendants("p", "div", "br")) >= TEXT_PARAGRAPHS


def row_text(collected: str) -> str:
    """Return a row's text: its cells joined with tabs, without the empty ones at the ends."""
    return "\t".join(_SPACE.sub(" ", cell).strip() for cell in collected.split(CELL)).strip("\t")
