"""The clock of the replica portals: a script sets it, no test waits for it."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "+08:00")

#: Every base article is out by then; what comes later waits for the clock. It lies in the past, so that
#: nothing that a replica publishes is dated in the future of the machine that crawls it.
START = datetime(2026, 11, 12, 12, 0, tzinfo=CHINA)


class Clock:
    """Tells the time to the replica portals, aware and at +08:00.

    With ``speed`` 0 the clock stands still until it is set or advanced; otherwise it runs ``speed`` times
    as fast as the machine's.
    """

    def __init__(self, start: datetime = START, *, speed: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._speed = speed
        self._set(start)

    def now(self) -> datetime:
        """Return the time of the script, whole seconds."""
        with self._lock:
            return self._now()

    def set(self, moment: datetime) -> None:
        """Put the clock to an aware moment; backwards is allowed."""
        with self._lock:
            self._set(moment)

    def advance(self, by: timedelta) -> datetime:
        """Put the clock forward and return the new time."""
        with self._lock:
            self._set(self._now() + by)
            return self._now()

    def _now(self) -> datetime:
        passed = (
            timedelta(seconds=(time.monotonic() - self._zero) * self._speed) if self._speed else timedelta()
        )
        return (self._start + passed).replace(microsecond=0)

    def _set(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            message = f"a replica clock needs a time with its zone, not {moment.isoformat()}"
            raise ValueError(message)
        self._start = moment.astimezone(CHINA)
        self._zero = time.monotonic()
