"""When a section is visited next. Pure.

A visit is due when what is expected to wait unseen has waited enough: the articles that should have appeared
since the last visit, each with a power of the time that it has waited (``POWER``), add up to the same amount
before every visit. With the plain time the mean delay at a given number of requests would be least, and
articles of quiet hours would wait long; a higher power lets few wait long. At an even rate the visits go with
the root of the rate (of four times as many articles the section is visited half as often again); at an uneven
one they come behind the hours in which much appears, and hardly any in quiet ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import comb
from typing import TYPE_CHECKING

from crawler.monitor.hours import ALL_DAY, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.monitor.hours import Hours
    from crawler.monitor.rhythm import Rhythm

POWER = 2
FIRST_RETRY = timedelta(minutes=15)
"""How long a section waits that could not be read; each further time twice as long."""
_STEP = timedelta(minutes=5)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How a section may be visited: never sooner than ``floor``, never later than ``ceiling``, in ``hours``.

    ``pace`` is the visits a day of a section that brings one article a day, evenly.
    """

    floor: timedelta = timedelta(minutes=10)
    ceiling: timedelta = timedelta(days=1)
    pace: float = 12.0
    hours: Hours = ALL_DAY

    def within(self, every: tuple[str, str] | None) -> Bounds:
        """Return these bounds with a spider's own floor and ceiling. Raises ``ValueError``."""
        if every is None:
            return self
        low, high = length(every[0]), length(every[1])
        if low > high:
            message = f"{every[0]} is longer than {every[1]}"
            raise ValueError(message)
        return replace(self, floor=low, ceiling=high)


def next_visit(rhythm: Rhythm, at: datetime, bounds: Bounds, others: Sequence[Rhythm] = ()) -> datetime:
    """Return when a section that was read at ``at`` (aware) is visited next; UTC.

    ``others`` are what is known of the other sections of its portal.
    """
    first, last = at + bounds.floor, at + bounds.ceiling
    enough = bounds.pace ** -(POWER + 1) / (POWER + 1)
    start, waiting = at, [0.0] * (POWER + 1)
    for end, rate in rhythm.rates(at, others):
        while start < min(end, last) and waiting[-1] < enough:
            step = min(_STEP, end - start)
            waiting = _later(waiting, rate, step / _DAY)
            start += step
        if start < end or start >= last:
            break
    return bounds.hours.opens(max(first, min(start, last)).astimezone(UTC))


def retry(failures: int, at: datetime, bounds: Bounds) -> datetime:
    """Return when a section is tried again that could not be read ``failures`` times in a row; UTC."""
    wait = min(FIRST_RETRY * 2 ** min(max(failures - 1, 0), 20), bounds.ceiling)
    return bounds.hours.opens((at + max(wait, bounds.floor)).astimezone(UTC))


def _later(waiting: list[float], rate: float, days: float) -> list[float]:
    """Return the sums of the powers 0, 1, 2 … of waiting times after ``days`` at ``rate`` articles a day."""
    return [
        sum(comb(power, low) * waiting[low] * days ** (power - low) for low in range(power + 1))
        + rate * days ** (power + 1) / (power + 1)
        for power in range(len(waiting))
    ]
