"""Telling what matches a watch."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self

from crawler.alerts import outbox, publishing
from crawler.alerts.live import LiveRules, rules_of
from crawler.refusals import Refused
from crawler.store.articles import Outcome
from crawler.store.database import DEFAULT_URL, DatabaseError
from crawler.store.writer import Limits, Writer, writer_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector
    from sqlalchemy.orm import Session

    from crawler.alerts.feeds import Place
    from crawler.items import Article
    from crawler.store.articles import Saved

logger = logging.getLogger(__name__)

DEFAULT_FEEDS = "var/feeds"
EVERY = 30.0
"""Seconds between two writings of the feeds while a crawl goes on."""


class AlertsPipeline:
    """Writes an alert for each watch that an article matches, and commits what `store` began.

    The feeds are written when the spider closes, and between whiles in a long crawl; an alert that is not in
    its feed yet, because a run was killed or the folder cannot be written, is added by the next run.
    """

    def __init__(
        self,
        writer: Writer,
        folder: Path,
        stats: StatsCollector | None = None,
        place: Place | None = None,
    ) -> None:
        self.writer = writer
        self._folder = folder
        self._stats = stats
        self._place = place
        self._published = monotonic()
        self._rules = rules_of(writer.database)
        writer.expect()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Use the settings ``PORTALWATCH_DATABASE_URL`` and ``PORTALWATCH_FEEDS_DIR``."""
        url = crawler.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL
        folder = crawler.settings.get("PORTALWATCH_FEEDS_DIR") or DEFAULT_FEEDS
        place = publishing.place_of(crawler.settings)
        return cls(writer_of(crawler, url, Limits.of(crawler.settings)), Path(folder), crawler.stats, place)

    async def process_item(self, item: Article) -> Article:
        """Wait until the article is committed with its alerts.

        Raises ``Refused`` if the database refuses it; nothing of it is kept then.
        """
        unit = self.writer.unit(item)
        alerting = _Alerting(item, self._rules)
        unit.steps.append(alerting)
        try:
            await self.writer.commit(unit)
        except DatabaseError as error:
            self._count("portalwatch/errors")
            self._count("portalwatch/errors/store")
            raise Refused(item.url, "store", str(error), kind="not-stored") from error
        self._count("portalwatch/alerts", alerting.written)
        if alerting.written and monotonic() - self._published >= EVERY:
            self._published = monotonic()
            await asyncio.to_thread(self._publish)
        return item

    def close_spider(self) -> None:
        """Write the feeds that have something new."""
        self._publish()

    def _publish(self) -> None:
        try:
            publishing.publish(self.writer.database, self._folder, self._place)
        except (OSError, DatabaseError) as error:
            logger.error("The feeds in %s cannot be written: %s", self._folder, error)  # noqa: TRY400  one line
            self._count("portalwatch/errors")
            self._count("portalwatch/errors/feeds")

    def _count(self, key: str, by: int = 1) -> None:
        if self._stats is not None and by:
            self._stats.inc_value(key, by)


@dataclass(slots=True)
class _Alerting:
    """What is done about the watches in an article's transaction, perhaps more than once."""

    article: Article
    rules: LiveRules
    written: int = 0

    def __call__(self, session: Session, saved: Saved) -> None:
        self.written = 0
        if not saved.tells:
            return
        rules = self.rules.now(session)
        kind = "changed" if saved.outcome is Outcome.CHANGED else "new"
        matches = rules.matcher.match(self.article, kind)
        if matches or saved.reprint:
            self.written = outbox.record(session, saved, self.article, matches, rules.ids)
