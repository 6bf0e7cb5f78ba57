"""Fetching the further parts of an article that stands on several pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import scrapy

from crawler.items import Article
from crawler.page.parts import Joined, Verdict

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


# Before all else, so that few articles are open at a time.
PRIORITY = 2_000_000


class ReadsArticles(Protocol):
    """What is needed of a spider."""

    settings: BaseSettings

    @property
    def logger(self) -> logging.LoggerAdapter[logging.Logger]:
        """Return where it says what went wrong."""

    def parse_article(
        self, response: Response, section: str, list_url: str, first: str = ""
    ) -> Iterator[Any]:
        """Read an article page, or a further part of the article at the address ``first``."""

    def failed(self, failure: Failure) -> None:
        """Say why a request brought nothing, and count it."""

    def count(self, name: str, by: int = 1) -> None:
        """Raise a counter."""


class Joiner:
    """Asks for the parts of a spider's articles, one after the other, and hands on each article as a whole.

    The first part's address is the article's. What is missing, be it that a part cannot be read or that
    there are more than the setting ``PORTALWATCH_MAX_PARTS``, is counted (``portalwatch/missing_parts``) and
    flagged; what was read is kept. A part that was read before ends the article.
    """

    def __init__(self, spider: ReadsArticles) -> None:
        self.spider = spider

    def read(self, response: Response, section: str, list_url: str) -> Iterator[Any]:
        """Read the first part of an article, or all there is."""
        for item in self.spider.parse_article(response, section, list_url):
            yield self._go_on(Joined(item), item.following) if isinstance(item, Article) else item

    def _go_on(self, joined: Joined, following: str) -> Article | scrapy.Request:
        """Return the request for the following part, or the article if there is none."""
        if not following or not joined.expects(following):
            return joined.finish()
        if joined.count >= self.spider.settings.getint("PORTALWATCH_MAX_PARTS"):
            self.spider.logger.warning("%s: more than %d parts", joined.article.url, joined.count)
            return self._broken_off(joined)
        return scrapy.Request(
            following,
            callback=self.read_part,
            errback=self.failed,
            cb_kwargs={"joined": joined},
            priority=PRIORITY,
            dont_filter=True,
        )

    def read_part(self, response: Response, joined: Joined) -> Iterator[Any]:
        """Read a further part."""
        first = joined.article
        parts = self.spider.parse_article(response, first.breadcrumb[-1], first.list_url, first=first.url)
        part = next((item for item in parts if isinstance(item, Article)), None)
        verdict = Verdict.MISSING if part is None else joined.add(part, response.url)
        if part is not None and verdict is Verdict.NEXT:
            yield self._go_on(joined, part.following)
        else:
            yield self._broken_off(joined) if verdict is Verdict.MISSING else joined.finish()

    def failed(self, failure: Failure) -> Iterator[Any]:
        """Say why a part could not be fetched, and hand on what was read."""
        self.spider.failed(failure)
        yield self._broken_off(failure.request.cb_kwargs["joined"])  # type: ignore[attr-defined]  # Scrapy sets it

    def _broken_off(self, joined: Joined) -> Article:
        self.spider.count("missing_parts")
        return joined.finish(missing=True)
