"""Scrapy's downloader, which counts a transfer from the moment that it is decided on.

Scrapy 2.19 counts one only once its task runs. When the event loop was busy for longer than the delay between
two requests, the next one was begun before that, and the host had two at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader import Downloader

from crawler.asking import NotNow, asks_to_wait
from crawler.chains import Middlewares
from crawler.middlewares.gentle import GentleMiddleware

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred


class CountingDownloader(Downloader):
    """Never more transfers of a host than ``CONCURRENT_REQUESTS_PER_DOMAIN``, none once a visit ended.

    Requests that wait for their host have passed the middlewares. So whether one goes out is asked again when
    its turn comes (``let_go`` of GentleMiddleware), and only what goes out is counted.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.middleware = Middlewares(*self.middleware.middlewares, crawler=crawler)

    @cached_property
    def _gentle(self) -> GentleMiddleware | None:
        kinds = self.middleware.middlewares
        return next((one for one in kinds if isinstance(one, GentleMiddleware)), None)

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        try:
            if self._gentle is not None:
                self._gentle.let_go(request)
        except NotNow:
            slot.transferring.discard(request)
            self._process_queue(slot)
            raise
        response = await super()._download(slot, request)
        if self._gentle is not None and asks_to_wait(response):
            # Now, not when the middlewares come to it: the next request may be due before that.
            self._gentle.let_be(request)
        return response
