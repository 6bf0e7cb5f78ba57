"""Telling what matches a watch."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import select

from crawler.alerts import feeds, outbox
from crawler.alerts.matching import Matcher
from crawler.refusals import Refused
from crawler.store.database import DEFAULT_URL, DatabaseError
from crawler.store.models import Watch
from crawler.store.writer import Writer, writer_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from crawler.items import Article

logger = logging.getLogger(__name__)

DEFAULT_FEEDS = "var/feeds"


class AlertsPipeline:
    """Writes an alert for each watch that an article matches, and ends the transaction that `store` began.

    The feeds are written when the spider closes; an alert that is not in its feed yet, because a run was
    killed or the folder cannot be written, is added by the next run.
    """

    def __init__(self, writer: Writer, folder: Path, stats: StatsCollector | None = None) -> None:
        self.writer = writer
        self._folder = folder
        self._stats = stats
        self._watch_ids: dict[str, int] = {}
        self._matcher = Matcher({})
        writer.expect()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Use the settings ``PORTALWATCH_DATABASE_URL`` and ``PORTALWATCH_FEEDS_DIR``."""
        url = crawler.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL
        folder = crawler.settings.get("PORTALWATCH_FEEDS_DIR") or DEFAULT_FEEDS
        return cls(writer_of(crawler, url), Path(folder), crawler.stats)

    def open_spider(self) -> None:
        """Read the watches. Raises ``DatabaseError``."""
        with self.writer.database.reading() as session:
            rows = session.execute(select(Watch.name, Watch.query, Watch.id).order_by(Watch.name)).all()
        self._watch_ids = {name: watch_id for name, _, watch_id in rows}
        self._matcher = Matcher({name: query for name, query, _ in rows})

    def process_item(self, item: Article) -> Article:
        """Match, write, commit; raise ``Refused`` if the database refuses it, with nothing of it kept."""
        try:
            outcome, alerts = self.run(item)
        except DatabaseError as error:
            self._count("portalwatch/errors")
            self._count("portalwatch/errors/store")
            raise Refused(item.url, "store", str(error), kind="not-stored") from error
        self._count(f"portalwatch/articles/{outcome}")
        self._count("portalwatch/alerts", alerts)
        return item

    def run(self, article: Article) -> tuple[str, int]:
        """Complete the article's transaction; return what it was (new, changed, same) and how many alerts.

        Raises ``DatabaseError``; whatever goes wrong, the article is undone with its alerts.
        """
        try:
            unit = self.writer.unit(article)
            matches = self._matcher.match(article)
            with self.writer.translated():
                alerts = outbox.record(unit.session, unit.saved, article, matches, self._watch_ids)
            self.writer.commit()
        except BaseException:
            self.writer.rollback()
            raise
        return unit.saved.outcome.value, alerts

    def close_spider(self) -> None:
        """Write the feeds that have something new."""
        try:
            feeds.publish(self.writer.database, self._folder)
        except (OSError, DatabaseError) as error:
            logger.error("The feeds in %s cannot be written: %s", self._folder, error)  # noqa: TRY400  one line
            self._count("portalwatch/errors")
            self._count("portalwatch/errors/feeds")

    def _count(self, key: str, by: int = 1) -> None:
        if self._stats is not None and by:
            self._stats.inc_value(key, by)
