"""Which addresses of a section page lead on: not in a circle, not without end, not ever deeper. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.page.address import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.page.entries import Entry

REPEATS = 4
"""So often in a row no real path holds the same folders; a relative link that is missing its root does."""


@dataclass(slots=True)
class Turning:
    """The list pages that a visit has ``asked`` for: at most ``pages`` of a section, none twice.

    An address has at most ``longest`` characters.
    """

    pages: int = 200
    longest: int = 1000
    asked: dict[str, set[str]] = field(default_factory=dict)

    def begin(self, section: str, url: str) -> None:
        """Note where the first page of a section is."""
        self.asked[section] = {canonical_url(url)}

    def ends(self, section: str, url: str, number: int) -> str | None:
        """Return why page ``number`` of a section at ``url`` is not to be asked for, None if it is.

        It is '' where that is no fault: last pages link back, and with ``pages`` 1 nothing is to be turned.
        """
        asked = self.asked.setdefault(section, set())
        address = canonical_url(url)
        if address in asked or self.pages == 1:
            return ""
        if number > self.pages:
            return f"more than {self.pages} list pages; what they name further down is not asked for"
        if fault := self.fault(url):
            return f"the next page is not asked for: {fault}"
        asked.add(address)
        return None

    def fault(self, url: str) -> str:
        """Return what is wrong with an address, '' if nothing is."""
        if len(url) > self.longest:
            return f"its address has {len(url)} characters"
        return "its path repeats itself" if repeats(url) else ""

    def sorted_out(self, entries: Iterable[Entry]) -> tuple[list[Entry], list[tuple[Entry, str]]]:
        """Return the entries that may be asked for, and the others with what is wrong with each."""
        faults = [(entry, self.fault(entry.url)) for entry in entries]
        return [entry for entry, fault in faults if not fault], [one for one in faults if one[1]]


def repeats(url: str) -> bool:
    """Return whether a path goes through the same folders ``REPEATS`` times in a row; numbers alone may."""
    steps = urlsplit(url).path.strip("/").split("/")
    if len(steps) - len(set(steps)) < REPEATS - 1:
        return False
    for length in range(1, len(steps) // REPEATS + 1):
        for start in range(len(steps) - length * REPEATS + 1):
            run = steps[start : start + length]
            if steps[start : start + length * REPEATS] == run * REPEATS and not "".join(run).isdecimal():
                return True
    return False
