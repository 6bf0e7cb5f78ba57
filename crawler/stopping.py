"""Stopping a patrol on SIGTERM or SIGINT within seconds, with what was read written down."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Any

from scrapy.utils.defer import deferred_from_coro

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from scrapy.crawler import AsyncCrawlerProcess, Crawler

EXIT_STOPPED = 1
GRACE = 5.0
"""Seconds that transfers under way have to end; after them, or a second signal, they are dropped."""


@contextlib.contextmanager
def in_order() -> Iterator[None]:
    """Let SIGTERM leave the block by SystemExit, so that what was taken is let go; for the main thread."""

    def told(_number: int, _: FrameType | None) -> None:
        raise SystemExit(EXIT_STOPPED)

    before = signal.signal(signal.SIGTERM, told)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run(process: AsyncCrawlerProcess) -> None:
    """Run the event loop of ``process`` until its crawlers are done or a signal stops them."""
    from twisted.internet import reactor as installed  # noqa: PLC0415  the process has installed it by now
    from twisted.internet.error import ReactorNotRunning  # noqa: PLC0415  as above

    reactor: Any = installed

    asked: list[int] = []

    def drop() -> None:
        with contextlib.suppress(ReactorNotRunning):
            reactor.stop()

    def stop() -> None:
        if len(asked) > 1:
            drop()
            return
        deferred_from_coro(process.stop())
        reactor.callLater(GRACE, drop)

    def told(number: int, _: FrameType | None) -> None:
        asked.append(number)
        reactor.callFromThread(stop)

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process.start(install_signal_handlers=False)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(crawler: Crawler) -> None:
    """Close the spider of ``crawler``; from any thread."""
    from twisted.internet import reactor as installed  # noqa: PLC0415  the process has installed it by now

    reactor: Any = installed
    reactor.callFromThread(lambda: deferred_from_coro(crawler.stop_async()))
