"""What is done to the requests that a page leads to: too long addresses are left out, the others name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import NotConfigured
from scrapy.spidermiddlewares.depth import DepthMiddleware
from scrapy.spidermiddlewares.referer import RefererMiddleware
from scrapy.spidermiddlewares.urllength import UrlLengthMiddleware

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class FollowingMiddleware(RefererMiddleware):
    """Scrapy's middlewares for ``URLLENGTH_LIMIT`` and ``REFERER_ENABLED`` as one.

    Each by itself hands what a page brings through two generators more.
    """

    _length: UrlLengthMiddleware | None = None
    _names = True

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware. Raises NotConfigured if neither is wanted."""
        found = cls(crawler.settings)
        found._names = crawler.settings.getbool("REFERER_ENABLED")
        if crawler.settings.getint("URLLENGTH_LIMIT"):
            found._length = UrlLengthMiddleware.from_crawler(crawler)
        if not found._names and found._length is None:
            raise NotConfigured
        return found

    async def process_spider_output_async(  # type: ignore[override]  # the base class takes a spider no longer needed
        self, response: Response | None, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Yield what a page brings, without the requests that are left out."""
        async for found in result:
            if (kept := self._get_processed(found, response)) is not None:
                yield kept

    def get_processed_request(self, request: Request, response: Response | None) -> Request | None:
        """Return ``request`` with the page that led to it, None for one with too long an address."""
        if self._length is not None and self._length.get_processed_request(request, response) is None:
            return None
        return super().get_processed_request(request, response) if self._names else request


class WantedDepthMiddleware(DepthMiddleware):
    """Scrapy's own, where a setting asks for it: by default nobody reads how deep a page was found."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware. Raises NotConfigured if nothing depends on depths."""
        settings = crawler.settings
        wanted = settings.getint("DEPTH_LIMIT") or settings.getint("DEPTH_PRIORITY")
        if not wanted and not settings.getbool("DEPTH_STATS_VERBOSE"):
            raise NotConfigured
        return super().from_crawler(crawler)
