"""Asks for pages that are known only if they changed (ETag, Last-Modified)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from scrapy.exceptions import NotConfigured

from crawler.asking import CONDITIONAL, NOT_MODIFIED, VALIDATORS
from crawler.store.pages import Validators

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class ConditionalMiddleware:
    """Sends back what the server said of a page last time, and keeps what it says now for whoever stores it.

    What is kept is written only once all that the page brought is stored (``crawler.timekeeper``): a page
    of which something is missing has to be sent again in full.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; spiders that only look around, as for `scrapy probe`, have none."""
        if not hasattr(crawler.spidercls, "sections"):
            raise NotConfigured
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add the conditions to a request that asks for them."""
        spider = cast("Any", self.crawler.spider)
        if not request.meta.get(CONDITIONAL) or spider.full or spider.known is None:
            return
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)  # a redirect leads to another page
        said = spider.known.validators(request.url)
        if said is None:
            return
        if said.etag:
            request.headers["If-None-Match"] = said.etag
        if said.last_modified:
            request.headers["If-Modified-Since"] = said.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what the server says of a page, and count those that did not change."""
        assert self.crawler.stats is not None
        if response.status == NOT_MODIFIED:
            self.crawler.stats.inc_value("portalwatch/not_modified")
        elif response.status == 200 and request.meta.get(CONDITIONAL):
            request.meta[VALIDATORS] = Validators(
                _header(response, "ETag"), _header(response, "Last-Modified")
            )
        return response


def _header(response: Response, name: str) -> str | None:
    found = response.headers.get(name)
    return found.decode("latin-1").strip()[:500] or None if found else None
