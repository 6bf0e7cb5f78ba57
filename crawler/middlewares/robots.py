"""Obeys robots.txt by RFC 9309, and asks a host for it once a day, not at every visit."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from crawler.store import robots
from crawler.store.database import DatabaseError, open_database
from crawler.store.robots import Said

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser
    from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)

LOOKED_AT = 512 * 1024
"""Bytes of a robots.txt that are read; the RFC asks for 500 KiB at least."""
REFUSED, BROKEN = 400, 500


class RobotsUnreachable(IgnoreRequest):
    """A request that was not sent as nobody knows whether it may: robots.txt could not be read.

    ``cause`` is what the download ended with, None where the answer was the error ``status``.
    """

    def __init__(self, status: int = 0, cause: Exception | None = None) -> None:
        super().__init__(f"robots.txt could not be read (status {status})" if status else "robots.txt")
        self.status = status
        self.cause = cause


@dataclass(frozen=True, slots=True)
class _Found:
    """What holds for a host: rules, or why there are none."""

    rules: RobotParser | None = None
    error: RobotsUnreachable | None = None


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, with a memory of a day and the rules for servers that fail.

    A status of 4xx forbids nothing. One of 5xx, or none, forbids everything, unless an earlier answer is
    known, which then holds; after 30 days without any it forbids nothing. Spiders that only look around, as
    for `scrapy probe`, remember nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._url = (
            crawler.settings["PORTALWATCH_DATABASE_URL"] if hasattr(crawler.spidercls, "sections") else ""
        )
        self._asked: dict[str, asyncio.Future[_Found]] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules for ``request``, None if there are none. Raises RobotsUnreachable."""
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._find(origin))
        found = await asyncio.shield(self._asked[origin])
        if found.error is not None:
            raise RobotsUnreachable(found.error.status, found.error.cause)
        return found.rules

    async def _find(self, origin: str) -> _Found:
        now, known = self._now(), await asyncio.to_thread(self._known, origin)
        if known.body is not None and known.is_fresh(now):
            self._stats.inc_value("portalwatch/robots_known")
            return self._rules(known.body)
        error: RobotsUnreachable
        try:
            response = await self._ask(origin)
        except IgnoreRequest:
            # The visit is over, it leads in a circle or nowhere: this tells nothing that lasts.
            return _Found()
        except Exception as cause:  # noqa: BLE001  whatever a download ends with
            error = RobotsUnreachable(cause=cause)
        else:
            if response.status < BROKEN:
                body = response.body[:LOOKED_AT] if response.status < REFUSED else b""
                await asyncio.to_thread(self._keep, origin, response.status, body, now)
                return self._rules(body)
            error = RobotsUnreachable(response.status)
        await asyncio.to_thread(self._note_unreachable, origin, now)
        rules = known.in_force(now)
        return _Found(error=error) if rules is None else self._rules(rules)

    async def _ask(self, origin: str) -> Response:
        self._stats.inc_value("robotstxt/request_count")
        assert self.crawler.engine is not None
        asked = Request(
            f"{origin}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True},
            callback=NO_CALLBACK,
        )
        response = await self.crawler.engine.download_async(asked)
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        return response

    def _rules(self, body: bytes) -> _Found:
        return _Found(build_from_crawler(self._parserimpl, self.crawler, body))

    def _now(self) -> datetime:
        spider = cast("Any", self.crawler.spider)
        now: datetime = spider.now() if hasattr(spider, "now") else datetime.now(UTC)
        return now

    def _known(self, origin: str) -> Said:
        if not self._url:
            return Said()
        try:
            database = open_database(self._url)
            try:
                with database.reading() as session:
                    return robots.said(session, origin)
            finally:
                database.close()
        except DatabaseError:
            return Said()

    def _keep(self, origin: str, status: int, body: bytes, at: datetime) -> None:
        self._write(origin, lambda session: robots.keep(session, origin, status, body, at))

    def _note_unreachable(self, origin: str, at: datetime) -> None:
        self._write(origin, lambda session: robots.unreachable(session, origin, at))

    def _write(self, origin: str, write: Callable[[Session], None]) -> None:
        if not self._url:
            return
        try:
            database = open_database(self._url)
            try:
                with database.writing() as session:
                    write(session)
            finally:
                database.close()
        except DatabaseError as error:
            logger.error("What %s/robots.txt says was not kept: %s", origin, error)  # noqa: TRY400  one line
