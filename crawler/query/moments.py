"""Points in time as people write them in a search: ``7d``, ``2026-05-01``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crawler.text.clock import LOCAL

_SPAN = re.compile(r"(\d{1,4})([hdwmy])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}


class MomentError(ValueError):
    """A text that names no point in time; the message says what would."""


def since(text: str, now: datetime) -> datetime:
    """Return (UTC) the moment that ``text`` names: a span before ``now`` or the beginning of a date (+08:00).

    Spans are hours, days, weeks, months of 30 and years of 365 days: 12h, 7d, 2w, 6m, 2y. Dates are 2026,
    2026-05, 2026-05-01 or ISO 8601 with a time. Raises ``MomentError``.
    """
    text = text.strip()
    if span := _SPAN.fullmatch(text):
        try:
            return now - timedelta(hours=int(span[1]) * _HOURS[span[2]])
        except OverflowError:
            raise _wrong(text, now) from None
    return _date(text, now)[0]


def until(text: str, now: datetime) -> datetime:
    """Return (UTC) the end of the span or date that ``text`` names, as in ``since``; the date is included."""
    text = text.strip()
    return since(text, now) if _SPAN.fullmatch(text) else _date(text, now)[1]


def _date(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a date."""
    try:
        if found := _DATE.fullmatch(text):
            year, month, day = (int(part) if part else None for part in found.groups())
            begin = datetime(year or 1, month or 1, day or 1, tzinfo=LOCAL)
            if day:
                end = begin + timedelta(days=1)
            elif month:
                end = (begin + timedelta(days=31)).replace(day=1)
            else:
                end = begin.replace(year=begin.year + 1)
            return begin.astimezone(UTC), end.astimezone(UTC)
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong(text, now) from None
    return moment, moment


def _wrong(text: str, now: datetime) -> MomentError:
    return MomentError(f"{text!r} is no time: write 12h, 7d, 2w, 6m, 2y or a date such as {now:%Y-%m-%d}")
