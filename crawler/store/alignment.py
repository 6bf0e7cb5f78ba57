"""Aligning two texts by their sentences, in a time that grows with their length and not with its square."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOVED = 12
"""A sentence of so many characters that stands elsewhere in the other text was moved; shorter ones recur."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between sentences that are equal in both texts; one side may be empty."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    opens: bool  # at the beginning of both texts
    closes: bool  # at the end of both


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where two texts are equal: ``shared`` sentences (moved ones included), the gaps between them in order.

    ``runs`` holds for each unbroken run of equal sentences the index in both texts and its length.
    """

    shared: tuple[str, ...]
    gaps: tuple[Gap, ...]
    runs: tuple[tuple[int, int, int], ...]


def align(left: Sequence[str], right: Sequence[str]) -> Alignment:
    """Align two lists of sentences by those that occur once in both, in the order that keeps the most."""
    runs = _runs(left, right)
    shared = [sentence for start, _, length in runs for sentence in left[start : start + length]]
    ends = [(0, 0, 0), *runs, (len(left), len(right), 0)]
    open_gaps = [
        (left[a + n : c], right[b + n : d], (a + n, b + n) == (0, 0), (c, d) == (len(left), len(right)))
        for (a, b, n), (c, d, _) in pairwise(ends)
    ]
    moved = _moved(open_gaps)
    shared += moved.elements()
    gone = (moved, Counter(moved))
    gaps = []
    for one, other, opens, closes in open_gaps:
        gap = Gap(_without(one, gone[0]), _without(other, gone[1]), opens, closes)
        if gap.left or gap.right:
            gaps.append(gap)
    return Alignment(tuple(shared), tuple(gaps), tuple(runs))


def _runs(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the runs of equal sentences: where they start in both, how many they are."""
    pairs = _chain(_unique_pairs(left, right))
    matched: dict[int, int] = {}
    for (a, b), (c, d) in pairwise([(-1, -1), *pairs, (len(left), len(right))]):
        if a >= 0:
            matched[a] = b
        while a + 1 < c and b + 1 < d and left[a + 1] == right[b + 1]:
            a, b = a + 1, b + 1  # noqa: PLW2901  the bounds move
            matched[a] = b
        while c - 1 > a and d - 1 > b and left[c - 1] == right[d - 1]:
            c, d = c - 1, d - 1  # noqa: PLW2901  the bounds move
            matched[c] = d
    runs: list[tuple[int, int, int]] = []
    for one in sorted(matched):
        if runs and (one, matched[one]) == (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((one, matched[one], 1))
    return runs


def _unique_pairs(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    often_left, often_right = Counter(left), Counter(right)
    where = {sentence: at for at, sentence in enumerate(right) if often_right[sentence] == 1}
    return [(at, where[one]) for at, one in enumerate(left) if often_left[one] == 1 and one in where]


def _chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of ``pairs`` that rises on both sides (patience sorting)."""
    tops: list[int] = []
    at_top: list[int] = []
    before: list[int] = []
    for number, (_, right) in enumerate(pairs):
        pile = bisect_left(tops, right)
        before.append(at_top[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(right)
            at_top.append(number)
        else:
            tops[pile], at_top[pile] = right, number
    chain: list[tuple[int, int]] = []
    number = at_top[-1] if at_top else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _moved(gaps: Sequence[tuple[Sequence[str], Sequence[str], bool, bool]]) -> Counter[str]:
    left = Counter(one for gap in gaps for one in gap[0] if len(one) >= MOVED)
    return left & Counter(one for gap in gaps for one in gap[1] if len(one) >= MOVED)


def _without(sentences: Sequence[str], gone: Counter[str]) -> tuple[str, ...]:
    kept = []
    for sentence in sentences:
        if gone[sentence] > 0:
            gone[sentence] -= 1
        else:
            kept.append(sentence)
    return tuple(kept)
