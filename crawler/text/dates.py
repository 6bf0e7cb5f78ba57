"""Dates as Chinese portals write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Precision(StrEnum):
    """How exact a displayed date is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Moment:
    """A displayed date: aware ``at`` in UTC, the ``precision`` the page had, and the ``raw`` string."""

    at: datetime
    precision: Precision
    raw: str
