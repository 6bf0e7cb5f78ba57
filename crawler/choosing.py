"""Which entries of a section page a visit asks for, and whether older ones may still be unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.page.address import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.definition import Window
    from crawler.page.entries import Entry
    from crawler.store.known import Known


@dataclass(slots=True)
class Choosing:
    """What a visit wants: the articles of ``days`` that are not ``known``, all of them if it is ``full``.

    ``interrupted`` is when the first visit began that came to no good end; ``asked`` are the canonical
    addresses that this visit has asked for.
    """

    base: str
    days: Window
    full: bool = False
    known: Known | None = None
    interrupted: datetime | None = None
    asked: set[str] = field(default_factory=set)

    def own(self, found: Iterable[Entry]) -> list[Entry]:
        """Return the entries on this portal: an outward link in a list is somebody else's article."""
        host = _host(self.base)
        return [entry for entry in found if _host(entry.url) == host]

    def choose(self, found: Iterable[Entry]) -> tuple[list[Entry], bool]:
        """Return the entries to fetch, and whether some were unknown before the last good visit."""
        addressed = {canonical_url(entry.url): entry for entry in found}
        known = self.known.among(addressed) if self.known and not self.full else set()
        unknown = {
            address: entry for address, entry in addressed.items() if address not in known | self.asked
        }
        news = bool(unknown) or self._is_left(addressed)
        return [entry for entry in unknown.values() if self.days.may_contain(entry.date_text)], news

    def all_too_old(self, found: Iterable[Entry]) -> bool:
        """Return whether all entries are from before the days that are wanted."""
        return all(self.days.is_before(entry.date_text) for entry in found)

    def _is_left(self, addresses: Iterable[str]) -> bool:
        """Whether one was stored by a visit that was cut short: others, further down, may not have been."""
        if self.known is None or self.interrupted is None:
            return False
        return self.known.any_since(addresses, self.interrupted)


def _host(url: str) -> str:
    return canonical_url(url).split("/")[2]
