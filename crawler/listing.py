"""What a section page, a feed or a sitemap brings: the articles it names, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from crawler.page.entries import Entry


@dataclass(slots=True)
class Listing:
    """``entries`` in the order of the page, and the address of the ``following`` page, None on the last.

    ``may_be_empty``: no entry here is no fault, as on an index that only names other lists; the following
    page is asked for all the same. ``turned_by`` is the script that alone could turn the page, '' for none.
    ``fell_back``: the portal's own rule found no entries, the generic reader did.
    """

    entries: list[Entry] = field(default_factory=list)
    following: str | None = None
    may_be_empty: bool = False
    turned_by: str = ""
    fell_back: bool = False


def joined(base: str, address: str) -> str:
    """Return ``address`` as an absolute http address, '' for one that is none: feeds name anything."""
    try:
        url = urljoin(base, address.strip())
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if address.strip() and parts.scheme in {"http", "https"} and parts.hostname else ""
