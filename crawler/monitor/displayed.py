"""When an article appeared, from the date that a page displays of it. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.monitor.rhythm import Stretch
from crawler.text import dates
from crawler.text.clock import LOCAL
from crawler.text.dates import Precision

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.text.dates import Moment


def stretch(text: str, now: datetime) -> Stretch | None:
    """Return the time that a displayed date names, ``None`` for none, or one coarser than a day."""
    return within(dates.parse(text, now=now)) if text else None


def within(moment: Moment | None) -> Stretch | None:
    """Return the minute or the day (at +08:00) of ``moment``, ``None`` for one that names neither."""
    if moment is None:
        return None
    if moment.precision in {Precision.MINUTE, Precision.SECOND}:
        return Stretch(moment.at, moment.at + timedelta(minutes=1))
    if moment.precision is Precision.DAY:
        day = moment.at.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
        return Stretch(day, day + timedelta(days=1))
    return None
