"""Ends a visit when the portal asks for it, its hours are over, or the day's requests are used up."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy.exceptions import NotConfigured

from crawler.asking import AskedToWait, NotNow, asks_to_wait
from crawler.monitor import restraint
from crawler.monitor.hours import day
from crawler.page.address import canonical_url
from crawler.policy import Policy
from crawler.store.database import open_database

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class GentleMiddleware:
    """Counts the requests that go out, of whatever kind, and stops a visit in time.

    What is left of the visit is found again by the next one. The reasons for which the spider is closed are
    ``retry-after``, ``budget`` and ``hours``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.sent = 0
        self._day = ""  # of the last request
        self._before = 0  # requests of that day before this visit
        self._earlier = 0  # requests of this visit before that day
        self._elsewhere: set[str] = set()  # other hosts that asked to wait
        self._times = 0  # how often in a row the portal asked to wait
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; spiders that only look around, as for `scrapy probe`, have none."""
        if not hasattr(crawler.spidercls, "sections"):
            raise NotConfigured
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise NotNow if the visit is over; else the request waits for its turn."""
        self._refuse_after_the_end(request)

    @cached_property
    def _policy(self) -> Policy:
        return Policy.of(self.crawler.settings, type(self.crawler.spider))

    def let_go(self, request: Request) -> None:
        """Count a request whose turn has come, or raise NotNow if it is not to be sent any more."""
        self._refuse_after_the_end(request)
        self._refuse_while_closing(request)
        spider = cast("Any", self.crawler.spider)
        policy, now = self._policy, spider.now()
        if self._day != day(now):
            self._begin(spider, now)
        if policy.budget and self._before + self.sent - self._earlier >= policy.budget:
            self._end("budget", f"{policy.budget} requests were sent today")
        elif policy.hours.opens(now) > now:
            self._end("hours", "its hours are over")
        self._refuse_after_the_end(request)
        self.sent += 1
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("portalwatch/requests", self.sent)
        self.crawler.stats.set_value(f"portalwatch/requests/{self._day}", self.sent - self._earlier)

    def _refuse_after_the_end(self, request: Request) -> None:
        if over := cast("Any", self.crawler.spider).over:
            raise NotNow(f"{request.url}: the visit is over ({over})")
        if self._elsewhere and _host(request.url) in self._elsewhere:
            raise NotNow(f"{request.url}: this host asked to wait")

    def _refuse_while_closing(self, request: Request) -> None:
        """Let nothing go that waits for its host when the spider is closed, as by PORTALWATCH_RUN_TIMEOUT.

        Scrapy sends all that waits, one after the other, before it closes.
        """
        slot = getattr(self.crawler.engine, "_slot", None)
        if slot is not None and slot.closing is not None:
            raise NotNow(f"{request.url}: the visit ends")

    def is_portals(self, request: Request) -> bool:
        """Return whether a request is one to the portal, and not to where an article of it leads."""
        if "number" in request.cb_kwargs:
            return True
        spider = cast("Any", self.crawler.spider)
        own = {_host(spider.base), *(_host(spider.section_url(name)) for name in spider.sections)}
        return _host(request.url) in own

    def let_be(self, request: Request) -> None:
        """Send nothing more to whom ``request`` went: it asked for that."""
        if self.is_portals(request):
            cast("Any", self.crawler.spider).over = "retry-after"
        else:
            self._elsewhere.add(_host(request.url))

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer, or raise AskedToWait for one that asks for it.

        What asks for it on another host, where an article leads, says nothing of the portal.
        """
        if not asks_to_wait(response):
            return response
        if not self.is_portals(request):
            raise AskedToWait(f"the server answered with status {response.status} and asks to wait")
        header = (response.headers.get("Retry-After") or b"").decode("latin-1")
        spider = cast("Any", self.crawler.spider)
        wait = restraint.asked_wait(header, self._times, spider.now())
        spider.wait_until = spider.now() + wait
        seconds = round(wait.total_seconds())
        self._end("retry-after", f"the server asks to wait {seconds} s")
        raise AskedToWait(f"the server answered with status {response.status} and asks to wait {seconds} s")

    def _begin(self, spider: Any, now: datetime) -> None:
        database = open_database(self.crawler.settings["PORTALWATCH_DATABASE_URL"])
        try:
            with database.reading() as session:
                self._day, self._earlier = day(now), self.sent
                self._before = restraint.spent(session, spider.name, now)
                self._times = restraint.times_asked(session, spider.name)
        finally:
            database.close()

    def _end(self, reason: str, sentence: str) -> None:
        if self._closing is not None:
            return
        spider = cast("Any", self.crawler.spider)
        spider.over = reason
        spider.logger.warning("The visit ends early: %s", sentence)
        if self.crawler.engine is not None:
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))


def _host(url: str) -> str:
    return urlsplit(canonical_url(url)).netloc
