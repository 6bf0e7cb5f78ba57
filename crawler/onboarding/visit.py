"""Fetching single pages of a portal outside a crawl, by the same rules: robots.txt, guard, delay, limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import TextResponse

from crawler import errors, tls
from crawler.middlewares.charset import DecidedResponse, decided
from crawler.page.document import Page, PageError, parse_html
from crawler.patrol import MIN_DELAY, configure_logging

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from scrapy.http import Response
    from scrapy.settings import Settings

    from crawler.spider import PortalSpider

Result = TypeVar("Result")
BAD_STATUS = 400


class Unreachable(Exception):  # noqa: N818  the sentence reads better so
    """A page that could not be fetched: ``url``, ``kind`` as in ``crawler.errors``, the reason in words."""

    def __init__(self, url: str, kind: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, eq=False)
class Captured:
    """A page as it came: ``url`` after redirects, raw ``body``, when it was ``fetched``, UTC.

    ``response`` is the answer with its decoded text, as spiders are given it.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    response: DecidedResponse
    fetched: datetime

    @cached_property
    def page(self) -> Page:
        """The parsed page; raises PageError."""
        return parse_html(self.response.text, self.url)

    @property
    def encoding(self) -> str:
        """The encoding that was decided."""
        return self.response.decision.encoding


class Visitor(scrapy.Spider):
    """Runs one plan, a coroutine function that is given ``get``."""

    name = "visitor"

    def __init__(self, plan: Callable[[Visitor], Awaitable[Any]], outcome: list[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.outcome = outcome

    async def start(self) -> AsyncIterator[Any]:
        """Run the plan; it asks for its pages itself."""
        try:
            self.outcome.append(await self.plan(self))
        except Exception as error:  # noqa: BLE001  visit() raises it again, outside the event loop
            self.outcome.append(error)
        if self.outcome is None:  # never: a plan makes its requests itself, but Scrapy wants a generator
            yield

    async def get(self, url: str) -> Captured:
        """Fetch one page; raises Unreachable for what brings none, PageError for what is no text."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(scrapy.Request(url, dont_filter=True))
        except Exception as error:
            raise Unreachable(url, *errors.describe(error, tls.profile_of(self.crawler.settings))) from error
        if response.status >= BAD_STATUS:
            raise Unreachable(
                url, f"status-{response.status}", f"the server answered with status {response.status}"
            )
        return captured(response)


def captured(response: Response) -> Captured:
    """Return an answer as a captured page; raises PageError if it is no text."""
    if not isinstance(response, TextResponse):
        raise PageError(response.url, "it is not text")
    found = decided(response)
    return Captured(
        url=response.url,
        status=response.status,
        content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
        body=response.body,
        response=found,
        fetched=datetime.now(UTC).replace(microsecond=0),
    )


def lent(spider: PortalSpider, visitor: Visitor) -> None:
    """Lend the visitor's crawler to a spider that reads pages without a crawl of its own."""
    spider.crawler = visitor.crawler
    spider.settings = visitor.crawler.settings
    spider.read_timeout = spider.settings.getfloat("PORTALWATCH_READ_TIMEOUT")


def visit(settings: Settings, plan: Callable[[Visitor], Awaitable[Result]]) -> Result:
    """Run ``plan`` with a visitor and return what it returns; raises what it raises.

    It starts the event loop, so it runs once in a process. A page follows the other, never two at a time.
    """
    configure_logging(settings)
    settings = settings.copy()
    # Nothing is stored of what is only looked at; a pipeline would open the database all the same.
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    settings.set("DOWNLOAD_DELAY", max(settings.getfloat("DOWNLOAD_DELAY"), MIN_DELAY), priority="cmdline")
    outcome: list[Any] = []
    process = AsyncCrawlerProcess(settings)
    process.crawl(process.create_crawler(Visitor), plan=plan, outcome=outcome)
    process.start()
    if not outcome:
        raise KeyboardInterrupt
    (result,) = outcome
    if isinstance(result, Exception):
        raise result
    return result  # type: ignore[no-any-return]  # the plan's own
