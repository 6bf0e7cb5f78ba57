"""What a feed says about itself, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.alerts.alerted import Alerted

# A tag (RFC 4151) wants a name that its maker holds; the random part behind it is what makes it unique.
TAG = "tag:portalwatch.invalid,2026"
SUFFIXES = ("atom", "rss", "json")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a page of a feed says about itself.

    ``path`` is where it lies among the feeds (``低空``, ``_portals/cnxz``), ``base`` the address of their
    folder with a slash at its end, empty if that is not known; then addresses are relative. ``home`` is a
    page for people. Pages count from 1, the newest entries stand on the first.
    """

    id: str
    title: str
    description: str
    updated: datetime
    path: str
    base: str = ""
    home: str = ""
    page: int = 1
    pages: int = 1

    @staticmethod
    def entry_id(alert: Alerted) -> str:
        """Return the id of an alert's entry; it never changes."""
        return f"{TAG}:alert/{alert.uid}"

    def address(self, suffix: str, page: int | None = None) -> str:
        """Return the address of a page (this one) in the format ``suffix``."""
        wanted = file_name(self.path, suffix, self.page if page is None else page)
        up = "" if self.base else "../" * file_name(self.path, suffix, self.page).count("/")
        return f"{self.base}{up}{quote(wanted)}"

    def neighbours(self, suffix: str) -> dict[str, str]:
        """Return the addresses of other pages by their relations (RFC 5005: first, previous, next, last)."""
        if self.pages == 1:
            return {}
        pages = {"first": 1, "previous": self.page - 1, "next": self.page + 1, "last": self.pages}
        return {
            relation: self.address(suffix, page)
            for relation, page in pages.items()
            if 1 <= page <= self.pages
        }


def file_name(path: str, suffix: str, page: int = 1) -> str:
    """Return the name of a page's file among the feeds: ``低空.atom``, then ``低空/2.atom`` and so on."""
    return f"{path}.{suffix}" if page == 1 else f"{path}/{page}.{suffix}"
