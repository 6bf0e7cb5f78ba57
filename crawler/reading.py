"""From a parsed page to an Article: a spider's rules first, the generic reader for what they do not give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crawler.items import Article
from crawler.page import address, attachments, images, meta, number, reader, title, told
from crawler.page.blocks import refuse_long
from crawler.selectors import elements, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lxml.html import HtmlElement

    from crawler.items import Block
    from crawler.page.document import Page
    from crawler.page.reader import Reading
    from crawler.selectors import Selector

# Fields of one string each, by the attribute of the spider and that of the article.
_STRINGS = {
    "published": "published_text",
    "source": "source_text",
    "authors": "authors_text",
    "editors": "editors_text",
    "abstract": "abstract",
}
OPENING = 6  # blocks in which a document number may stand
_FIELDS = ("entries", "entry_date", "next_page", "title", "body", "byline", "breadcrumb", *_STRINGS)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a spider says about its pages: field name to selector or bound method.

    ``generic``: the generic reader reads every field that has no rule, too.
    """

    by_field: Mapping[str, Any]
    generic: bool = False

    @classmethod
    def of(cls, spider: object) -> Rules:
        """Collect the rules that a PortalSpider has as attributes or methods."""
        found = {field: getattr(spider, field, None) for field in _FIELDS}
        rules = {field: rule for field, rule in found.items() if rule}
        return cls(rules, generic=bool(getattr(spider, "generic", False)))

    def of_field(self, field: str) -> Any:
        """Return the rule of ``field`` or None."""
        return self.by_field.get(field)


NO_RULES = Rules({})


def read_article(
    page: Page, rules: Rules, *, portal: str, now: datetime, shared: Sequence[str] = ()
) -> Article:
    """Read ``page`` into an Article with raw texts.

    A field that has a rule which finds nothing is supplied by the generic reader and named in
    ``Article.fallbacks``. Without any rule the generic reader reads everything. ``shared`` are endings that
    the portal's ``<title>`` elements share. Raises PageError.
    """
    return _Read(page, rules, now, shared).article(portal)


def blocks_in(page: Page, selector: Selector) -> list[Block]:
    """Return the blocks of the containers that ``selector`` finds on ``page``."""
    return [block for node in containers(page, selector) for block in reader.blocks_of(node, page)]


def containers(page: Page, selector: Selector) -> list[HtmlElement]:
    """Return the elements that hold the body.

    Of alternatives only the first container counts: templates nest it or give it twice, for print.
    """
    found = elements(selector, page.root)
    return found[:1] if isinstance(selector, tuple) else found


class _Read:
    """One reading of one page; the generic reader runs only if it is needed."""

    def __init__(self, page: Page, rules: Rules, now: datetime, shared: Sequence[str] = ()) -> None:
        self.page = page
        self.shared = shared
        self.rules = rules
        self.now = now
        self.fallbacks: list[str] = []
        self.origins: dict[str, str] = {}

    @cached_property
    def generic(self) -> Reading:
        return reader.read(self.page, now=self.now, shared=self.shared)

    @cached_property
    def chosen(self) -> list[HtmlElement]:
        """The containers that the spider's selector finds."""
        rule = self.rules.of_field("body")
        return [] if callable(rule) else containers(self.page, rule)

    def article(self, portal: str) -> Article:
        article = Article(portal=portal, url=self.page.url, fetched=self.now)
        article.title = article.read_title = self.title()
        article.blocks = self.body()
        chars = sum(len(block.text) for block in article.blocks)
        refuse_long(len(article.blocks), chars, self.page.url)
        for field, attribute in _STRINGS.items():
            setattr(article, attribute, " ".join(self.found(field)))
        article.breadcrumb = self.found("breadcrumb") or self.supplied("breadcrumb")
        # The displayed lines also stand in for a date, source or name whose own rule found nothing.
        article.head = self.found("byline") or self.supplied(
            "byline", "published", "source", "authors", "editors"
        )
        own = bool(self.rules.by_field) and not self.rules.generic and not self.fallbacks
        article.meta = meta.own_tags(self.page) if own else meta.tags(self.page)
        article.told = told.Told(self.page) if own else None
        article.meta[title.DOCUMENT] = title.document_title(self.page)
        if (stated := address.declared(self.page.url, article.meta)) is not None:
            article.canonical_url, self.origins["canonical_url"] = stated.value, stated.said
        if own:
            self.add_own_extras(article)
        else:
            self.add_extras(article)
        article.fallbacks = self.fallbacks
        article.origins = {**self.origins, **article.origins}
        return article

    def found(self, field: str) -> list[str]:
        """Return the texts that the rule of ``field`` finds, and note a rule that finds none."""
        rule = self.rules.of_field(field)
        if not rule:
            return []
        value = rule(self.page) if callable(rule) else texts(rule, self.page.root)
        found = [text for text in ([value] if isinstance(value, str) else value or []) if text.strip()]
        self.note(field, bool(found))
        return found

    def note(self, field: str, found: bool) -> None:
        if not found and field not in self.fallbacks:
            self.fallbacks.append(field)
        self.origins[field] = "spider" if found else "generic reader, as the spider's rule found nothing"

    def supplied(self, field: str, *others: str) -> list[str]:
        """Return the generic reader's lines if it reads whatever has no rule, or one of the rules failed."""
        failed = any(name in self.fallbacks for name in (field, *others))
        if self.rules.by_field and not self.rules.generic and not failed:
            return []
        return list(self.generic.head if field == "byline" else self.generic.breadcrumb)

    def title(self) -> str:
        found = self.found("title")
        return " ".join(found[0].split()) if found else self.generic.title

    def body(self) -> list[Block]:
        rule = self.rules.of_field("body")
        if not rule:
            return self.generic.blocks
        blocks = (
            list(rule(self.page))
            if callable(rule)
            else [block for node in self.chosen for block in reader.blocks_of(node, self.page)]
        )
        self.note("body", bool(blocks))
        return blocks or self.generic.blocks

    def add_own_extras(self, article: Article) -> None:
        """Add the files and pictures inside the containers that the spider chose, and a document number."""
        article.attachments = attachments.find(self.chosen, self.page.url)
        for node in self.chosen:
            layout = reader.layout_of(node, self.page)
            article.images += images.find(layout.pictures, layout.lines, self.page.url)
        opening = [block.text for block in article.blocks[:OPENING]]
        paper = number.find([*article.head, *opening], article.title)
        if paper is not None:
            article.document_number, self.origins["document_number"] = paper.value, paper.said
        for name in ("attachments", "images"):
            if getattr(article, name):
                self.origins[name] = "in the spider's containers (0.95)"

    def add_extras(self, article: Article) -> None:
        """Add what only the generic reader looks for."""
        article.abstract = article.abstract or self.generic.abstract
        article.meta |= {f"{meta.HINT}{kind}": value for kind, value in self.generic.hints.items()}
        article.document_number = self.generic.document_number
        article.attachments = self.generic.attachments
        article.images = self.generic.images
        for field, origin in self.generic.origins.items():
            self.origins.setdefault(field, str(origin))
