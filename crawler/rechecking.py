"""Visits recent articles again: edits become versions, what is gone is withdrawn."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import urljoin

import scrapy
from scrapy.http import TextResponse

from crawler.alerts import outbox, publishing
from crawler.alerts.live import LiveRules
from crawler.asking import NOT_MODIFIED, NotNow, conditional
from crawler.monitor.gone import GONE, gone
from crawler.page.address import canonical_url
from crawler.page.document import PageError, parse_html
from crawler.selectors import elements
from crawler.store import rechecks, turns
from crawler.store.database import Database, DatabaseError, open_database
from crawler.store.models import Article, Portal, Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from sqlalchemy.orm import Session
    from twisted.python.failure import Failure

    from crawler.parts import Joiner
    from crawler.reading import Rules
    from crawler.store.rechecks import Due

logger = logging.getLogger(__name__)

PRIORITY = -1_000_000
"""Behind all that is new."""
MANY, MOST = 5, 0.5
"""So many gone at once, and a larger share of those looked at: the portal was rebuilt or is broken."""


class Visiting(Protocol):
    """What is needed of a spider."""

    name: str
    portal: ClassVar[str]
    base: str
    sections: ClassVar[dict[str, str]]
    settings: BaseSettings
    rules: Rules
    joiner: Joiner

    @property
    def selective(self) -> bool:
        """Whether only a part of what is new is wanted."""

    def now(self) -> datetime:
        """Return the time, aware."""

    def limited(self, url: str) -> AbstractContextManager[None]:
        """Bound what is done inside by the time a page may take."""

    def failed(self, failure: Failure) -> None:
        """Say why a request brought nothing, and count it."""

    def count(self, name: str, by: int = 1) -> None:
        """Raise a counter."""


class Rechecker:
    """A spider's visits to what is stored. What they find gone is written when the spider has finished."""

    def __init__(self, spider: Visiting) -> None:
        self.spider = spider
        self._looked = 0
        self._gone: list[tuple[Due, str]] = []
        self._unchanged: list[int] = []

    def requests(self) -> Iterator[scrapy.Request]:
        """Yield the requests of the articles that are due, as many as ``PORTALWATCH_RECHECKS``."""
        limit = self.spider.settings.getint("PORTALWATCH_RECHECKS")
        if not limit or self.spider.selective:
            return
        database = self._database()
        try:
            with database.writing() as session:
                found = rechecks.claim(session, self.spider.name, self.spider.now(), limit)
        finally:
            database.close()
        for due in found:
            self.spider.count("rechecks")
            request = scrapy.Request(
                due.url,
                callback=self.read,
                errback=self.failed,
                cb_kwargs={"due": due},
                priority=PRIORITY,
                dont_filter=True,
            )
            request = conditional(request)
            request.meta["handle_httpstatus_list"] = [NOT_MODIFIED, *GONE]
            yield request

    def read(self, response: Response, due: Due) -> Iterator[Any]:
        """Read an article again, or note that it is gone."""
        self._looked += 1
        if response.status == NOT_MODIFIED:
            self._unchanged.append(due.article_id)
            return
        text = response.text if isinstance(response, TextResponse) else ""
        found = self._has_text(response, text)
        reason = gone(due.address, response.status, response.url, text, lists=self._lists(), found=found)
        if reason:
            self.spider.count("rechecks/gone")
            self._gone.append((due, reason))
            return
        yield from self.spider.joiner.read(response, section=due.section, list_url=due.list_url)

    def failed(self, failure: Failure) -> None:
        """Count a visit that brought nothing; it says nothing about the article."""
        if not isinstance(failure.value, NotNow):
            self.spider.failed(failure)

    def close(self, reason: str) -> None:
        """Write what was found, if the visit came to its end: a block says nothing about articles."""
        if reason != "finished" or not (self._gone or self._unchanged):
            return
        if len(self._gone) >= MANY and len(self._gone) > MOST * self._looked:
            logger.error(
                "%s: %d of %d articles are gone at once, which is not taken for a withdrawal",
                self.spider.name, len(self._gone), self._looked,
            )  # fmt: skip
            self.spider.count("errors")
            self.spider.count("errors/gone-at-once")
            self._gone.clear()
        try:
            database = self._database()
            try:
                self._write(database)
            finally:
                database.close()
        except DatabaseError as error:
            logger.error("What became of articles of %s was not kept: %s", self.spider.name, error)  # noqa: TRY400  one line
            self.spider.count("errors")
            self.spider.count("errors/rechecks")

    def _write(self, database: Database) -> None:
        at, rules, alerts = self.spider.now(), LiveRules(), 0
        with turns.writing(database) as session:
            rechecks.unchanged(session, self._unchanged, at)
            for due, why in self._gone:
                if rechecks.missing(session, due.article_id, why, at, self._interval()):
                    self.spider.count("articles/withdrawn")
                    logger.warning("%s is withdrawn: %s", due.url, why)
                    alerts += self._alert(session, due.article_id, rules)
        if alerts:
            self.spider.count("alerts", alerts)
            settings = self.spider.settings
            try:
                folder = Path(settings.get("PORTALWATCH_FEEDS_DIR") or "var/feeds")
                publishing.publish(database, folder, publishing.place_of(settings))
            except OSError as error:
                logger.error("The feeds cannot be written: %s", error)  # noqa: TRY400  one line

    def _alert(self, session: Session, article_id: int, rules: LiveRules) -> int:
        article = session.get_one(Article, article_id)
        version = session.query(Version).filter_by(article_id=article_id, number=article.latest).one()
        now, portal = rules.now(session), session.get_one(Portal, article.portal_id)
        matches = now.matcher.match(_Stored(version, portal, self.spider.portal), outbox.WITHDRAWN)
        return outbox.record_withdrawn(session, article, matches, now.ids, at=self.spider.now())

    def _has_text(self, response: Response, text: str) -> bool | None:
        rule = self.spider.rules.of_field("body")
        if rule is None or callable(rule) or not text:
            return None
        try:
            with self.spider.limited(response.url):
                nodes = elements(rule, parse_html(text, response.url).root)
        except PageError:
            return None
        return any("".join(node.itertext()).strip() for node in nodes)

    def _lists(self) -> set[str]:
        spider = self.spider
        return {canonical_url(urljoin(f"{spider.base}/", path)) for path in ("", *spider.sections.values())}

    def _interval(self) -> timedelta:
        return timedelta(seconds=self.spider.settings.getfloat("PORTALWATCH_GONE_INTERVAL"))

    def _database(self) -> Database:
        return open_database(self.spider.settings["PORTALWATCH_DATABASE_URL"])


class _Stored:
    """A stored version as watches are asked about it."""

    def __init__(self, version: Version, portal: Portal, site: str) -> None:
        self.portal, self.site, self.region = portal.name, site, portal.region
        self.canonical_title, self.canonical_body = version.canonical_title, version.canonical_body
        self.canonical_source: str | None = version.canonical_source
        self.section = version.content.section
