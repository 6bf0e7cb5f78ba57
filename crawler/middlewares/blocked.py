"""Ends a visit where a portal answers with challenges: nothing of them is read, and it is left alone."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from scrapy.exceptions import IgnoreRequest

from crawler.asking import NotNow
from crawler.middlewares.charset import DecidedResponse, raw_page
from crawler.monitor.blocking import Answer, Block, block
from crawler.page.document import PageError, parse_html
from crawler.selectors import elements
from crawler.store import kept_pages
from crawler.store.database import DatabaseError, open_database

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

REASON = "blocked"
UNSURE = 3
"""Small pages without what is expected, in a row, that together are a block."""


class Blocked(IgnoreRequest):
    """An answer that was a challenge and no page."""


class BlockedMiddleware:
    """Looks at each decoded answer before a spider or a retry does; keeps challenges for study."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.small = crawler.settings.getint("PORTALWATCH_BLOCKED_BYTES", 4096)
        self._over = False
        self._unsure = 0
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise NotNow once the portal has answered with a challenge."""
        if self._over:
            raise NotNow(f"{request.url}: the visit is over (blocked)")

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return an answer that is a page; raise Blocked for a challenge."""
        if not isinstance(response, DecidedResponse) or request.url.endswith("/robots.txt"):
            return response
        found = block(self._answer(request, response), small=self.small)
        if found is None:
            self._unsure = 0
            return response
        self._unsure += 1
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value("portalwatch/challenges")
        await self._keep(response, found)
        if found.sure or self._unsure >= UNSURE:
            self.crawler.stats.inc_value("portalwatch/blocked")
            self._end()
        raise Blocked(f"a challenge came instead of the page ({found.mark})")

    def _answer(self, request: Request, response: DecidedResponse) -> Answer:
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        found = partial(self._found, request, response)
        return Answer(response.status, response.text, len(response.body), headers, found)

    def _found(self, request: Request, response: DecidedResponse) -> bool | None:
        """Return whether a small page has what the spider's selector is to find, None if there is none."""
        if len(response.body) >= MOST_BYTES:
            return None
        rules = getattr(self.crawler.spider, "rules", None)
        is_list = "number" in request.cb_kwargs
        rule = rules.of_field("entries" if is_list else "body") if rules is not None else None
        if rule is None or callable(rule):
            return None
        try:
            nodes = elements(rule, parse_html(response.text, response.url).root)
        except PageError:
            return False
        return any("".join(node.itertext()).strip() for node in nodes)

    async def _keep(self, response: DecidedResponse, found: Block) -> None:
        spider = cast("Any", self.crawler.spider)
        now = spider.now() if hasattr(spider, "now") else None
        if now is None:
            return  # a look outside a crawl stores nothing
        logger.info("%s: %s (%s)", response.url, found.kind, found.mark)
        try:
            await asyncio.to_thread(self._write, spider.name, response, found, now)
        except DatabaseError as error:
            logger.error("The page %s was not kept: %s", response.url, error)  # noqa: TRY400  one line

    def _write(self, portal: str, response: DecidedResponse, found: Block, now: datetime) -> None:
        page = raw_page(response, now)
        settings = self.crawler.settings
        database = open_database(settings["PORTALWATCH_DATABASE_URL"])
        try:
            with database.writing() as session:
                kept_pages.keep(
                    session,
                    portal,
                    page.url,
                    at=now,
                    status=page.status,
                    reason=found.kind,
                    headers=page.headers,
                    body=page.body,
                    most=settings.getint("PORTALWATCH_KEPT_PAGES", kept_pages.A_PORTAL),
                )
        finally:
            database.close()

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        if self.crawler.spider is not None:
            cast("Any", self.crawler.spider).over = REASON
        if self.crawler.engine is not None:
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=REASON))


MOST_BYTES = 64 * 1024
"""Larger pages than this are not parsed to see whether they are a challenge."""
