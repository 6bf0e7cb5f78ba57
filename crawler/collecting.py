"""Lets Python look for garbage less often while pages are read.

A page makes some ten thousand objects and lets go of them at once, without cycles but those of its tree. By
default Python looks through all that the process has loaded again and again meanwhile: a sixth of the time.

The thread that writes and the one that reads let go of what the other took. By default the C library keeps a
heap for each of them, of which none is ever full: a sixteenth of the memory.
"""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from scrapy import signals

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

THRESHOLDS = (20_000, 10, 20)
"""New objects after which the young are looked through, and how often the older ones are."""

TRIMMED = 500
"""After so many answers what is free in the middle of the heap is given back to the system."""

_HEAPS = -8
"""The number of that setting in malloc.h (``M_ARENA_MAX``)."""


class Collecting:
    """The extension that spares the process what was loaded before the first page.

    What holds for the process is changed when the first engine starts and undone when the last one stops.
    """

    _answers = 0
    _running = 0
    _before = gc.get_threshold()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of ``crawler``."""
        extension = cls()
        crawler.signals.connect(extension.answered, signals.response_received)
        _one_heap()  # now: the thread that writes is started before the engine is
        crawler.signals.connect(extension.started, signals.engine_started)
        crawler.signals.connect(extension.stopped, signals.engine_stopped)
        return extension

    def started(self) -> None:
        """Leave alone what is there, and look seldom."""
        if not Collecting._running:
            Collecting._before = gc.get_threshold()
            gc.collect()
            gc.freeze()
            gc.set_threshold(*THRESHOLDS)
        Collecting._running += 1

    def answered(self) -> None:
        """Give memory back now and then: pages of all sizes leave holes, an eighth of the heap."""
        self._answers += 1
        if self._answers % TRIMMED == 0:
            _trim()

    def stopped(self) -> None:
        """Look at everything again, as often as before."""
        Collecting._running -= 1
        if not Collecting._running:
            gc.unfreeze()
            gc.set_threshold(*Collecting._before)


def _trim() -> None:
    with suppress(AttributeError, OSError, TypeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


@cache
def _one_heap() -> None:
    """Tell the C library to take all memory from one heap, where it is one that knows how (glibc)."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_HEAPS, 1)
