"""The reading pipelines without a crawl: what `scrapy extract` and the seeds test run an article through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from scrapy.utils.misc import load_object

from crawler.page.learned import NOTHING
from crawler.refusals import Refused
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.settings import BaseSettings

    from crawler.items import Article
    from crawler.page.learned import Learned


class ReadingPipeline(Protocol):
    """A pipeline that changes an article and touches nothing else."""

    def run(self, article: Article) -> None:
        """Change ``article``; raise Refused if it is none."""


@runtime_checkable
class Learns(Protocol):
    """A pipeline that uses what the portal's pages are known to repeat."""

    learned: Learned


def reading_pipelines(settings: BaseSettings, learned: Learned = NOTHING) -> list[ReadingPipeline]:
    """Return the pipelines of the setting ``PORTALWATCH_READING_PIPELINES`` in their order.

    ``learned`` is what the pages of the articles' portal are known to repeat.
    """
    orders = settings.getdict("PORTALWATCH_READING_PIPELINES")
    made = [load_object(path)() for path in sorted(orders, key=orders.__getitem__)]
    for pipeline in made:
        if isinstance(pipeline, Learns):
            pipeline.learned = learned
    return cast("list[ReadingPipeline]", made)


def run(article: Article, pipelines: Sequence[ReadingPipeline]) -> None:
    """Send ``article`` through ``pipelines``; raises Refused."""
    for pipeline in pipelines:
        step(article, pipeline)


def step(article: Article, pipeline: ReadingPipeline) -> None:
    """Send ``article`` through one pipeline in what is left of its page's time; raises Refused."""
    try:
        with article.budget.spend():
            pipeline.run(article)
    except deadline.TooSlowError as error:
        reason = f"reading the page takes longer than {error.seconds:g} s"
        raise Refused(article.url, type(pipeline).__name__, reason, kind="too-slow") from None
