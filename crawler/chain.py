"""The reading pipelines without a crawl: what `scrapy extract` and the seeds test run an article through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from scrapy.utils.misc import load_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.settings import BaseSettings

    from crawler.items import Article


class ReadingPipeline(Protocol):
    """A pipeline that changes an article and touches nothing else."""

    def run(self, article: Article) -> None:
        """Change ``article``; raise Refused if it is none."""


def reading_pipelines(settings: BaseSettings) -> list[ReadingPipeline]:
    """Return the pipelines of the setting ``PORTALWATCH_READING_PIPELINES`` in their order."""
    orders = settings.getdict("PORTALWATCH_READING_PIPELINES")
    return [cast("ReadingPipeline", load_object(path)()) for path in sorted(orders, key=orders.__getitem__)]


def run(article: Article, pipelines: Sequence[ReadingPipeline]) -> None:
    """Send ``article`` through ``pipelines``; raises Refused."""
    for pipeline in pipelines:
        pipeline.run(article)
