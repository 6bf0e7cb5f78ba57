"""Which places a text names: read from left to right, so that 陕西安康 names no 西安 and 上海南站 no 海南.

Of several places with one name (鼓楼区) those count that lie in the place right before it (徐州市鼓楼区).
Rivers, seas and mountains, and the sides of them (珠江西岸), stand in ``data/landmarks.txt``: they are passed
over, with what would begin inside of them.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from crawler.query import regions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from crawler.query.syntax import Region


class Mention(NamedTuple):
    """Where a place is named and the codes of those that it may be; none for a landmark."""

    start: int
    end: int
    codes: tuple[str, ...]

    @property
    def regions(self) -> set[str]:
        """The codes of the regions that it names: those that it may be, those in which all of these lie."""
        above = {code[:digits] for code in self.codes[:1] for digits in (2, 4) if len(code) > digits}
        return {*self.codes, *(one for one in above if all(code.startswith(one) for code in self.codes))}


def has(region: Region, text: str) -> bool:
    """Return whether the canonical, lower-case ``text`` names ``region`` or a place in it."""
    return not _named(text).isdisjoint(region.codes) or any(_asked_for(region, text))


def places(region: Region, text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of what names ``region`` or a place in it, in a canonical text in lower case."""
    for one in mentions(text):
        if not one.regions.isdisjoint(region.codes):
            yield one.start, one.end
    yield from _asked_for(region, text)


def _asked_for(region: Region, text: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand that name it only because somebody asks for them."""
    for word in region.names:
        start = text.find(word)
        while start >= 0:
            if _is_meant(word, start, region, mentions(text)):
                yield start, start + len(word)
            start = text.find(word, start + 1)


def lies_in(code: str, codes: Collection[str]) -> bool:
    """Return whether the place of the administrative ``code`` lies in one of ``codes``."""
    return any(code.startswith(one) for one in codes)


@lru_cache(maxsize=64)
def mentions(text: str) -> tuple[Mention, ...]:
    """Return the places and landmarks that ``text`` names, in order, none of which overlap."""
    found: list[Mention] = []
    for _, start, end in _automaton().find_matches_as_indexes(text):
        name = text[start:end]
        codes = tuple(place.code for place in regions.calling(name))
        if found and found[-1].end == start and (inner := _inside(name, found[-1].codes)):
            codes = inner
            above = tuple(code for code in found[-1].codes if any(one.startswith(code) for one in inner))
            found[-1] = found[-1]._replace(codes=above)
        found.append(Mention(start, end, codes))
    return tuple(found)


@lru_cache(maxsize=64)
def _named(text: str) -> frozenset[str]:
    return frozenset(code for one in mentions(text) for code in one.regions)


def _inside(name: str, above: Collection[str]) -> tuple[str, ...]:
    """Return the codes of the places called ``name`` that lie below ``above``."""
    return tuple(
        place.code
        for place in regions.bearers(name)
        if place.code not in above and lies_in(place.code, above)
    )


def _is_meant(word: str, start: int, region: Region, found: Collection[Mention]) -> bool:
    end = start + len(word)
    if any(one.start < end and start < one.end for one in found):
        return False
    before = next((one.codes for one in found if one.end == start), ())
    inner = _inside(word, before)
    return not inner or any(lies_in(code, region.codes) for code in inner)


@cache
def _automaton() -> AhoCorasick:
    landmarks = files("crawler.query").joinpath("data/landmarks.txt").read_text(encoding="utf-8").split()
    known = dict.fromkeys([*regions.words(), *landmarks])
    return AhoCorasick(list(known), matchkind=MatchKind.LeftmostLongest, store_patterns=False)
