"""Scrapy's downloader, which counts a transfer from the moment that it is decided on.

Scrapy 2.19 counts one only once its task runs. When the event loop was busy for longer than the delay between
two requests, the next one was begun before that, and the host had two at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from scrapy.core.downloader import Downloader

from crawler.asking import NotNow, asks_to_wait

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.http import Response
    from twisted.internet.defer import Deferred


class CountingDownloader(Downloader):
    """Never more transfers of a host than ``CONCURRENT_REQUESTS_PER_DOMAIN``, none once a visit ended.

    Requests that wait for their host have passed the middlewares; when the answer before them ends the visit
    (``over`` of the spider says why), they must not go out any more.
    """

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        if reason := getattr(self.crawler.spider, "over", ""):
            slot.transferring.discard(request)
            self._process_queue(slot)
            raise NotNow(f"{request.url}: the visit is over ({reason})")
        response = await super()._download(slot, request)
        if asks_to_wait(response) and self.crawler.spider is not None:
            # Now, not when the middlewares come to it: the next request may be due before that.
            cast("Any", self.crawler.spider).over = "retry-after"
        return response
