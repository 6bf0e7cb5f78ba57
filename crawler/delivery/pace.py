"""How often a message is tried, how many alerts one message lists. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=6)
ASKED = timedelta(hours=24)
"""The longest Retry-After that is believed."""
JITTER = 0.2


class Settings(Protocol):
    """What is needed of Scrapy's settings."""

    def getint(self, name: str, default: int) -> int:
        """Return a setting as a whole number."""

    def getfloat(self, name: str, default: float) -> float:
        """Return a setting as a number."""


@dataclass(frozen=True)
class Pace:
    """The limits of sending.

    ``attempts`` until a message is dead; ``seconds`` that one attempt may take; ``listed`` alerts of a
    digest, the others are counted; ``failures`` in a row after which a target is left alone for a while.
    """

    attempts: int = 12
    seconds: float = 30.0
    listed: int = 50
    failures: int = 3

    @classmethod
    def of(cls, settings: Settings) -> Pace:
        """Read ``PORTALWATCH_DELIVERY_ATTEMPTS``, ``…_SECONDS`` and ``PORTALWATCH_DIGEST_LISTED``."""
        return cls(
            attempts=max(1, settings.getint("PORTALWATCH_DELIVERY_ATTEMPTS", cls.attempts)),
            seconds=settings.getfloat("PORTALWATCH_DELIVERY_SECONDS", cls.seconds),
            listed=max(1, settings.getint("PORTALWATCH_DIGEST_LISTED", cls.listed)),
        )

    @property
    def lease(self) -> timedelta:
        """How long a message belongs to the sender that took it: longer than one attempt can take."""
        return timedelta(seconds=self.seconds * 2 + 60)

    @staticmethod
    def rest(wait: timedelta, *, asked: bool) -> timedelta:
        """Return how long a target is left alone after a failure: ten minutes at most, an hour if asked."""
        return min(wait, timedelta(hours=1) if asked else timedelta(minutes=10))


DEFAULT = Pace()


def backoff(attempts: int, chance: float, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after ``attempts`` (1 and up) failed: doubled each time, six hours at most.

    ``chance`` (0 to 1) spreads it by a fifth to either side; ``asked`` is the target's own wish, which is
    the least.
    """
    waited: timedelta = min(LONGEST, FIRST * 2 ** min(attempts - 1, 20))
    spread = waited * (1 + JITTER * (2 * chance - 1))
    return max(spread, min(asked, ASKED)) if asked is not None else spread
