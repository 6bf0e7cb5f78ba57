"""The few statistics that verdicts rest on: robust, with few numbers, and slow to alarm. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

USUAL, RUNS_OF_USUAL = 2.5, 5
"""What dispersion is taken for before there are runs to tell, and how many runs that is worth."""
MOST_DISPERSED = 6.0
"""Articles of one run resemble each other; more than so many that count as one are not assumed."""


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of`` articles had something."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        """The share, 0 of nothing."""
        return self.hits / self.of if self.of else 0.0


def pooled(shares: Sequence[Share]) -> Share:
    """Return the share of all together."""
    return Share(sum(one.hits for one in shares), sum(one.of for one in shares))


def dispersion(shares: Sequence[Share]) -> float:
    """Return by how much shares vary more from run to run than chance would have it; at least 1.

    Pearson's chi-square over its degrees of freedom, for runs of more than one article; with few runs it is
    drawn towards what is usual.
    """
    whole = pooled(shares)
    expected = (whole.hits + 2) / (whole.of + 4)
    runs = [one for one in shares if one.of > 1]
    square = sum((one.hits - one.of * expected) ** 2 / (one.of * expected * (1 - expected)) for one in runs)
    sure = 4 * expected * (1 - expected)  # what always or never happens does not vary
    found = (square + RUNS_OF_USUAL * (1 + sure * (USUAL - 1))) / (max(len(runs) - 1, 0) + RUNS_OF_USUAL)
    return min(max(found, 1.0), MOST_DISPERSED)


def lower_tail(now: Share, before: Share, spread: float = 1.0) -> float:
    """Return how likely it is by chance to see as few hits as ``now``, if all is as it was ``before``.

    The exact binomial probability, of numbers divided by ``spread`` (see ``dispersion``).
    """
    expected = (before.hits + 0.5) / (before.of + 1)
    count = max(int(now.of / spread), 1)
    hits = min(math.ceil(now.hits / spread), count)
    return sum(math.comb(count, k) * expected**k * (1 - expected) ** (count - k) for k in range(hits + 1))


def upper_tail(now: Share, before: Share, spread: float = 1.0) -> float:
    """Return the same for as many hits as ``now``."""
    return lower_tail(Share(now.of - now.hits, now.of), Share(before.of - before.hits, before.of), spread)


def rank_below(now: Sequence[float], before: Sequence[float]) -> float:
    """Return how likely it is by chance that ``now`` ranks so low among both (Mann and Whitney)."""
    n, m = len(now), len(before)
    if not n or not m:
        return 1.0
    above = sum((value > other) + 0.5 * (value == other) for value in now for other in before)
    spread = math.sqrt(n * m * (n + m + 1) / 12)
    return 0.5 * math.erfc(-((above - n * m / 2) / spread) / math.sqrt(2)) if spread else 1.0


def middle(values: Sequence[float]) -> float:
    """Return the median, 0 of nothing."""
    return median(values) if values else 0.0
