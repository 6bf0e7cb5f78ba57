"""Tables as commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDE = 160
"""Columns of a table that does not go to a terminal."""


def show(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; no cell is taken for markup."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console()
    (console if console.is_terminal else Console(width=WIDE)).print(table)
