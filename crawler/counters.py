"""Counts what became of the articles of a run, by Scrapy's signals.

The counters, in the crawler's stats: ``portalwatch/repaired`` (articles with a repair),
``portalwatch/dropped_blocks``, ``portalwatch/fallbacks/<field>``, ``portalwatch/refused`` with
``portalwatch/refused/<kind>``, ``portalwatch/errors`` with ``portalwatch/errors/<kind>``. The pipelines
`store` and `alerts` count ``portalwatch/articles/new|changed|corrected|same`` and ``portalwatch/alerts``
themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawler.items import Article
from crawler.refusals import Refused

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class Counters:
    """The extension that keeps the counters."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of ``crawler``."""
        extension = cls(crawler)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.item_dropped, signals.item_dropped)
        crawler.signals.connect(extension.item_error, signals.item_error)
        crawler.signals.connect(extension.spider_error, signals.spider_error)
        return extension

    def count(self, name: str, by: int = 1) -> None:
        """Raise the counter ``portalwatch/<name>``."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portalwatch/{name}", by)

    def item_scraped(self, item: Any) -> None:
        """Count what was done to an article that came through."""
        if not isinstance(item, Article):
            return
        if item.repairs:
            self.count("repaired")
        if item.dropped:
            self.count("dropped_blocks", len(item.dropped))
        for field in item.fallbacks:
            self.count(f"fallbacks/{field}")

    def item_dropped(self, exception: BaseException) -> None:
        """Count a page that was refused, or an article that the database did not take."""
        if isinstance(exception, Refused):
            self.count("refused")
            self.count(f"refused/{exception.kind}")
        else:
            self.count("errors")
            self.count("errors/store")

    def item_error(self) -> None:
        """Count a pipeline's failure."""
        self.count("errors")
        self.count("errors/pipeline")

    def spider_error(self) -> None:
        """Count a callback's failure."""
        self.count("errors")
        self.count("errors/spider")
