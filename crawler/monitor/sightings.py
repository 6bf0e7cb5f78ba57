"""What a visit sees of the sections of a portal, until it is known if all of it could be stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.monitor.rhythm import Stretch


def entries_hash(addresses: Iterable[str]) -> str:
    """Return the hash over the canonical addresses that a list names, in its order."""
    return blake2b("\n".join(addresses).encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class Sighting:
    """One section: what its first page listed, what was new there, and what of that is still open.

    ``dated`` are the displayed dates of all entries of the first page, as far as they were understood.
    ``listed`` are all entries that were unknown, also those that another section had been asked for;
    ``deep`` are those of them on further pages, ``broken_off`` tells that such a page could not be read.
    """

    hash: str = ""
    dated: list[Stretch] = field(default_factory=list)
    new: dict[str, Stretch | None] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    deep: set[str] = field(default_factory=set)
    broken_off: bool = False
    read: bool = False
    failed: bool = False
    unchanged: bool = False
    lasting: bool = True
    left: bool = False  # the visit was stopped before all of it was seen

    @property
    def settled(self) -> bool:
        """Whether a list that looks the same next time needs no further look."""
        return self.read and self.lasting and not self.failed and not self.open

    @property
    def lacks_deep(self) -> bool:
        """Whether something is missing that the first page would not lead to once all on it is known."""
        return self.broken_off or not self.deep.isdisjoint(self.open)


@dataclass(slots=True)
class Sightings:
    """The sections of a visit that was ``begun`` then, by the addresses that were asked for.

    ``settled`` are the articles that came to an end.
    """

    sections: dict[str, Sighting] = field(default_factory=dict)
    begun: datetime | None = None
    settled: set[str] = field(default_factory=set)

    def of(self, url: str) -> Sighting:
        """Return what was seen of the section at ``url`` so far."""
        return self.sections.setdefault(url, Sighting())

    def list(self, seen: Sighting, addresses: Iterable[str], number: int) -> None:
        """Note the unknown articles on page ``number`` of a section, whichever section asks for them."""
        found = set(addresses)
        seen.listed |= found
        seen.open |= found - self.settled
        if number > 1:
            seen.deep |= found

    def settle(self, addresses: Iterable[str], exactly: Stretch | None = None) -> None:
        """Note that articles came to an end that another visit would not change.

        ``exactly`` is when they appeared, where their own pages tell more than the lists.
        """
        for address in addresses:
            self.settled.add(address)
            for seen in self.sections.values():
                seen.open.discard(address)
                if exactly is not None and address in seen.new:
                    seen.new[address] = exactly
