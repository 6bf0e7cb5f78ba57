"""The time of day that stands beside a date: 08:30, 08时30分15秒, 下午3:20, T08:30:15+08:00."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

LOCAL = timezone(timedelta(hours=8))  # the zone of every portal that names none

AFTER_DAY = re.compile(
    r"(?P<gap>[\s|,T_·/]{0,12}(?:\(?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]\)?[\s|,]{0,6})?)"
    r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|晚間|晚|[AaPp]\.?[Mm]\.?)?\s{0,3}"
    r"(?P<H>\d{1,2})(?:\s?:\s?|\s?[时時点點]\s?)(?P<M>\d{2}|\d(?=\s?分))(?!\d*%)"
    r"(?:(?:\s?:\s?|\s?分\s?)(?P<S>\d{2})(?!\d)(?:\.\d{1,9})?\s?秒?)?\s?分?"
    r"(?P<after>\s?[AaPp]\.?[Mm]\b)?"
    r"(?P<offset>Z\b|\s?[+-](?:0\d|1[0-4]):?(?:00|30|45)(?!\d))?",
)
BEFORE_DAY = re.compile(r"(?<!\d)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?\s{0,3}$")

_LATER = ("下午", "傍晚", "晚上", "晚间", "晚間", "晚", "p")
_NIGHT = ("凌晨", "a")
_NOON = 12
_NOON_ENDS = 4


def join(day: date, clock: re.Match[str]) -> datetime | None:
    """Return ``day`` with the time that ``AFTER_DAY`` or ``BEFORE_DAY`` matched, aware; None for 25:00."""
    groups = clock.groupdict()
    hour = _in_24_hours(int(groups["H"]), (groups.get("half") or groups.get("after") or "").strip().lower())
    try:
        clock_time = time(hour, int(groups["M"]), int(groups["S"] or 0), tzinfo=_zone(groups))
    except ValueError:
        return None
    return datetime.combine(day, clock_time)


def _in_24_hours(hour: int, half: str) -> int:
    half = half[:1] if half[:1] in ("a", "p") else half
    if half in _LATER and 0 < hour < _NOON:
        return hour + _NOON
    if half == "中午" and hour < _NOON_ENDS:
        return hour + _NOON
    if half in _NIGHT and hour == _NOON:
        return 0
    return hour


def _zone(groups: dict[str, str | None]) -> timezone:
    """Return the zone that is written beside the time; a minus without a T is the dash of a span."""
    offset = (groups.get("offset") or "").strip()
    if not offset or not ("T" in (groups["gap"] or "") or offset.startswith("+")):
        return LOCAL
    if offset == "Z":
        return timezone(timedelta(0))
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return timezone(-shift if offset[0] == "-" else shift)
