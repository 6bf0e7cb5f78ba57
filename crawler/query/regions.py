"""Provinces, cities and counties: finding one by its name, and the names by which texts call it.

The table has the administrative codes of GB/T 2260, two digits each for province, city and county, so that
a place lies in another one if its code begins with the other's. ``bench/build_regions.py`` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crawler.text.canonical import canonical

STATE = "自治州"
PROVINCE = 2
"""The digits of a province's code."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the table; ``clear`` says that its short name means nothing else."""

    code: str  # without the zeros of the levels below
    name: str
    short: str
    clear: bool

    @property
    def called(self) -> tuple[str, ...]:
        """What texts call it, where they can mean nothing else."""
        also = [f"{self.short}州"] if self.name.endswith(STATE) else []
        return (self.name, *also, *([self.short] if self.clear else []))


def find(name: str) -> list[Place]:
    """Return the places that ``name`` (any script) means, the largest first; several for one that many bear.

    With the places above it in front (江苏省徐州市, 徐州沛县), it is only the one that lies there.
    """
    wanted = canonical(name).lower()
    named = _named()
    if wanted in named:
        return named[wanted]
    for cut in range(2, len(wanted) - 1):
        above, below = named.get(wanted[:cut], ()), find(wanted[cut:])
        inside = [one for one in below for over in above if one.code.startswith(over.code)]
        if inside:
            return inside
    return []


def asked(places: list[Place], name: str) -> tuple[str, ...]:
    """Return the words that mean ``places`` only because somebody asks for them by ``name``: 东方, 鼓楼."""
    short = places[0].short
    one = all(place.code.startswith(places[0].code) for place in places)
    wanted = dict.fromkeys(
        [*([short] if one else []), *(place.short for place in places if place.short == name)]
    )
    return tuple(word for word in wanted if word not in _callers())


def bearers(name: str) -> list[Place]:
    """Return the places that have the very name ``name`` (canonical, lower case), the largest first."""
    return _named().get(name, [])


def calling(name: str) -> list[Place]:
    """Return the places that texts call ``name``; of a province and a place below it the province."""
    found = _callers().get(name, [])
    return [place for place in found if len(place.code) == PROVINCE] or found


def words() -> list[str]:
    """Return all that texts call places."""
    return list(_callers())


def code(name: str) -> str:
    """Return the code of the one place that ``name`` means, empty for none or several that lie apart."""
    found = find(name)
    return found[0].code if found and all(one.code.startswith(found[0].code) for one in found) else ""


@cache
def _table() -> tuple[Place, ...]:
    text = files("crawler.query").joinpath("data/regions.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return tuple(
        Place(digits.removesuffix("00").removesuffix("00"), name, short, clear == "1")
        for digits, name, short, clear in rows
    )


@cache
def _named() -> dict[str, list[Place]]:
    """Return the places by every name that a person may give them, the largest first."""
    found: dict[str, list[Place]] = {}
    for place in sorted(_table(), key=lambda place: len(place.code)):
        for name in dict.fromkeys((place.name, place.short, *place.called)):
            found.setdefault(name.lower(), []).append(place)
    return found


@cache
def _callers() -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in _table():
        for name in dict.fromkeys(place.called):
            found.setdefault(name.lower(), []).append(place)
    return found
