"""Reading pages that are kept again, with today's rules, and telling what differs from what is stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler import chain
from crawler.middlewares.charset import DecidedResponse
from crawler.page.address import canonical_url
from crawler.page.document import limited, refuse_binary
from crawler.page.parts import MISSING, Joined, Verdict
from crawler.refusals import Refused

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.items import Article
    from crawler.page.learned import Learned
    from crawler.spider import PortalSpider
    from crawler.store.kept import Kept
    from crawler.store.models import RawPage
    from crawler.store.packing import Content

FIELDS = (
    "title",
    "body",
    "canonical_title",
    "canonical_body",
    "source",
    "published",
    "document_number",
    "abstract",
    "authors",
    "editors",
    "section",
    "breadcrumb",
    "views",
    "attachments",
    "images",
)
"""What is compared. How a text came to be (origins, repairs, dropped blocks) is no difference by itself."""


class Rereader:
    """Reads the kept pages of one portal as a crawl would today."""

    def __init__(self, spider: PortalSpider, settings: BaseSettings, learned: Learned) -> None:
        self.spider = spider
        spider.learned = learned
        spider.read_timeout = settings.getfloat("PORTALWATCH_READ_TIMEOUT")
        self._pipelines = chain.reading_pipelines(settings, learned)
        self._sections = {canonical_url(url): name for name, url in _addresses(spider)}

    def read(self, kept: Kept, old: Content) -> Article:
        """Return the article that the pages hold. Raises ``PageError``, ``Refused`` or ``PackingError``."""
        crumbs = old.breadcrumb or [""]
        section = (
            self._sections.get(canonical_url(kept.list_url), crumbs[-1]) if kept.list_url else crumbs[-1]
        )
        first, *others = kept.pages
        article = self._page(first, section, kept.list_url)
        joined, following = Joined(article), article.following
        for page in others:
            part = self._page(page, section, kept.list_url, article.url)
            if joined.add(part, page.url) is not Verdict.NEXT:
                reason = f"part {page.part} ({page.url}) is not read as a part of it any more"
                raise Refused(kept.url, "parts", reason, kind="part-lost")
            following = part.following
        # A page that nobody fetched is missing only where it was missing then.
        joined.finish(missing=MISSING in old.flags and bool(following))
        article.raw = []
        chain.run(article, self._pipelines)
        return article

    def _page(self, page: RawPage, section: str, list_url: str, first: str = "") -> Article:
        body = page.body
        with limited(self.spider.read_timeout, page.url):
            refuse_binary(body, page.url)
            response = DecidedResponse(page.url, status=page.status, headers=page.headers, body=body)
        return self.spider.read_page(response, section, list_url, first, fetched=page.fetched_at)


def _addresses(spider: PortalSpider) -> list[tuple[str, str]]:
    return [(name, f"{spider.base}/{path.lstrip('/')}") for name, path in spider.sections.items()]


def differing(old: Content, new: Content) -> list[str]:
    """Return the names of the fields that differ."""
    return [name for name in FIELDS if getattr(old, name) != getattr(new, name)]


def done_by(content: Content, rule: str) -> Counter[str]:
    """Return what a rule did to a text: the blocks that it dropped, or the repairs of a step of that name.

    ``rule`` is a rule's name, a pipeline's, or both as ``notices/hotline``.
    """
    found: Counter[str] = Counter()
    for drop in content.dropped:
        if rule in {drop["rule"], drop["pipeline"], f"{drop['pipeline']}/{drop['rule']}"}:
            found[drop["block"]["text"]] += 1
    for repair in content.repairs:
        if rule == repair["step"]:
            found[f"{repair['before']} → {repair['after']}"] += repair["count"]
    return found


@dataclass(slots=True)
class Tally:
    """What reading the pages of one portal again came to."""

    portal: str
    read: int = 0
    same: int = 0
    differ: int = 0
    written: int = 0
    overtaken: int = 0  # got a newer version while they were read
    refused: int = 0
    damaged: int = 0
    unread: int = 0  # there is no spider for them
    fields: Counter[str] = field(default_factory=Counter)
    now_done: int = 0  # by the rule that was asked for: blocks that it did not touch before
    not_done: int = 0  # … and those that it does not touch any more
    shown: int = 0  # examples of that

    def add(self, names: list[str]) -> None:
        """Count an article by the fields that differ."""
        self.read += 1
        self.fields.update(names)
        if names:
            self.differ += 1
        else:
            self.same += 1
