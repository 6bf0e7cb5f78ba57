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

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

import scrapy
from scrapy.http import TextResponse

from crawler import definition, errors
from crawler.listing import Listing, joined
from crawler.middlewares.charset import decided, text_of
from crawler.page.address import canonical_url
from crawler.page.document import Page, PageError, limited, parse_html
from crawler.page.entries import Entry
from crawler.page.entries import entries as generic_entries
from crawler.page.learned import NOTHING
from crawler.page.paging import next_page as generic_next_page
from crawler.page.parts import next_part
from crawler.parts import Joiner
from crawler.reading import Rules, read_article
from crawler.selectors import elements, texts
from crawler.store.known import Known

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from contextlib import AbstractContextManager
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

# List pages go before articles, and articles that stand further down go before newer ones: whatever a killed
# run leaves undone is then newer than what it stored, and the next run meets it before it meets the known.
LIST_PRIORITY = 1_000_000


class PortalSpider(scrapy.Spider):
    """One portal.

    Arguments: ``-a since= -a until=`` (2026-05-01, inclusive), ``-a full=1`` (ignore what is known),
    ``-a base=`` (another address of the same portal).
    """

    # Where to find pages.
    portal: ClassVar[str]
    base: str
    sections: ClassVar[dict[str, str]]
    entries: ClassVar[Any] = None  # the links of a section page
    entry_date: ClassVar[Any] = None  # the date of an entry, looked for in the entry's own row
    next_page: ClassVar[Any] = None

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

    def __init__(
        self,
        name: str | None = None,
        *,
        since: str | None = None,
        until: str | None = None,
        full: str = "",
        base: str | None = None,
        **kwargs: Any,
    ) -> None:
        definition.check(type(self))
        super().__init__(name, **kwargs)
        self.window = definition.Window.parse(since, until)
        self.full = definition.parse_flag("full", full)
        self.base = (base or self.base).rstrip("/")
        self.rules = Rules.of(self)
        self.joiner = Joiner(self)
        self.known: Known | None = None
        self.read_timeout = 0.0  # seconds a page; 0 is no limit
        self.learned = NOTHING  # what the portal's pages are known to repeat
        self._asked: set[str] = set()  # canonical addresses of articles requested in this run

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider and open its view of what the database knows."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.known = Known(crawler.settings["PORTALWATCH_DATABASE_URL"])
        spider.read_timeout = crawler.settings.getfloat("PORTALWATCH_READ_TIMEOUT")
        spider.learned = spider.known.learned(spider.name)
        return spider

    def closed(self, reason: str) -> None:  # noqa: ARG002  Scrapy's signature
        """Let the database go."""
        if self.known:
            self.known.close()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Ask for the first page of every section."""
        for section, path in self.sections.items():
            yield self._list_request(urljoin(f"{self.base}/", path), section, 1)

    def _list_request(self, url: str, section: str, number: int) -> scrapy.Request:
        return scrapy.Request(
            url,
            callback=self.parse_list,
            errback=self.failed,
            cb_kwargs={"section": section, "number": number},
            priority=LIST_PRIORITY,
            dont_filter=True,
        )

    def parse_list(self, response: Response, section: str, number: int) -> Iterator[scrapy.Request]:
        """Ask for the unknown articles of a section page, and for the next page while there are any."""
        listing: Listing | None = None
        try:
            with self.limited(response.url):
                listing = self.read_list(response)
        except PageError as error:
            self.refuse(error)
        if listing is None:
            self.count("failed_sections")
            return
        found = [entry for entry in listing.entries if self._is_own(entry.url)]
        if not found and not listing.may_be_empty:
            self._count_error(
                "empty-list", f"{response.url}: entries: nothing found on this section page ({section})"
            )
            self.count("failed_sections")
            return
        wanted, unknown = self._choose(found)
        self.count("entries", len(found))
        for entry in wanted:
            self._asked.add(canonical_url(entry.url))
            self.count("requested")
            yield scrapy.Request(
                entry.url,
                callback=self.joiner.read,
                errback=self.failed,
                cb_kwargs={"section": section, "list_url": response.url},
                priority=len(self._asked),
                # Scrapy's filter would drop a redirect to a known address, a circle for one, in silence.
                dont_filter=True,
            )
        limit = self.settings.getint("PORTALWATCH_MAX_LIST_PAGES")
        go_on = unknown and not self._all_too_old(found)
        if listing.following and number < limit and (go_on or listing.may_be_empty):
            yield self._list_request(listing.following, section, number + 1)

    def parse_article(
        self, response: Response, section: str, list_url: str, first: str = ""
    ) -> Iterator[Any]:
        """Read an article page, or a further part of the article at the address ``first``."""
        try:
            with self.limited(response.url):
                page = self.parsed(response)
                if page is None:
                    return
                article = read_article(
                    page, self.rules, portal=self.name, now=self.now(), shared=self.learned.tails
                )
                article.following = next_part(page, first)
        except PageError as error:
            self.refuse(error)
            return
        article.list_url = list_url
        article.site = self.portal
        if not article.breadcrumb:
            article.breadcrumb = [section]
        decision = decided_of(response)
        article.charset, article.charset_reason = decision.encoding, decision.reason
        yield article

    def read_list(self, response: Response) -> Listing | None:
        """Return what an answer to a section's address lists, None (counted) where it cannot be read.

        A way of access that is no HTML page, such as a feed, replaces this.
        """
        page = self.parsed(response)
        return None if page is None else Listing(self.read_entries(page), self.read_next(page))

    def read_entries(self, page: Page) -> list[Entry]:
        """Return the entries of a section page, in its order."""
        rule = self.rules.of_field("entries")
        if rule is None:
            return generic_entries(page)
        found = list(rule(page)) if callable(rule) else self._selected_entries(page, rule)
        if not found and (found := generic_entries(page)):
            self.logger.warning("%s: entries: the selector finds nothing, the generic reader does", page.url)
            self.count("fallbacks/entries")
        return found

    def _selected_entries(self, page: Page, rule: Any) -> list[Entry]:
        found: list[Entry] = []
        for link in elements(rule, page.root):
            href = (link.get("href") or "").strip()
            title = link.get("title") or "".join(link.itertext())
            url = "" if href.startswith("#") else joined(page.url, href)
            if url:
                found.append(Entry(url, title.strip(), self._entry_date(link)))
        return found

    def _entry_date(self, link: Any) -> str:
        rule = self.rules.of_field("entry_date")
        if not rule:
            return ""
        row = link
        inside = {"a", "span", "em", "b", "h2", "h3", "h4", "td"}
        while (row := row.getparent()) is not None and row.tag in inside:
            pass
        return next(iter(texts(rule, row)), "") if row is not None else ""

    def read_next(self, page: Page) -> str | None:
        """Return the address of the next page of a section, None on the last."""
        rule = self.rules.of_field("next_page")
        if rule is None:
            return generic_next_page(page) if self.generic else None
        if callable(rule):
            return rule(page)  # type: ignore[no-any-return]  # a spider's own method
        links = elements(rule, page.root)
        href = (links[0].get("href") or "").strip() if links else ""
        return (joined(page.url, href) or None) if not href.startswith("#") else None

    def _is_own(self, url: str) -> bool:
        """Tell whether ``url`` is on this portal: an outward link in a list is somebody else's article."""
        return canonical_url(url).split("/")[2] == canonical_url(self.base).split("/")[2]

    def _choose(self, found: list[Entry]) -> tuple[list[Entry], int]:
        """Return the entries to fetch and how many of all were unknown."""
        addressed = {canonical_url(entry.url): entry for entry in found}
        known = self.known.among(addressed) if self.known and not self.full else set()
        unknown = {
            address: entry for address, entry in addressed.items() if address not in known | self._asked
        }
        return [entry for entry in unknown.values() if self.window.may_contain(entry.date_text)], len(unknown)

    def _all_too_old(self, found: Iterable[Entry]) -> bool:
        return all(self.window.is_before(entry.date_text) for entry in found)

    def parsed(self, response: Response) -> Page | None:
        """Return the parsed page, None (counted, one line said) where it cannot be read."""
        try:
            with self.limited(response.url):
                return parse_html(text_of(response), response.url)
        except PageError as error:
            self.refuse(error)
            return None

    def limited(self, url: str) -> AbstractContextManager[None]:
        """Return the limit of time for reading the page at ``url``."""
        return limited(self.read_timeout, url)

    def now(self) -> datetime:
        """Return the moment of the visit, UTC."""
        return datetime.now(UTC)

    def failed(self, failure: Failure) -> None:
        """Say in one line why a request brought nothing, and count it by kind."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        assert failure.value is not None
        kind, reason = errors.describe(failure.value)
        self._count_error(kind, f"{request.url}: {reason}")
        if "number" in request.cb_kwargs:
            self.count("failed_sections")

    def count(self, name: str, by: int = 1) -> None:
        """Raise the counter ``portalwatch/<name>``."""
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portalwatch/{name}", by)

    def _count_error(self, kind: str, sentence: str) -> None:
        self.logger.error("%s", sentence)
        self.count("errors")
        self.count(f"errors/{kind}")

    def refuse(self, error: PageError) -> None:
        """Say in one line why an answer is not read, and count it."""
        self.logger.warning("Refused %s", error)
        self.count("refused")
        self.count(f"refused/{error.kind}")


def decided_of(response: Response) -> Any:
    """Return the charset decision of a response."""
    assert isinstance(response, TextResponse)
    return decided(response).decision
