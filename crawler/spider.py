"""PortalSpider: a portal as a class with a few attributes.

    class Example(PortalSpider):
        name = "example"
        portal = "示例新闻网"
        base = "http://www.example.cn"
        sections = {"要闻": "/news/"}
        entries = "ul.list a"
        next_page = "a.next"
        title = "h1"
        body = "div.content"

Fields are CSS or XPath strings, or tuples of them that are tried in order; a method of the same name that
takes the parsed page replaces one. What a selector does not find on a page the generic reader supplies, and
each such case is counted. With ``generic = True`` the generic reader reads what has no selector at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crawler import definition, errors, tls
from crawler.asking import ENTRY, NotNow
from crawler.choosing import Choosing
from crawler.middlewares.charset import DecidedResponse, raw_page, text_of
from crawler.monitor.sightings import Sightings
from crawler.page.document import PageError, parse_html
from crawler.page.learned import NOTHING
from crawler.page.parts import leads_to_first, next_part
from crawler.parts import Joiner
from crawler.reading import Rules, read_article
from crawler.rechecking import Rechecker
from crawler.refusals import PASSING
from crawler.sections import SectionSpider
from crawler.store.known import Known
from crawler.store.patience import SECONDS
from crawler.text.deadline import Budget
from crawler.turning import Turning

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime
    from typing import Self

    import scrapy
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.items import Article

LASTING = frozenset({"status-404", "status-410", "robots", "private-address"})
"""Kinds of errors that the next visit would only see again."""


class PortalSpider(SectionSpider):
    """One portal.

    Arguments: ``-a since= -a until=`` (2026-05-01, inclusive), ``-a full=1`` (ignore what is known),
    ``-a base=`` (another address of the same portal).
    """

    # Where to find pages.
    portal: ClassVar[str]
    base: str
    window: ClassVar[str] = ""  # the hours it may be visited, 06:00-23:00 at +08:00; else PORTALWATCH_WINDOW
    requests_a_day: ClassVar[int | None] = None  # else PORTALWATCH_REQUESTS_A_DAY
    tls: ClassVar[str] = ""  # "legacy" for a server too old for a connection; docs/operations.md
    region: ClassVar[str] = ""  # the province, city or county it is about, for `region:` in queries
    sections: ClassVar[dict[str, str]]
    entries: ClassVar[Any] = None  # the links of a section page
    entry_date: ClassVar[Any] = None  # the date of an entry, looked for in the entry's own row
    next_page: ClassVar[Any] = None
    expect: ClassVar[dict[str, Any]] = {}  # what is usual here; docs/operations.md

    # How to read one.
    generic: ClassVar[bool] = False  # what has no selector below or above is left to the generic reader
    title: ClassVar[Any] = None
    body: ClassVar[Any] = None
    byline: ClassVar[Any] = None  # the line with date, source and editor, where they have no element each
    published: ClassVar[Any] = None
    source: ClassVar[Any] = None
    authors: ClassVar[Any] = None
    editors: ClassVar[Any] = None
    breadcrumb: ClassVar[Any] = None
    abstract: ClassVar[Any] = None

    def __init__(  # noqa: PLR0913  the arguments of the command line
        self,
        name: str | None = None,
        *,
        since: str | None = None,
        until: str | None = None,
        full: str = "",
        base: str | None = None,
        only: str | None = None,
        **kwargs: Any,
    ) -> None:
        definition.check(type(self))
        super().__init__(name, **kwargs)
        self.days = definition.Window.parse(since, until)
        self.full = definition.parse_flag("full", full)
        self.base = (base or self.base).rstrip("/")
        self.rules = Rules.of(self)
        self.joiner = Joiner(self)
        self.rechecker = Rechecker(self)
        self.known: Known | None = None
        self.learned = NOTHING  # what the portal's pages are known to repeat
        self.sightings = Sightings()
        self.hashes: dict[str, str] = {}  # what unchanged sections list
        self.over = ""  # why the visit has ended before its end
        self.wait_until: datetime | None = None  # when the server wants to be asked again
        self.only = None if only is None else frozenset(only.split())  # addresses of sections
        self.choosing = Choosing(self.base, self.days, self.full)
        self.turning = Turning()

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Let the requests of this spider alone go by its TLS profile."""
        super().update_settings(settings)
        tls.use(settings, cls.tls)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider and open its view of what the database knows."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        patience = crawler.settings.getfloat("PORTALWATCH_PATIENCE", SECONDS)
        spider.known = Known(crawler.settings["PORTALWATCH_DATABASE_URL"], patience)
        spider.read_timeout = crawler.settings.getfloat("PORTALWATCH_READ_TIMEOUT")
        spider.turning.pages = crawler.settings.getint("PORTALWATCH_MAX_LIST_PAGES")
        spider.turning.longest = crawler.settings.getint("URLLENGTH_LIMIT")
        if spider.tls == tls.LEGACY:
            spider.logger.info("%s", tls.IN_WORDS)
        spider.learned = spider.known.learned(spider.name)
        spider.choosing.known = spider.known
        spider.choosing.interrupted = spider.known.interrupted_since(spider.name)
        spider.choosing.lacking = spider.known.lacking_since(spider.name)
        spider.hashes = {} if spider.selective else spider.known.section_hashes(spider.name)
        return spider

    def closed(self, reason: str) -> None:
        """Write what became of stored articles, and let the database go."""
        self.rechecker.close(reason)
        if self.known:
            self.known.close()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Ask for the first page of every section."""
        self.sightings.begun = self.now()
        for section in self.sections:
            url = self.section_url(section)
            if self.only is None or url in self.only:
                self.turning.begin(section, url)
                yield self.list_request(url, section, 1)
        for request in self.rechecker.requests() if self.known else ():
            yield request

    def parse_article(
        self, response: Response, section: str, list_url: str, first: str = ""
    ) -> Iterator[Any]:
        """Read an article page, or a further part of the article at the address ``first``."""
        try:
            article = self.read_page(response, section, list_url, first)
        except PageError as error:
            self.refuse(error)
            if error.kind not in PASSING:
                self.sightings.settle([response.meta.get(ENTRY, "")])
            return
        yield article

    def read_page(
        self,
        response: Response,
        section: str,
        list_url: str,
        first: str = "",
        *,
        fetched: datetime | None = None,
    ) -> Article:
        """Return what an article page, or a part of the article at ``first``, holds. Raises PageError.

        ``fetched`` (aware) is the moment of the visit if that is not now.
        """
        budget, now = Budget(self.read_timeout), fetched or self.now()
        with self.limited(response.url), budget.spend():
            page = parse_html(text_of(response), response.url)
            article = read_article(page, self.rules, portal=self.name, now=now, shared=self.learned.tails)
            article.following = next_part(page, first)
            article.is_part = bool(first) and leads_to_first(page, first)
        article.list_url, article.budget = list_url, budget
        article.site, article.region = self.portal, self.region
        if not article.breadcrumb:
            article.breadcrumb = [section]
        article.raw = [raw_page(response, article.fetched)]
        article.charset, article.charset_reason = article.raw[0].charset, article.raw[0].charset_reason
        if isinstance(response, DecidedResponse):
            response.let_go()
        return article

    def failed(self, failure: Failure) -> None:
        """Say in one line why a request brought nothing, and count it by kind."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        assert failure.value is not None
        kind, reason = errors.describe(failure.value, self.tls)
        if isinstance(failure.value, NotNow):
            return
        self.count_error(kind, f"{request.url}: {reason}")
        if "number" in request.cb_kwargs:
            self.lost(request.cb_kwargs["section"], request.cb_kwargs["number"])
        elif kind in LASTING:
            self.sightings.settle([request.meta.get(ENTRY, "")])
