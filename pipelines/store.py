"""Keeping articles in the database."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Self

from crawler.refusals import Refused
from crawler.store.articles import Outcome
from crawler.store.database import DEFAULT_URL, DatabaseError
from crawler.store.learned import Tally
from crawler.store.writer import Limits, Writer, writer_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from crawler.items import Article
    from crawler.store.articles import Saved


logger = logging.getLogger(__name__)


class StorePipeline:
    """Writes each article as new, changed or the same, with its raw pages, fingerprints and story.

    The transaction is the writer's: the pipeline `alerts` commits where that is switched on. An article that
    cannot be written is counted (``portalwatch/errors/store``) and dropped; the crawl goes on. What the new
    articles repeat is counted, and kept when the spider closes (``crawler.store.learned``).
    """

    def __init__(self, writer: Writer, stats: StatsCollector | None = None) -> None:
        self.writer = writer
        self._stats = stats
        self._tally = Tally()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Use the database of the setting ``PORTALWATCH_DATABASE_URL``."""
        url = crawler.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL
        return cls(writer_of(crawler, url, Limits.of(crawler.settings)), crawler.stats)

    async def process_item(self, item: Article) -> Article:
        """Keep the article and hand it on, once it is committed unless a later pipeline sees to that.

        Raises ``Refused`` if the database refuses it.
        """
        unit = self.writer.begin(item)
        unit.committed.append(partial(self._committed, item))
        if not self.writer.waits:
            try:
                await self.writer.commit(unit)
            except DatabaseError as error:
                self._count("portalwatch/errors")
                self._count("portalwatch/errors/store")
                raise Refused(item.url, "store", str(error), kind="not-stored") from error
        return item

    def _committed(self, article: Article, saved: Saved) -> None:
        self._count(f"portalwatch/articles/{saved.outcome.value}")
        if saved.outcome is Outcome.NEW:
            self._tally.add(article)

    def close_spider(self) -> None:
        """Keep what the portal repeats, and let go of the database."""
        try:
            self._keep_tally()
        finally:
            self.writer.close()
        self._count("portalwatch/store/abandoned", self.writer.abandoned)
        self._count("portalwatch/store/retries", self.writer.retries)

    def _keep_tally(self) -> None:
        try:
            for portal in self._tally.portals:
                with self.writer.database.writing() as session:
                    self._tally.keep(session, portal)
        except DatabaseError as error:
            logger.error("What the portal repeats was not kept: %s", error)  # noqa: TRY400  one line
            self._count("portalwatch/errors")
            self._count("portalwatch/errors/learned")

    def _count(self, key: str, by: int = 1) -> None:
        if self._stats is not None and by:
            self._stats.inc_value(key, by)
