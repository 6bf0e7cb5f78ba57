"""What a page is and what would be read from it, without a crawl: the work of ``scrapy probe``."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.http import HtmlResponse
from scrapy.utils.misc import load_object

from crawler import chain
from crawler.families.recognise import Guess, families, recognise, recognise_document
from crawler.families.tables import TablesSpider
from crawler.middlewares.charset import decided
from crawler.page.document import PageError, limited, parse_html
from crawler.reading import NO_RULES, Rules, read_article
from crawler.records import record
from crawler.refusals import Refused
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from scrapy.settings import BaseSettings

    from crawler.items import Article, Block
    from crawler.listing import Listing
    from crawler.page.entries import Entry

KINDS = {"rss": "feed", "sitemap": "sitemap", "jsonlist": "list"}
COMPARED = ("title", "published", "source", "authors", "editors", "section", "body")
# What a crawl would warn of is part of the answer here, or beside the point.
_QUIET = logging.getLogger(f"{__name__}.quiet")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False
_NOWHERE = "http://page.example/"
_SOLID = 60  # characters outside links that a text has at least
_HALF = 0.5


@dataclass(slots=True)
class Examined:
    """``guesses`` with the surest first; ``kind``: article, section, feed, sitemap or list (JSON).

    For an article ``found`` is its record (see ``crawler.records``) read with the surest family,
    ``refused`` why the pipelines would not take it, ``fallbacks`` the fields for which the family's rules
    found nothing, ``generic`` what the generic reader alone reads where that differs. For anything else
    ``listing`` holds entries and the following address.
    """

    url: str
    guesses: list[Guess]
    spider: str
    kind: str
    encoding: str
    found: dict[str, Any] = field(default_factory=dict)
    refused: str = ""
    fallbacks: list[str] = field(default_factory=list)
    generic: dict[str, Any] = field(default_factory=dict)
    listing: Listing | None = None


def _count(spider: PortalSpider, name: str, by: int = 1) -> None:
    """Count nothing: there is no crawl."""


def _refuse(spider: PortalSpider, error: PageError) -> NoReturn:  # noqa: ARG001  a method of the probed spider
    """Raise what a crawl would count."""
    raise error


def examine(body: bytes, url: str, settings: BaseSettings, content_type: str = "") -> Examined:
    """Say what the bytes of a page are and what would be read from them; raises PageError.

    ``url`` may be '' for a saved page. It takes no longer than reading a page in a crawl may.
    """
    with limited(settings.getfloat("PORTALWATCH_READ_TIMEOUT"), url):
        return _examine(body, url, settings, content_type)


def _examine(body: bytes, url: str, settings: BaseSettings, content_type: str) -> Examined:
    headers = {"Content-Type": content_type} if content_type else {}
    response = HtmlResponse(url or _NOWHERE, body=body, headers=headers)
    answer = decided(response)
    if guess := recognise_document(answer.text):
        spider = _spider_of(guess, url, settings)
        listing = spider.read_list(answer)
        return Examined(
            url, [guess], _path(guess), KINDS[guess.family], answer.decision.encoding, listing=listing
        )
    page = parse_html(answer.text, url or _NOWHERE)
    guesses = recognise(page)
    spider = _spider_of(guesses[0] if guesses else None, url, settings)
    examined = Examined(
        url, guesses, _path(guesses[0]) if guesses else "", "article", answer.decision.encoding
    )
    listing = spider.read_list(answer)
    unruled = read_article(page, NO_RULES, portal="", now=datetime.now(UTC))
    if listing is not None and is_section(listing.entries, unruled.blocks):
        examined.kind, examined.listing = "section", listing
        return examined
    if not unruled.title and not unruled.blocks:
        raise PageError(url, "the page displays no text: it is empty, or a script writes it")
    alone, _ = _record(unruled, settings)
    article = read_article(page, Rules.of(spider), portal="", now=datetime.now(UTC))
    examined.fallbacks = article.fallbacks
    examined.found, examined.refused = _record(article, settings)
    examined.generic = {name: alone[name] for name in COMPARED if alone[name] != examined.found[name]}
    return examined


def is_section(entries: Sequence[Entry], blocks: Sequence[Block]) -> bool:
    """Tell whether a page with these entries is a list: what reads as its text is their headlines."""
    if not entries:
        return False
    solid = sum(len(block.text) for block in blocks if block.link_density < _HALF)
    text = "".join("".join(block.text.split()) for block in blocks)
    inside = sum("".join(entry.title.split())[:12] in text for entry in entries)
    return solid < _SOLID or inside > _HALF * len(entries)


def _path(guess: Guess) -> str:
    return families()[guess.family].spider


def _spider_of(guess: Guess | None, url: str, settings: BaseSettings) -> PortalSpider:
    base = load_object(_path(guess)) if guess else TablesSpider
    parts = urlsplit(url or _NOWHERE)
    definition = {"name": "probed", "portal": parts.netloc, "base": f"{parts.scheme}://{parts.netloc}"}
    cls = type("Probed", (base,), {**definition, "sections": {"/": "/"}, "count": _count, "refuse": _refuse})
    spider = cls()
    spider.settings = settings
    assert isinstance(spider, PortalSpider)
    return spider


def _record(article: Article, settings: BaseSettings) -> tuple[dict[str, Any], str]:
    refused = ""
    try:
        chain.run(article, chain.reading_pipelines(settings))
    except Refused as error:
        refused = f"{error.field}: {error.reason}"
    return record(article), refused
