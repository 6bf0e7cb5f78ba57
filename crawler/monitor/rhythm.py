"""How often a section brings something new, by hour and weekday: a model that learns from each visit. Pure.

Articles come as a Poisson process of the rate ``level`` (a Gamma prior and counts that fade, ``HALF_LIFE``)
times the shares of the hour and of the weekday (Dirichlet priors: office hours). What a visit finds came
somewhere since the visit before: at the minute that is displayed, on the day that is displayed, or any time
between; such a stretch is shared out by the present model (one step of expectation maximisation). Bursts: of
each new article a share ``ALPHAS`` of further ones follows within hours (a Hawkes process); which share fits
is weighed by how well each foretold the visits so far. Visits count arrivals, not only "changed or not", so
the bias of change detection by polling (Cho and Garcia-Molina, 2003) does not arise: an empty visit adds time
without arrivals, and paging goes on until the known.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DAY = 86_400.0
HALF_LIFE = 28.0
"""Days after which an arrival counts half for the level."""
MEMORY = 180.0
"""Days after which it counts half for hours and weekdays, which change less."""
ALPHAS = (0.0, 0.3, 0.6, 0.85)
HEAT = 3.0 / 24
"""Days in which the after-effect of an arrival fades to a third."""
MOST_AT_ONCE = 3
"""Arrivals of one visit that count for bursts: ten notices put up together announce no more than three."""
MOST_OF_OTHERS = 40.0
"""Arrivals that the other sections of a portal are worth at most for the hours of one."""
QUIET = 0.08
"""Share of the articles that the hours of a week may bring together that count as quiet: the least likely."""
QUIET_BELOW = 0.5
"""No hour counts as quiet that is more likely than this share of an average hour."""
QUIET_COUNTS = 1 / 50
"""What an article of a quiet hour counts. One of twenty may wait: visits at night for one in a hundred cost
more than a quarter of all requests."""
EVENED = 0.5
"""The power of the likeliness of all other hours: it is known from few articles, and in none of these hours
is an article to wait long."""
FLOOR = 0.04
"""Share of the model that is spread evenly, so that no hour is ever thought impossible."""

_HOURS = (1, 1, 1, 1, 1, 1, 2, 5, 14, 16, 16, 14, 9, 9, 14, 16, 16, 14, 8, 5, 4, 4, 3, 2)
_WEEKDAYS = (10, 10, 10, 10, 10, 5, 5)
_HOURS_PRIOR, _WEEKDAYS_PRIOR = 8.0, 14.0  # arrivals that the priors are worth
_FIRST_BELIEFS = (0.0, -1.0, -1.5, -2.0)  # logarithms of how likely each of ALPHAS is before any visit


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time in which an article appeared: after ``start``, until ``end`` (aware)."""

    start: datetime
    end: datetime


@dataclass(slots=True)
class Rhythm:
    """What is known of a section, as of ``at`` (a timestamp, 0 before the first visit).

    ``lacking`` is when the visit began since which something on its further pages is missing (0: nothing
    is), ``tries`` how many visits have looked for it.
    """

    at: float = 0.0
    arrivals: float = 0.5
    days: float = 0.5
    hours: list[float] = field(default_factory=lambda: [0.0] * 24)
    weekdays: list[float] = field(default_factory=lambda: [0.0] * 7)
    heat: float = 0.0
    beliefs: list[float] = field(default_factory=lambda: list(_FIRST_BELIEFS))
    failures: int = 0
    lacking: float = 0.0
    tries: int = 0

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """Return what ``as_dict`` gave; a fresh one for {}, or for what another program wrote."""
        fresh = cls()
        if not kept or {**_ADDED, **kept}.keys() != asdict(fresh).keys():
            return fresh
        made = cls(**kept)
        whole = (len(made.hours), len(made.weekdays), len(made.beliefs)) == (24, 7, len(ALPHAS))
        return made if whole else fresh

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return asdict(self)

    def begin(self, at: datetime, dated: Sequence[Stretch]) -> None:
        """Take in the first visit: what a list displays of the past, ``dated`` as far as it is dated.

        The oldest fifth is left out: entries that are pinned to the top are older than the list is long.
        """
        stretches = sorted((one for one in dated if one.start < at), key=lambda one: one.end, reverse=True)
        kept = stretches[: math.ceil(0.8 * len(stretches))]
        if len(kept) >= 3:
            span = max((at - kept[-1].start) / timedelta(days=1), 1 / 24)
            fading = min(1.0, 1.5 * HALF_LIFE / span)
            self.arrivals += len(kept) * fading
            self.days += span * fading
            for one in kept:
                self._place(Stretch(one.start, min(one.end, at)), fading)
        self.at = at.timestamp()

    def observe(self, at: datetime, found: Sequence[Stretch | None]) -> None:
        """Take in a visit at ``at`` that found new articles, each with its stretch where one is known."""
        since = datetime.fromtimestamp(self.at, LOCAL)
        passed = max((at - since) / timedelta(days=1), 0.0)
        self._weigh(since, at, min(len(found), MOST_AT_ONCE))
        fading = 0.5 ** (passed / HALF_LIFE)
        self.arrivals, self.days = self.arrivals * fading + len(found), self.days * fading + passed
        self._fade(0.5 ** (passed / MEMORY))
        self.heat *= math.exp(-passed / HEAT)
        self.at = at.timestamp()
        for count, one in enumerate(found):
            stretch = _within(one, since, at)
            self._place(stretch, 1.0)
            if count < MOST_AT_ONCE:
                middle = stretch.start + (stretch.end - stretch.start) / 2
                self.heat += math.exp(-max((at - middle) / timedelta(days=1), 0.0) / HEAT)

    @property
    def level(self) -> float:
        """Articles a day, over a whole week."""
        return self.arrivals / self.days

    def rates(self, begin: datetime, others: Sequence[Rhythm] = ()) -> Iterator[tuple[datetime, float]]:
        """Yield the ends of stretches from ``begin`` on, at most an hour each, and the rate a day in them.

        The rate is evened out between the hours of the week, and quiet ones count little (``QUIET``).
        ``others`` are other sections of the portal: their hours are likely to be the same.
        """
        shares = _evened(*self._shares(others))
        alpha, level = self._alpha(), self.level
        start = begin.astimezone(LOCAL)
        while True:
            end = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            base = level * shares[start.weekday()][start.hour]
            age = max((start.timestamp() - self.at) / DAY, 0.0)
            yield end, (1 - alpha) * base + alpha * self.heat * math.exp(-age / HEAT) / HEAT
            start = end

    def _shares(self, others: Sequence[Rhythm] = ()) -> tuple[list[float], list[float]]:
        return (
            _mixed(self.hours, [one.hours for one in others], _HOURS, _HOURS_PRIOR),
            _mixed(self.weekdays, [one.weekdays for one in others], _WEEKDAYS, _WEEKDAYS_PRIOR),
        )

    def _alpha(self) -> float:
        top = max(self.beliefs)
        weights = [math.exp(belief - top) for belief in self.beliefs]
        return sum(alpha * weight for alpha, weight in zip(ALPHAS, weights, strict=True)) / sum(weights)

    def _weigh(self, since: datetime, at: datetime, count: int) -> None:
        """Ask of each share of bursts how well it foretold ``count`` arrivals between two visits."""
        if at <= since:
            return
        hours, weekdays = self._shares()
        base = sum(
            (end - start) / timedelta(days=1) * hours[start.hour] * weekdays[start.weekday()]
            for start, end in _by_hour(since, at)
        )
        base *= self.level
        after = self.heat * (1 - math.exp(-((at - since) / timedelta(days=1)) / HEAT))
        fading = 0.5 ** ((at - since) / timedelta(days=1) / MEMORY)
        for number, alpha in enumerate(ALPHAS):
            expected = max((1 - alpha) * base + alpha * after, 1e-6)
            told = count * math.log(expected) - expected
            first = _FIRST_BELIEFS[number]
            self.beliefs[number] = first + (self.beliefs[number] - first) * fading + told
        top = max(self.beliefs)
        self.beliefs = [belief - top for belief in self.beliefs]

    def _fade(self, by: float) -> None:
        self.hours = [count * by for count in self.hours]
        self.weekdays = [count * by for count in self.weekdays]

    def _place(self, stretch: Stretch, weight: float) -> None:
        """Share one arrival out over the hours and weekdays of ``stretch``, as likely as they are."""
        pieces = list(_by_hour(stretch.start, stretch.end)) or [(stretch.end.astimezone(LOCAL),) * 2]
        hours, weekdays = self._shares()
        likely = [
            max((end - start).total_seconds(), 1.0) * hours[start.hour] * weekdays[start.weekday()]
            for start, end in pieces
        ]
        whole = sum(likely)
        for (start, _), part in zip(pieces, likely, strict=True):
            self.hours[start.hour] += weight * part / whole
            self.weekdays[start.weekday()] += weight * part / whole


_ADDED = {"lacking": 0.0, "tries": 0}
"""What rhythms of earlier releases do not have."""


def _mixed(
    counts: Sequence[float], others: Sequence[Sequence[float]], prior: Sequence[int], worth: float
) -> list[float]:
    """Return how much more than even each share is: 1.0 is even."""
    size, whole = len(prior), sum(prior)
    pooled = [sum(column) for column in zip(*others, strict=True)] if others else [0.0] * size
    weight = min(1.0, MOST_OF_OTHERS / max(sum(pooled), 1.0))
    merged = [
        count + weight * other + worth * one / whole
        for count, other, one in zip(counts, pooled, prior, strict=True)
    ]
    total = sum(merged)
    return [FLOOR + (1 - FLOOR) * size * share / total for share in merged]


def _evened(hours: Sequence[float], weekdays: Sequence[float]) -> list[list[float]]:
    """Return what each hour of each weekday counts, 1.0 on average: quiet ones little, the others alike."""
    cells = {(day, hour): one * other for day, one in enumerate(weekdays) for hour, other in enumerate(hours)}
    whole, passed = sum(cells.values()), 0.0
    counts: dict[tuple[int, int], float] = {}
    for cell, share in sorted(cells.items(), key=lambda item: (item[1], item[0])):
        passed += share
        quiet = passed < QUIET * whole and share < QUIET_BELOW
        counts[cell] = share * QUIET_COUNTS if quiet else share**EVENED
    mean = sum(counts.values()) / len(counts)
    return [[counts[day, hour] / mean for hour in range(len(hours))] for day in range(len(weekdays))]


def _within(stretch: Stretch | None, since: datetime, at: datetime) -> Stretch:
    """Return ``stretch`` as far as it lies between two visits, or all that lies between them."""
    if stretch is None or stretch.end <= since or stretch.start >= at:
        return Stretch(since, at)
    return Stretch(max(stretch.start, since), min(stretch.end, at))


def _by_hour(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of a time that lie in one hour each; of more than four weeks only the last four."""
    start, stop = begin.astimezone(LOCAL), end.astimezone(LOCAL)
    start = max(start, stop - timedelta(days=28))
    while start < stop:
        hour = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        yield start, min(hour, stop)
        start = hour
