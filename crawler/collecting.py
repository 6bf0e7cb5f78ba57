"""Lets Python look for garbage less often while pages are read.

A page makes some ten thousand objects and lets go of them at once, without cycles but those of its tree. By
default Python looks through all that the process has loaded again and again meanwhile: a sixth of the time.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from scrapy import signals

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

THRESHOLDS = (20_000, 10, 20)
"""New objects after which the young are looked through, and how often the older ones are."""


class Collecting:
    """The extension that spares the process what was loaded before the first page.

    What holds for the process is changed when the first engine starts and undone when the last one stops.
    """

    _running = 0
    _before = gc.get_threshold()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of ``crawler``."""
        extension = cls()
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

    def stopped(self) -> None:
        """Look at everything again, as often as before."""
        Collecting._running -= 1
        if not Collecting._running:
            gc.unfreeze()
            gc.set_threshold(*Collecting._before)
