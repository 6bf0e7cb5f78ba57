"""Waiting for what passes by itself: a lock, a full disk, a server that starts again."""

from __future__ import annotations

import logging
import time
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypeVar

from crawler.store.connection import PassingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)

PATIENCE = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between two attempts; whoever has more patience waits the last ones again."""
SECONDS = 16.0
"""How long it is waited altogether, unless something else is said."""

_T = TypeVar("_T")


def patiently(
    attempt: Callable[[], _T], pause: Callable[[float], None] = time.sleep, seconds: float = SECONDS
) -> _T:
    """Return what ``attempt`` returns, tried again while it raises ``PassingError``; the last one is raised.

    ``pause`` is called with the seconds to wait before the next attempt, ``seconds`` altogether at most.
    Whatever calls it waits as well.
    """
    for wait in _waits(seconds):
        try:
            return attempt()
        except PassingError as error:
            logger.warning("%s; trying again in %.1f s", error, wait)
            pause(wait)
    return attempt()


def _waits(seconds: float) -> Iterator[float]:
    waited = 0.0
    for wait in chain(PATIENCE, repeat(PATIENCE[-1])):
        waited += wait
        if waited > seconds:
            return
        yield wait
