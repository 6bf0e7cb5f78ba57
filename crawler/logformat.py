"""One line for each thing that happened to a page, never a dump of the page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter as ScrapyLogFormatter

from crawler.store.connection import PassingError

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


class LogFormatter(ScrapyLogFormatter):
    """Scrapy's formatter without the whole item behind each line."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:  # noqa: ARG002  Scrapy's signature
        """Say which article came through."""
        return {"level": logging.DEBUG, "msg": "Read %(url)s", "args": {"url": getattr(item, "url", item)}}

    def dropped(
        self,
        item: Any,  # noqa: ARG002  Scrapy's signature
        exception: BaseException,
        response: Response | Failure | None,  # noqa: ARG002  Scrapy's signature
        spider: Spider,  # noqa: ARG002  Scrapy's signature
    ) -> LogFormatterResult:
        """Say which page was refused, and why; of articles that wait for the database it was said once."""
        said = isinstance(exception.__cause__, PassingError)
        level = logging.INFO if said else logging.WARNING
        return {"level": level, "msg": "Refused %(reason)s", "args": {"reason": exception}}

    def item_error(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,  # noqa: ARG002  Scrapy's signature
        spider: Spider,  # noqa: ARG002  Scrapy's signature
    ) -> LogFormatterResult:
        """Say on which article a pipeline failed; the traceback follows, as it is a fault of ours."""
        return {
            "level": logging.ERROR,
            "msg": "Failed on %(url)s: %(reason)s",
            "args": {"url": getattr(item, "url", "an item"), "reason": exception},
        }
