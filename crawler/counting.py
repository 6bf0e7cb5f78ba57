"""What spiders say and count: a line for each page that cannot be read, a counter for its kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import scrapy

from crawler.middlewares.charset import text_of
from crawler.page.document import Page, PageError, limited, parse_html

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from scrapy.http import Response


class CountingSpider(scrapy.Spider):
    """A spider with counters ``portalwatch/<name>``; a page has ``read_timeout`` seconds (0: no limit)."""

    read_timeout = 0.0

    def now(self) -> datetime:
        """Return the moment of the visit, UTC."""
        return datetime.now(UTC)

    def limited(self, url: str) -> AbstractContextManager[None]:
        """Return the limit of time for reading the page at ``url``."""
        return limited(self.read_timeout, url)

    def parsed(self, response: Response) -> Page | None:
        """Return the parsed page, None (counted, one line said) where it cannot be read."""
        try:
            with self.limited(response.url):
                return parse_html(text_of(response), response.url)
        except PageError as error:
            self.refuse(error)
            return None

    def refuse(self, error: PageError) -> None:
        """Say in one line why an answer is not read, and count it."""
        self.logger.warning("Refused %s", error)
        self.count("refused")
        self.count(f"refused/{error.kind}")

    def count(self, name: str, by: int = 1) -> None:
        """Raise the counter ``portalwatch/<name>``."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portalwatch/{name}", by)

    def count_error(self, kind: str, sentence: str) -> None:
        """Say what went wrong in one line, and count it by its kind."""
        self.logger.error("%s", sentence)
        self.count("errors")
        self.count(f"errors/{kind}")
