"""What a spider reads of a saved page, as the seeds test compares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawler import chain
from crawler.items import Article
from crawler.page import reader
from crawler.page.address import canonical_url
from crawler.page.document import PageError
from crawler.records import record
from crawler.selectors import elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.chain import ReadingPipeline
    from crawler.onboarding.visit import Captured
    from crawler.page.document import Page
    from crawler.spider import PortalSpider

_LEAST = 3  # entries of a section page
_TEXT = 200  # characters outside links, the least that an article has where no selector tells
_UNSTABLE = ("charset_reason", "origins", "images", "canonical_url")


def list_fields(spider: PortalSpider, page: Page) -> dict[str, Any]:
    """Return what ``spider`` reads of a section page."""
    return {
        "entries": [[entry.title, entry.url, entry.date_text] for entry in spider.read_entries(page)],
        "next_page": spider.read_next(page),
    }


def article_fields(article: Article) -> dict[str, Any]:
    """Return an article that went through the pipelines as a seed keeps it."""
    found = record(article, explain=True)
    found["dropped"] = [f"{drop['rule']}: {drop['text'][:40]}" for drop in found["dropped"]]
    found["read_title"] = article.read_title
    for unstable in _UNSTABLE:
        del found[unstable]
    return found


def is_section(spider: PortalSpider, captured: Captured) -> bool:
    """Tell whether a page of the portal is a section page: by its address, or by entries without a text.

    Raises PageError.
    """
    paths = (urljoin(f"{spider.base}/", path) for path in spider.sections.values())
    if canonical_url(captured.url) in map(canonical_url, paths):
        return True
    listed = selected(spider, "entries", captured.page)
    if len(spider.read_entries(captured.page) if listed is None else listed) < _LEAST:
        return False
    text = selected(spider, "body", captured.page)
    if text is not None:
        return not text
    blocks = reader.read(captured.page, now=captured.fetched).blocks
    return sum(len(block.text) * (1 - block.link_density) for block in blocks) < _TEXT


def selected(spider: PortalSpider, field: str, page: Page) -> list[HtmlElement] | None:
    """Return the elements that a spider's selector of ``field`` finds, None where it has no selector."""
    rule = spider.rules.of_field(field)
    return elements(rule, page.root) if isinstance(rule, (str, tuple)) else None


def read_captured(
    spider: PortalSpider, captured: Captured, pipelines: Sequence[ReadingPipeline], section: str = ""
) -> Article:
    """Read a captured article page as a crawl does, without storing it; raises PageError and Refused."""
    assert captured.page is not None  # what cannot be parsed is told here, and not to a crawl's counters
    spider.now = lambda: captured.fetched  # type: ignore[method-assign]  # the moment of the visit
    read = spider.parse_article(captured.response, section=section, list_url="")
    article = next((item for item in read if isinstance(item, Article)), None)
    if article is None:
        raise PageError(captured.url, "the spider reads no article on it")
    chain.run(article, pipelines)
    return article
