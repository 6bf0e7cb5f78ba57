"""A portal that is replayed run by run on a scripted clock, with ordinary variation."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from crawler.monitor.alarm import Notice, Standing, after
from crawler.monitor.comparing import Before
from crawler.monitor.health import LATEST, OLD, OLDER, OLDEST, RUNS
from crawler.monitor.measures import Measures
from crawler.monitor.verdict import Past, State, Verdict, judge
from crawler.monitor.workdays import is_workday

if TYPE_CHECKING:
    from collections.abc import Callable

CHINA = timezone(timedelta(hours=8))
# Shares of articles that have a field; those in between vary from run to run by more than chance.
FILLED = {
    "title": 1.0,
    "body": 1.0,
    "published": 0.995,
    "source": 0.85,
    "authors": 0.4,
    "editors": 0.7,
    "section": 1.0,
}
MOOD = 0.5
"""By how much, in logits, the articles of one run resemble each other."""


@dataclass
class Portal:
    """A portal with so many articles a working day, fewer on weekends and holidays, and runs a day."""

    seed: int
    articles: float = 6.0
    weekend: float = 0.3
    runs: int = 8
    at: datetime = datetime(2026, 8, 3, tzinfo=CHINA)
    rows: list[tuple[datetime, Measures, bool]] = field(default_factory=list)
    days: list[datetime] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notices: list[tuple[datetime, Notice, Verdict]] = field(default_factory=list)
    standing: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  no secret
        self.spread = self.chance.uniform(0.5, 1.0)
        self.ill: tuple[str, ...] = ()

    def run(self, days: float, change: Callable[[Measures, Portal], None] | None = None) -> Portal:
        """Visit the portal for some days; ``change`` alters what each run measures."""
        for _ in range(round(days * self.runs)):
            self.at += timedelta(days=1) / self.runs
            measures = self.measured(self._appeared())
            if change is not None:
                change(measures, self)
            self._judge(measures)
        return self

    def _appeared(self) -> int:
        rate = self.articles / self.runs * (1 if is_workday(self.at.date()) else self.weekend)
        rate *= 2 if 8 <= self.at.hour <= 20 else 0.1
        count = 0
        while (rate := rate - self.chance.expovariate(1)) > 0:
            count += 1 + (self.chance.random() < 0.3) * self.chance.randrange(3)
        return count

    def measured(self, count: int) -> Measures:
        """Return a run that found ``count`` new articles."""
        chance, mood = self.chance, self.chance.gauss(0, MOOD)
        found = Measures(pages=2 + count, lists=2, entries=40, requested=count, new=count)
        found.requests, found.articles = 3 + count, count
        found.sections = {"要闻": 20, "公告": 20 - chance.randrange(2)}
        for name, share in FILLED.items() if count else ():
            logit = math.log(share / (1 - share)) + mood if share < 1 else 30
            found.filled[name] = sum(chance.random() < 1 / (1 + math.exp(-logit)) for _ in range(count))
        found.lengths = [int(chance.lognormvariate(6.5, self.spread)) + 30 for _ in range(count)]
        found.ended = sum(chance.random() < 0.9 for _ in range(count))
        found.leftover = sum(chance.random() < 0.03 for _ in range(count))
        if count:
            found.fallbacks = {"source": sum(chance.random() < 0.1 for _ in range(count))}
        if chance.random() < 0.03:
            found.faults, found.errors = {"timeout": 1}, 1
        return found

    def _judge(self, measures: Measures) -> None:
        read = [(at, one, well) for at, one, well in reversed(self.rows) if one.articles]
        good = [(at, one) for at, one, well in read if well]
        if measures.new:
            if self.days and self.days[-1].date() == self.at.date():
                self.days.pop()
            self.days.append(self.at)
        past = Past(
            Before(
                [(one, well) for _, one, well in read[:LATEST]],
                [one for _, one, well in read[LATEST:] if well][:RUNS],
                [one for at, one in reversed(good) if OLD < self.at - at < OLDEST][:OLDER],
            ),
            self.days[-200:],
            self.ill,
        )
        verdict = judge(measures, past, self.at)
        self.standing, notice = after(self.standing, verdict, self.at)
        if verdict.evidence:
            self.ill = verdict.fields
        self.rows.append((self.at, measures, verdict.state is State.OK and verdict.evidence))
        self.verdicts.append(verdict)
        if notice is not None:
            self.notices.append((self.at, notice, verdict))
