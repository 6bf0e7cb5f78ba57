"""Waiting for what passes by itself: a lock, a full disk, a server that starts again."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypeVar

from crawler.store.connection import PassingError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

PATIENCE = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between two attempts; after the last one it is given up."""

_T = TypeVar("_T")


def patiently(attempt: Callable[[], _T], pause: Callable[[float], None] = time.sleep) -> _T:
    """Return what ``attempt`` returns, tried again while it raises ``PassingError``; the last one is raised.

    ``pause`` is called with the seconds to wait before the next attempt. Whatever calls it waits as well.
    """
    for seconds in PATIENCE:
        try:
            return attempt()
        except PassingError as error:
            logger.warning("%s; trying again in %.1f s", error, seconds)
            pause(seconds)
    return attempt()
