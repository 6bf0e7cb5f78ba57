"""Keeping articles in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crawler.refusals import Refused
from crawler.store.database import DEFAULT_URL, DatabaseError
from crawler.store.writer import Writer, writer_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from crawler.items import Article
    from crawler.store.articles import Saved


class StorePipeline:
    """Writes each article as new, changed or the same, with its fingerprints and its story.

    The transaction is the writer's: the pipeline `alerts` ends it where that is switched on. An article that
    cannot be written is undone, counted (``portalwatch/errors/store``) and dropped; the crawl goes on.
    """

    def __init__(self, writer: Writer, stats: StatsCollector | None = None) -> None:
        self.writer = writer
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Use the database of the setting ``PORTALWATCH_DATABASE_URL``."""
        url = crawler.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL
        return cls(writer_of(crawler, url), crawler.stats)

    def process_item(self, item: Article) -> Article:
        """Keep the article and hand it on; raise ``Refused`` if the database refuses it."""
        try:
            saved = self.run(item)
        except DatabaseError as error:
            self._count("portalwatch/errors")
            self._count("portalwatch/errors/store")
            raise Refused(item.url, "store", str(error), kind="not-stored") from error
        if not self.writer.waits:
            self._count(f"portalwatch/articles/{saved.outcome.value}")
        return item

    def run(self, article: Article) -> Saved:
        """Keep ``article`` and say what became of it. Raises ``DatabaseError``."""
        return self.writer.save(article)

    def close_spider(self) -> None:
        """Undo an article that no later pipeline completed, and let go of the database."""
        self.writer.close()
        if self.writer.abandoned:
            self._count("portalwatch/store/abandoned", self.writer.abandoned)

    def _count(self, key: str, by: int = 1) -> None:
        if self._stats is not None:
            self._stats.inc_value(key, by)
