"""Writes down what a visit tells the next one: what sections listed, when they are due, what was spent."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.asking import CONDITIONAL, ENTRY, VALIDATORS
from crawler.items import Article
from crawler.monitor import agenda, restraint
from crawler.monitor.displayed import within
from crawler.monitor.hours import day, midnight
from crawler.page.address import canonical_url
from crawler.policy import Policy
from crawler.refusals import PASSING
from crawler.store import pages
from crawler.store.database import DatabaseError, open_database

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from sqlalchemy.orm import Session

    from crawler.monitor.sightings import Sighting
    from crawler.spider import PortalSpider
    from crawler.store.pages import Validators

logger = logging.getLogger(__name__)

LEFT = frozenset({"shutdown", "retry-after", "budget", "hours"})
"""Reasons for which a visit ends early that are no fault: it goes on when it may."""


class Timekeeper:
    """The extension that follows each article to its end.

    What a server said of a page is kept only if all that the page brought came to an end that another visit
    would not change; else it is forgotten, so that the page is sent again in full.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._lists: dict[str, tuple[str, Validators]] = {}  # section to its page, and what was said of it
        self._pages: dict[str, Validators | None] = {}  # of articles
        self._stored: set[str] = set()  # addresses of articles
        self._led: set[str] = set()  # addresses that led to articles of others

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of ``crawler``."""
        if not hasattr(crawler.spidercls, "sections"):
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.response_received, signals.response_received)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.item_dropped, signals.item_dropped)
        crawler.signals.connect(extension.item_error, signals.item_error)
        crawler.signals.connect(extension.spider_error, signals.spider_error)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def response_received(self, response: Response, request: Any, spider: PortalSpider) -> None:
        """Note what the server said of a section page."""
        if VALIDATORS in request.meta and "number" in request.cb_kwargs:
            section = spider.section_url(request.cb_kwargs["section"])
            self._lists[section] = (response.url, request.meta[VALIDATORS])

    def item_scraped(self, item: Any, response: Response, spider: PortalSpider) -> None:
        """Note an article that was stored."""
        if not isinstance(item, Article):
            return
        spider.sightings.settle(self._addresses(item, response), within(item.published))
        address = canonical_url(item.url)
        self._stored.add(address)
        if (named := response.meta.get(ENTRY)) and named != address:
            self._led.add(named)
        if VALIDATORS in response.meta:
            self._pages[response.url] = response.meta[VALIDATORS]

    def item_dropped(
        self, item: Any, response: Response, exception: BaseException, spider: PortalSpider
    ) -> None:
        """Note an article that was refused; one that could not be stored stays open."""
        if isinstance(item, Article) and getattr(exception, "kind", "not-stored") not in PASSING:
            spider.sightings.settle(self._addresses(item, response))
        elif response.meta.get(CONDITIONAL):
            self._pages[response.url] = None

    def item_error(self, item: Any, response: Response, spider: PortalSpider) -> None:  # noqa: ARG002  Scrapy's names
        """Forget what was said of a page that could not be stored."""
        if response.meta.get(CONDITIONAL):
            self._pages[response.url] = None

    def spider_error(self, response: Response, spider: PortalSpider) -> None:
        """Note a section page on which the spider's own rules failed: it was not read."""
        if "number" in response.cb_kwargs:
            spider.lost(response.cb_kwargs["section"], response.cb_kwargs["number"])

    def spider_closed(self, spider: PortalSpider, reason: str) -> None:
        """Write it all down."""
        now = spider.now()
        try:
            database = open_database(self.crawler.settings["PORTALWATCH_DATABASE_URL"])
            try:
                with database.writing() as session:
                    self._spend(session, spider, now, reason)
                    self._remember(session)
                    if not spider.selective:
                        self._ended(session, spider, now)
                        self._sections(session, spider, now, reason)
            finally:
                database.close()
        except DatabaseError as error:
            logger.error("When %s is due next was not kept: %s", spider.name, error)  # noqa: TRY400  one line
            spider.count("errors")
            spider.count("errors/schedule")

    def _spend(self, session: Session, spider: PortalSpider, now: datetime, reason: str) -> None:
        assert self.crawler.stats is not None
        sent = self.crawler.stats.get_value(f"portalwatch/requests/{day(now)}", 0)
        restraint.spend(session, spider.name, sent, now)
        if spider.wait_until is not None:
            restraint.wait(session, spider.name, spider.wait_until, restraint.ASKED)
            restraint.state(session, spider.name).backoff += 1
        elif reason == "finished":
            restraint.answered(session, spider.name)
        elif reason == "budget":
            restraint.wait(session, spider.name, midnight(now), "budget")

    def _remember(self, session: Session) -> None:
        for url, said in self._pages.items():
            _keep(session, url, said)

    def _ended(self, session: Session, spider: PortalSpider, now: datetime) -> None:
        """Note which entries of lists came to an end and are no stored articles by their addresses."""
        listed = {address for seen in spider.sightings.sections.values() for address in seen.listed}
        for address in (listed & spider.sightings.settled) - self._stored:
            pages.note_ended(session, address, now, led=address in self._led)

    def _sections(self, session: Session, spider: PortalSpider, now: datetime, reason: str) -> None:
        complete = reason == "finished"
        seen: dict[str, Sighting] = {}
        for url, sighting in spider.sightings.sections.items():
            sighting.lasting = sighting.lasting and complete
            sighting.left = reason in LEFT and not (sighting.unchanged or sighting.failed)
            seen[url] = sighting
            if url in self._lists and not sighting.unchanged:
                page, said = self._lists[url]
                _keep(session, page, said if sighting.settled else None)
        begun = spider.sightings.begun or now
        bounds = Policy.of(spider.settings, type(spider)).bounds
        agenda.record(session, spider.name, seen, bounds, now, begun=begun)

    @staticmethod
    def _addresses(item: Article, response: Response) -> set[str]:
        return {canonical_url(item.url), response.meta.get(ENTRY, "")}


def _keep(session: Session, url: str, said: Validators | None) -> None:
    if said is None or not (said.etag or said.last_modified):
        pages.forget(session, url)
    else:
        pages.forget(session, url)  # no validator of an older state may stay beside a new one
        session.flush()
        pages.remember(session, url, said)
