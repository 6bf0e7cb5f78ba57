"""What a visit sees of the sections of a portal, until it is known if all of it could be stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.monitor.rhythm import Stretch


def entries_hash(addresses: Iterable[str]) -> str:
    """Return the hash over the canonical addresses that a list names, in its order."""
    return blake2b("\n".join(addresses).encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class Sighting:
    """One section: what its first page listed, what was new there, and what of that is still open.

    ``dated`` are the displayed dates of all entries of the first page, as far as they were understood.
    """

    hash: str = ""
    dated: list[Stretch] = field(default_factory=list)
    new: dict[str, Stretch | None] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    read: bool = False
    failed: bool = False
    unchanged: bool = False
    lasting: bool = True
    left: bool = False  # the visit was stopped before all of it was seen

    @property
    def settled(self) -> bool:
        """Whether a list that looks the same next time needs no further look."""
        return self.read and self.lasting and not self.failed and not self.open


@dataclass(slots=True)
class Sightings:
    """The sections of a visit, by the addresses that were asked for."""

    sections: dict[str, Sighting] = field(default_factory=dict)

    def of(self, url: str) -> Sighting:
        """Return what was seen of the section at ``url`` so far."""
        return self.sections.setdefault(url, Sighting())

    def settle(self, addresses: Iterable[str], exactly: Stretch | None = None) -> None:
        """Note that articles came to an end that another visit would not change.

        ``exactly`` is when they appeared, where their own pages tell more than the lists.
        """
        for address in addresses:
            for seen in self.sections.values():
                seen.open.discard(address)
                if exactly is not None and address in seen.new:
                    seen.new[address] = exactly
