"""How long articles wait to be seen, by learned due times and by a fixed interval with as many requests.

PYTHONPATH=. python bench/schedule.py      a table

Every pattern is a made history of a section; "replica" are the replica portals on their scripted clock. No
time passes: the clock is set from one visit to the next. Sections are learned from what their lists display
(minutes, days, nothing). The first two weeks are for learning and are not counted.
"""

from __future__ import annotations

import heapq
import random
import statistics
import sys
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.monitor.duetimes import Bounds, next_visit
from crawler.monitor.rhythm import Rhythm, Stretch
from crawler.replica.clock import CHINA, Clock
from crawler.replica.load import load_portals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BEGIN = datetime(2026, 3, 2, tzinfo=CHINA)
DAYS = 120
LEARNING = timedelta(days=14)

RATES = (0.5, 2.0, 8.0)  # articles a day
SEEDS = 2
PAGE = 20  # entries that a list shows


@dataclass
class Visits:
    """What visiting came to: when, and how long each article had waited."""

    at: list[datetime] = field(default_factory=list)
    delays: list[timedelta] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Minutes that an article waited."""
        return statistics.median(one.total_seconds() for one in self.delays) / 60

    @property
    def late(self) -> float:
        """Minutes that one of twenty waited longer than."""
        ordered = sorted(one.total_seconds() for one in self.delays)
        return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] / 60


@dataclass
class Section:
    """A section: when its articles appear, and what its list displays of that (minute, day or nothing)."""

    appears: list[datetime]
    shows: str = "minute"

    def listed(self, after: datetime | None, until: datetime) -> list[datetime]:
        """Return the articles that appeared in a time; without its beginning, those on the list's page."""
        end = bisect_right(self.appears, until)
        begin = bisect_right(self.appears, after) if after else max(0, end - PAGE)
        return self.appears[begin:end]

    def stretch(self, moment: datetime) -> Stretch | None:
        """Return what the list tells of when an article appeared."""
        if self.shows == "minute":
            return Stretch(moment.replace(second=0), moment.replace(second=0) + timedelta(minutes=1))
        if self.shows == "day":
            day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            return Stretch(day, day + timedelta(days=1))
        return None


def learned(sections: Sequence[Section], bounds: Bounds, begin: datetime, end: datetime) -> Visits:
    """Visit the sections of a portal from ``begin`` to ``end``, each when it is due."""
    clock, seen = Clock(begin), Visits()
    rhythms = [Rhythm() for _ in sections]
    last: list[datetime | None] = [None for _ in sections]
    due = [(begin, number) for number in range(len(sections))]
    while due[0][0] < end:
        moment, number = heapq.heappop(due)
        clock.set(moment)
        at, rhythm, before = clock.now(), rhythms[number], last[number]
        found = sections[number].listed(before, at)
        stretches = [sections[number].stretch(one) for one in found]
        if before is None:
            rhythm.begin(at, [one for one in stretches if one])
        else:
            rhythm.observe(at, stretches)
            if at >= begin + LEARNING:
                seen.at.append(at)
                seen.delays += [at - one for one in found if one >= begin + LEARNING]
        last[number] = at
        others = [one for one in rhythms if one is not rhythm]
        heapq.heappush(due, (next_visit(rhythm, at, bounds, others), number))
    return seen


def fixed(sections: Sequence[Section], requests: int, begin: datetime, end: datetime) -> Visits:
    """Visit sections at an interval that makes ``requests`` in the time that counts."""
    seen = Visits()
    start = begin + LEARNING
    step = (end - start) * len(sections) / requests
    for number, section in enumerate(sections):
        last, at = start, start + step * ((number + 0.5) / len(sections))
        while at < end:
            seen.at.append(at)
            seen.delays += [at - one for one in section.listed(last, at) if one >= start]
            last, at = at, at + step
    return seen


def even(rng: random.Random, a_day: float) -> list[datetime]:
    """Articles at any hour."""
    found, moment = [], BEGIN
    while (moment := moment + timedelta(days=rng.expovariate(a_day))) < BEGIN + timedelta(days=DAYS):
        found.append(moment)
    return found


def office(rng: random.Random, a_day: float) -> list[datetime]:
    """Articles on workdays from 8:30 to 17:30, one of twenty at another time."""
    found = []
    for moment in even(rng, a_day * 24 / 9 * 7 / 5):
        clock = moment.hour + moment.minute / 60
        if (8.5 <= clock < 17.5 and moment.weekday() < 5) or rng.random() < 0.012:
            found.append(moment)
    return found


def bursty(rng: random.Random, a_day: float) -> list[datetime]:
    """Quiet for days, then a dozen articles within half a day; at daytime."""
    found = []
    for moment in even(rng, a_day / 12):
        start = moment.replace(hour=rng.randint(7, 20))
        found += [start + timedelta(hours=rng.expovariate(1 / 5)) for _ in range(rng.randint(6, 18))]
    return sorted(found)


def daily(rng: random.Random, a_day: float) -> list[datetime]:
    """Once a day around 9:00, all articles of the day within minutes."""
    found = []
    for number in range(DAYS):
        start = BEGIN + timedelta(days=number, hours=9, minutes=rng.gauss(0, 20))
        found += [
            start + timedelta(minutes=rng.uniform(0, 20)) for _ in range(round(rng.expovariate(1 / a_day)))
        ]
    return sorted(found)


def weekly(rng: random.Random, a_day: float) -> list[datetime]:
    """Once a week, on Wednesday afternoon."""
    found = []
    for number in range(DAYS // 7):
        start = BEGIN + timedelta(days=7 * number + 2, hours=15, minutes=rng.gauss(0, 40))
        found += [start + timedelta(minutes=rng.uniform(0, 60)) for _ in range(round(a_day * 7))]
    return sorted(found)


PATTERNS: dict[str, Callable[[random.Random, float], list[datetime]]] = {
    "office hours": office,
    "bursts": bursty,
    "daily": daily,
    "weekly": weekly,
    "even": even,
}


def replica() -> tuple[list[list[Section]], datetime, datetime]:
    """Return the sections of each replica portal, and the time in which they publish."""
    portals = []
    for portal in load_portals().values():
        sections = []
        for slug in portal.sections:
            ids = [one for one in portal.ids if portal.posting(one).section == slug]
            appears = sorted(portal.posting(one).appears for one in ids)
            sections.append(Section(appears, portal.definition.shows or "nothing"))
        portals.append(sections)
    every = [section.appears for sections in portals for section in sections]
    return portals, min(one[0] for one in every), max(one[-1] for one in every)


def compare(
    portals: Sequence[Sequence[Section]], begin: datetime, end: datetime, bounds: Bounds
) -> dict[str, float]:
    """Return requests a day, and the delays in minutes by due times and by a fixed interval."""
    ours = Visits()
    for sections in portals:
        seen = learned(sections, bounds, begin, end)
        ours.at += seen.at
        ours.delays += seen.delays
    every = [section for sections in portals for section in sections]
    theirs = fixed(every, len(ours.at), begin, end)
    days = (end - begin - LEARNING) / timedelta(days=1)
    return {
        "articles": len(ours.delays),
        "requests": len(ours.at) / days / len(every),
        "median": ours.median,
        "late": ours.late,
        "fixed median": theirs.median,
        "fixed late": theirs.late,
    }


def made(name: str, shows: str, seeds: int = SEEDS) -> list[list[Section]]:
    """Return portals of one section each that publish by a pattern, ``seeds`` for each rate."""
    pattern = PATTERNS[name]
    return [
        [Section(pattern(random.Random(seed * 7 + int(10 * a_day)), a_day), shows)]
        for seed in range(seeds)
        for a_day in RATES
    ]


def table() -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each pattern's name and figures."""
    portals, begin, end = replica()
    yield "replica", compare(portals, begin, end, Bounds())
    end = BEGIN + timedelta(days=DAYS)
    for name in PATTERNS:
        for shows in ("minute", "day", "nothing"):
            yield f"{name}, {shows}", compare(made(name, shows), BEGIN, end, Bounds())


def main() -> int:
    print(f"{'pattern':24} {'articles':>8} {'req/day':>8} {'median':>15} {'95th':>17} {'better':>11}")
    for name, row in table():
        print(
            f"{name:24} {row['articles']:8.0f} {row['requests']:8.1f} "
            f"{row['median']:6.0f} of {row['fixed median']:4.0f} "
            f"{row['late']:8.0f} of {row['fixed late']:5.0f} "
            f"{100 * (1 - row['median'] / row['fixed median']):4.0f} % "
            f"{100 * (1 - row['late'] / row['fixed late']):4.0f} %"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
