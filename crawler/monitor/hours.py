"""Lengths of time and hours of the day as settings and spiders write them: 30m, 1d, 06:00-23:00. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self

from crawler.text.clock import LOCAL

_LENGTH = re.compile(r"(\d{1,4})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def length(text: str) -> timedelta:
    """Return the length of time that ``text`` writes (30s, 15m, 6h, 1d). Raises ``ValueError``."""
    found = _LENGTH.fullmatch(text) if isinstance(text, str) else None
    if not found or not int(found[1]):
        message = f"{text!r} is no length of time: write it as 30m, 6h or 1d"
        raise ValueError(message)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the day, at +08:00, in which a portal is visited; they may go over midnight."""

    begin: time = time(0)
    end: time = time(0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the hours that ``text`` writes (06:00-23:00; empty: all day). Raises ``ValueError``."""
        if not text:
            return cls()
        found = _HOURS.fullmatch(text) if isinstance(text, str) else None
        if not found:
            message = f"{text!r} are no hours of the day: write them as 06:00-23:00"
            raise ValueError(message)
        begin, end = time(int(found[1]), int(found[2])), time(int(found[3] or 0), int(found[4] or 0))
        if begin == end and text != "00:00-24:00":
            message = f"{text!r} are no hours of the day: they end when they begin"
            raise ValueError(message)
        return cls(begin, end)

    def opens(self, at: datetime) -> datetime:
        """Return ``at`` (aware), or the moment after it when the hours begin; UTC."""
        here = at.astimezone(LOCAL)
        if self.begin == self.end or self._inside(here.time()):
            return at.astimezone(UTC)
        begin = datetime.combine(here.date(), self.begin, LOCAL)
        return (begin if begin > here else begin + timedelta(days=1)).astimezone(UTC)

    def closes(self, at: datetime) -> datetime | None:
        """Return when the hours that ``at`` lies in end, ``None`` if never; UTC."""
        if self.begin == self.end:
            return None
        here = at.astimezone(LOCAL)
        end = datetime.combine(here.date(), self.end, LOCAL)
        return (end if end > here else end + timedelta(days=1)).astimezone(UTC)

    def _inside(self, clock: time) -> bool:
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


ALL_DAY = Hours()


def midnight(at: datetime) -> datetime:
    """Return the next beginning of a day at +08:00 after ``at``; UTC."""
    here = at.astimezone(LOCAL)
    return datetime.combine(here.date() + timedelta(days=1), time(0), LOCAL).astimezone(UTC)


def day(at: datetime) -> str:
    """Return the day of ``at`` at +08:00, such as 2026-05-01."""
    return at.astimezone(LOCAL).date().isoformat()
