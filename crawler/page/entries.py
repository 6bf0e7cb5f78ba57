"""The entries of a section page, found without a selector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.page.document import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a section page names: absolute ``url``, whole ``title``, ``date_text`` as displayed."""

    url: str
    title: str
    date_text: str


def entries(page: Page) -> list[Entry]:
    """Return the entries of a section page in the order of the page."""
    return []
