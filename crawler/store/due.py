"""When something may be told: digests and quiet hours, by the clock of the portals (+08:00). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone

ZONE = timezone(timedelta(hours=8))
DIGESTS = ("", "hourly", "daily")
DAILY = time(8)
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def due(at: datetime, digest: str = "", quiet: str = "") -> datetime:
    """Return the moment (UTC) from which what came up at ``at`` (aware) may be told.

    ``digest`` is empty (at once), ``hourly`` (the next full hour) or ``daily`` (the next 08:00);
    ``quiet`` as for ``awake``. Raises ``ValueError`` for anything else.
    """
    here = at.astimezone(ZONE)
    if checked_digest(digest) == "hourly":
        here = here.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif digest == "daily":
        morning = datetime.combine(here.date(), DAILY, ZONE)
        here = morning if here < morning else morning + timedelta(days=1)
    return awake(here, quiet)


def awake(at: datetime, quiet: str) -> datetime:
    """Return ``at`` or, within the hours of ``quiet`` (``22:00-07:00``; empty for none), their end; UTC.

    Raises ``ValueError``.
    """
    if not quiet:
        return at.astimezone(UTC)
    begin, end = _hours(quiet)
    here = at.astimezone(ZONE)
    clock = here.time()
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not inside:
        return at.astimezone(UTC)
    over = datetime.combine(here.date(), end, ZONE)
    return (over if over > here else over + timedelta(days=1)).astimezone(UTC)


def sound(digest: str, quiet: str) -> tuple[str, str]:
    """Return both, empty where they are none: written by hand, they must stop nothing."""
    return (digest if digest in DIGESTS else "", quiet if _is_quiet(quiet) else "")


def checked_digest(digest: str) -> str:
    """Return ``digest``. Raises ``ValueError`` if it is none of ``DIGESTS``."""
    if digest not in DIGESTS:
        message = f"{digest!r} is no digest: there are hourly and daily, or none"
        raise ValueError(message)
    return digest


def checked_quiet(quiet: str) -> str:
    """Return ``quiet``. Raises ``ValueError`` if it is neither empty nor hours such as 22:00-07:00."""
    if quiet:
        _hours(quiet)
    return quiet


def _is_quiet(quiet: str) -> bool:
    try:
        checked_quiet(quiet)
    except ValueError:
        return False
    return True


def _hours(quiet: str) -> tuple[time, time]:
    found = _QUIET.fullmatch(quiet)
    if not found:
        message = f"{quiet!r} are no quiet hours: write them as 22:00-07:00"
        raise ValueError(message)
    first, second, third, fourth = map(int, found.groups())
    begin, end = time(first, second), time(third, fourth)
    if begin == end:
        message = f"{quiet!r} are no quiet hours: they end when they begin"
        raise ValueError(message)
    return begin, end
