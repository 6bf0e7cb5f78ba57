"""How candidates of a search are looked at: so many at a time, by what came of those before."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Portion = TypeVar("_Portion")
A_LOOK = 100
"""So many candidates are read before FTS5 is asked for a prefix …"""
WIDER, LONG_LOOK = 4, 50_000
"""… then so many times as many, up to so many at a time …"""
SHARE = 4
"""… as long as one of so many matches: where fewer do, putting the prefix together takes less."""
HITS_A_READ = 300
"""So many hits of the index are told in the time in which one article is read."""


@dataclass(slots=True)
class Looking:
    """How a search goes: how many rows of candidates were read, how many of these matched.

    Where few candidates become rows, ``own`` gives the numbers that rows can have, those stored last first,
    from one on downwards, and ``within`` says the lowest and the highest of them.
    """

    own: Callable[[int], Iterator[int]] | None = None
    within: Callable[[], tuple[int, int]] | None = None
    read: int = 0
    matched: int = 0

    @property
    def rich(self) -> bool:
        """Whether many match, as far as is known."""
        return self.read < A_LOOK // 2 or SHARE * self.matched >= self.read

    def scarce(self, offered: int) -> bool:
        """Whether less than a half of so many candidates became rows."""
        return 2 * self.read < offered


def among(
    ids: Iterator[int],
    ordered: Callable[[Sequence[int]], _Portion],
    narrowed: Callable[[Sequence[int]], Sequence[int]],
    looking: Looking,
    share: float,
) -> Iterator[_Portion]:
    """Yield what ``ordered`` makes of the articles ``ids`` in portions, those stored last first.

    ``narrowed`` says which of some articles the index has for what is looked for, and ``share`` which part of
    all it has; it is asked where going through its hits from the first to the last of them takes less time
    than reading all of them.
    """
    size = A_LOOK
    while some := sorted(islice(ids, size), reverse=True):
        matched = looking.matched / looking.read if looking.read else share
        hits = share * (some[0] - some[-1] + 1)
        possible = narrowed(some) if hits < HITS_A_READ * len(some) * (1 - matched) else some
        before = looking.read
        if possible:
            yield ordered(possible)
        if looking.within and looking.read - before < len(possible) // 2:
            ids, looking.within = _between(ids, *looking.within()), None
        size = min(size * WIDER, LONG_LOOK)


def _between(ids: Iterator[int], least: int, most: int) -> Iterator[int]:
    """Give of numbers those from one to another."""
    return (one for one in ids if least <= one <= most)
