"""A limit of time for reading one page, kept by whoever loops over what a page holds.

The loops ask (``check``) instead of being interrupted: a signal only reaches the main thread, waits for
whatever C code is at work, and may strike where nothing expects it; a thread cannot be stopped at all. What
happens between two questions is bounded by the limits of size (characters, lines, depth).
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

clock = time.monotonic
LEAST = 1e-9  # seconds that are left when nothing is left
# When the time is over, and how many seconds it was.
_limit: ContextVar[tuple[float, float] | None] = ContextVar("limit", default=None)


class TooSlowError(Exception):
    """The time for a page, ``seconds``, is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it takes longer than {seconds:g} s")
        self.seconds = seconds


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let what happens inside take ``seconds`` at most, or what is left of an outer limit; 0 is no limit."""
    limits = [(clock() + seconds, seconds)] if seconds > 0 else []
    if (outer := _limit.get()) is not None:
        limits.append(outer)
    token = _limit.set(min(limits, default=None))
    try:
        yield
    finally:
        _limit.reset(token)


@dataclass(slots=True)
class Budget:
    """The ``seconds`` that a page may take in all its steps, and how many are ``spent``; 0 is no limit."""

    seconds: float = 0.0
    spent: float = 0.0

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Let what happens inside take what is left, and count what it took.

        Raises ``TooSlowError``, which names all the seconds.
        """
        started = clock()
        try:
            with within(max(self.seconds - self.spent, LEAST) if self.seconds > 0 else 0.0):
                yield
        except TooSlowError as error:
            raise TooSlowError(self.seconds or error.seconds) from None
        finally:
            self.spent += clock() - started


def check() -> None:
    """Raise ``TooSlowError`` if the time is over; cheap enough to be asked for each line of a page."""
    limit = _limit.get()
    if limit is not None and clock() > limit[0]:
        raise TooSlowError(limit[1])
