"""Which entries of a section page a visit asks for, and whether older ones may still be unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.page.address import canonical_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from crawler.definition import Window
    from crawler.page.entries import Entry
    from crawler.store.known import Known


LED = timedelta(days=1)
"""After so long an address that led to an article of another address is asked for again."""
FEW = 0.25
"""A larger share of a page that led to no articles was not read for a while: more of it may stand behind."""


@dataclass(slots=True)
class Choosing:
    """What a visit wants: the articles of ``days`` that are not ``known``, all of them if it is ``full``.

    ``interrupted`` is when the first visit began that came to no good end, ``lacking`` when the first visit
    to a section began that missed something on its further pages; ``asked`` are the canonical addresses that
    this visit has asked for.
    """

    base: str
    days: Window
    full: bool = False
    known: Known | None = None
    interrupted: datetime | None = None
    lacking: dict[str, datetime] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def own(self, found: Iterable[Entry]) -> list[Entry]:
        """Return the entries on this portal: an outward link in a list is somebody else's article."""
        host = _host(self.base)
        return [entry for entry in found if _host(entry.url) == host]

    def choose(
        self, found: Iterable[Entry], section: str, listed: Collection[str], at: datetime
    ) -> tuple[dict[str, Entry], bool]:
        """Return the unknown entries by address, and whether some were unknown before the last good visit.

        ``listed`` are those that former pages of the ``section`` (its address) named. What another section
        has asked for is among them: that a first page repeats another's tells nothing of what is behind it.
        ``at`` is now, aware.
        """
        addressed = {canonical_url(entry.url): entry for entry in found}
        known = self.known.among(addressed) if self.known and not self.full else set()
        unknown = {
            address: entry
            for address, entry in addressed.items()
            if address not in known and address not in listed
        }
        # What led to no article, or to one of another address, would lead on through all pages each time.
        ended = self.known.ended(unknown) if self.known and unknown and not self.full else {}
        broken = sum(led is None for led in ended.values()) > FEW * len(addressed)
        news = len(ended) < len(unknown) or broken or self._is_left(addressed, section)
        unknown = {address: entry for address, entry in unknown.items() if _is_due(ended.get(address), at)}
        wanted = {
            address: entry for address, entry in unknown.items() if self.days.may_contain(entry.date_text)
        }
        return wanted, news

    def all_too_old(self, found: Iterable[Entry]) -> bool:
        """Return whether all entries are from before the days that are wanted."""
        return all(self.days.is_before(entry.date_text) for entry in found)

    def _is_left(self, addresses: Iterable[str], section: str) -> bool:
        """Whether one was stored by a visit that was cut short: others, further down, may not have been."""
        moments = [one for one in (self.interrupted, self.lacking.get(section)) if one is not None]
        return bool(moments) and self.known is not None and self.known.any_since(addresses, min(moments))


def _host(url: str) -> str:
    return canonical_url(url).split("/")[2]


def _is_due(led: datetime | None, at: datetime) -> bool:
    """Whether an address is asked for that led to another article then: it may lead elsewhere by now."""
    return led is None or not timedelta(0) <= at - led < LED
