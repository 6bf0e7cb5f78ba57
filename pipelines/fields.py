"""Normalises date, source, people, section and views of a restored article; refuses what is no article."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from crawler.items import BlockKind, Dropped
from crawler.page import breadcrumb, byline, meta, names, published, source
from crawler.page.labels import labelled, values
from crawler.refusals import Refused
from crawler.text import restore
from crawler.text.clock import LOCAL
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from scrapy.crawler import Crawler

    from crawler.items import Article

FIRST_BLOCKS = 3
LAST_BLOCKS = 5
LONGEST_TAIL_LINE = 80
MOST_FOLDED = 10  # times as long as folded is no text, with a reading behind each character
ONE_DAY = timedelta(days=1)


class FieldsPipeline:
    """Fills ``published``, ``source``, ``authors``, ``editors``, ``section`` and ``views`` of an article.

    Reads, in this order of trust, what the spider's own selectors found, the displayed lines about the
    article (``head`` and what `notices` took from the body's ends), the body's first and last blocks, the
    meta tags, and for dates the address. ``origins`` tells for each field which it was.
    """

    name = "fields"

    def __init__(self, crawler: Crawler | None = None) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Heed the days that the spider of ``crawler`` was asked for."""
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        """Return the article with its fields filled; raises ``Refused`` for what is no article.

        So it does for one published outside the days that the spider was asked for.
        """
        self.run(item)
        window = getattr(self._crawler.spider, "window", None) if self._crawler else None
        if window and item.published and not window.contains(item.published.at.astimezone(LOCAL).date()):
            raise Refused(item.url, "published", "not on the days asked for", kind="other-day")
        return item

    def run(self, article: Article) -> None:
        """Fill the fields of a restored ``article`` in place. Raises ``Refused``: no title, no body, a date
        more than a day in the future, a challenge or error page.
        """  # noqa: D205  one sentence
        _refuse_empty(article)
        _refuse_challenge(article)
        _Fields(article).fill()
        if article.published is not None and article.published.at > article.fetched + ONE_DAY:
            raise Refused(
                article.url,
                "published",
                f"the date {article.published.raw} is more than a day in the future",
                kind="future-date",
            )
        _drop_source_line(article)


class _Fields:
    """The lines of one article that tell about it, and what they say."""

    def __init__(self, article: Article) -> None:
        self.article = article
        told = [item.block.text for item in article.dropped if item.pipeline == "notices"]
        tail = [line for text in told for line in text.splitlines() if len(line) <= LONGEST_TAIL_LINE]
        texts = [block.text for block in article.blocks if block.kind is not BlockKind.TABLE]
        self.about = [line for text in article.head for line in text.splitlines() if line.strip()]
        self.dated = [*self.about, *(line for line in tail if byline.is_about(line))]
        self.first = texts[:FIRST_BLOCKS]
        self.last = [line for text in texts[-LAST_BLOCKS:] for line in text.splitlines()[-2:]] + tail
        # An editor's line may have gone with the links that it stood among.
        self.gone = [item.block.text for item in article.dropped if len(item.block.text) <= LONGEST_TAIL_LINE]
        self.site = self.restored(meta.first(article.meta, meta.SITE)[1]) or article.site

    def fill(self) -> None:
        article = self.article
        self.fill_published()
        self.fill_source()
        article.authors = self.people("authors", article.authors_text, self.read_authors)
        article.editors = self.people("editors", article.editors_text, self.read_editors)
        article.authors = [name for name in article.authors if name not in article.editors]
        self.fill_section()
        article.views = byline.parse_views(self.dated)
        if article.views is not None:
            article.origins["views"] = "displayed"

    def fill_published(self) -> None:
        article = self.article
        own = [article.published_text] if article.published_text else []
        found = published.displayed(own, now=article.fetched, year_hint=published.year_of(article.url))
        if found is not None:
            article.published, article.origins["published"] = found.value, "spider"
            return
        found = published.parse(self.dated, now=article.fetched, url=article.url, meta=article.meta)
        if found is not None:
            article.published, article.origins["published"] = found.value, found.origin

    def fill_source(self) -> None:
        article = self.article
        if article.source_text:
            told = [item.value for item in labelled(article.source_text) if item.kind == "source"]
            own = source.clean_source(told[0] if told else article.source_text)
            if own:
                article.source = source.resolve(own, self.site)
                article.origins["source"] = "spider"
                return
        columns = [
            *breadcrumb.steps(" > ".join(article.breadcrumb)),
            meta.first(article.meta, meta.COLUMN)[1],
        ]
        article.source = source.parse_source(self.about, site=self.site, last=self.last, sections=columns)
        if article.source is not None:
            article.origins["source"] = "displayed"
            return
        name, value = meta.first(article.meta, ("contentsource", "shown:source", *meta.SOURCE))
        value = self.restored(value)
        value = next(iter(values(value, "source")), "") if name.startswith("shown:") else value
        if value and (cleaned := source.clean_source(value)):
            article.source = source.resolve(cleaned, self.site)
            article.origins["source"] = f"meta {name}"

    def restored(self, value: str) -> str:
        """Return a meta tag's value with what was undone in the displayed texts undone in it too."""
        return restore.apply(self.article.repairs, value) if value and self.article.repairs else value

    def read_authors(self) -> list[str]:
        return byline.parse_authors(self.about, first=self.first, last=self.last)

    def read_editors(self) -> list[str]:
        gone = [line for line in self.gone if byline.is_about(line)]
        shown = self.restored(self.article.meta.get("shown:editor", ""))
        return (
            byline.parse_editors(self.about, last=self.last)
            or byline.parse_editors(gone)
            or byline.parse_editors([shown])
        )

    def people(self, field: str, own: str, read: Callable[[], list[str]]) -> list[str]:
        """Return the people of one field: by the spider's own text, else by the page's lines."""
        if own and (found := byline.people_in(own)):
            self.article.origins[field] = "spider"
            return found
        if found := read():
            self.article.origins[field] = "displayed"
            return found
        if field == "authors":
            name, value = meta.first(self.article.meta, meta.AUTHOR)
            people = names.split_people(self.restored(value))
            if found := [person for person in people if names.is_person(person)]:
                self.article.origins[field] = f"meta {name}"
                return found
        return []

    def fill_section(self) -> None:
        article = self.article
        steps = breadcrumb.steps(" > ".join(article.breadcrumb), article.title)
        origin = "breadcrumb"
        if not steps:
            steps = [value for line in self.about for value in values(line, "column")][:1]
            origin = "displayed"
        if not steps:
            name, value = meta.first(article.meta, meta.COLUMN)
            steps, origin = [self.restored(value)] if value else [], f"meta {name}"
        article.section = steps
        if steps:
            article.origins["section"] = origin


@cache
def _challenges() -> dict[str, Any]:
    return tomllib.loads(resources.files("pipelines.data").joinpath("challenges.toml").read_text("utf-8"))


def _refuse_empty(article: Article) -> None:
    if not article.title.strip():
        raise Refused(article.url, "title", "the page shows no headline", kind="no-title")
    if not article.body.strip() and not article.attachments and not article.images:
        raise Refused(article.url, "body", "the page holds no text of an article", kind="no-body")


def _refuse_challenge(article: Article) -> None:
    """Raise Refused for a page that guards or replaces an article; a long text is an article about it."""
    data = _challenges()
    if len(article.body) >= MOST_FOLDED * data["longest_body"]:
        return
    body = fold(article.body)
    if len(body) >= data["longest_body"]:
        return
    title = fold(article.title)
    hit = next(
        (part for part in data["title_parts"] if part in title), title if title in data["titles"] else ""
    )
    hit = hit or next((phrase for phrase in data["bodies"] if phrase in body), "")
    if hit:
        raise Refused(article.url, "body", f"a challenge or error page ({hit})", kind="challenge")


def _drop_source_line(article: Article) -> None:
    """Take a block out that only names the source in brackets at the end: it is a field, not text."""
    if len(article.blocks) > 1 and source.is_source_line(article.blocks[-1].text):
        article.dropped.append(Dropped(article.blocks.pop(), FieldsPipeline.name, "source line"))
