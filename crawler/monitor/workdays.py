"""Time as offices have it: weekends and public holidays pass without it. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    import holidays


@cache
def is_workday(day: date) -> bool:
    """Return whether offices work on ``day``: no weekend and no public holiday of mainland China.

    Working Saturdays, which are announced a few months ahead, count as weekends.
    """
    return day.weekday() < 5 and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    import holidays  # noqa: PLC0415  of all countries, for the few portals that were silent

    return holidays.country_holidays("CN", years=year)


def workdays(start: datetime, end: datetime) -> float:
    """Return how many working days lie between two moments (aware), parts of days included; 0 backwards."""
    begin, stop = start.astimezone(LOCAL), end.astimezone(LOCAL)
    found, day = 0.0, begin.date()
    while day <= stop.date():
        if is_workday(day):
            midnight = datetime.combine(day, time(0), LOCAL)
            here = min(stop, midnight + timedelta(days=1)) - max(begin, midnight)
            found += max(here / timedelta(days=1), 0.0)
        day += timedelta(days=1)
    return found
