"""Normalises date, source, people, section and views of a restored article; refuses what is no article."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from crawler import chain
from crawler.items import BlockKind, Dropped
from crawler.page import breadcrumb, byline, crediting, meta, names, published, source
from crawler.page.document import PageError
from crawler.page.found import Found
from crawler.page.labels import labelled, values
from crawler.page.loose import clean_source
from crawler.page.tails import site_of
from crawler.page.title import DOCUMENT
from crawler.refusals import Refused
from crawler.text import restore
from crawler.text.clock import LOCAL
from crawler.text.markers import fold

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from crawler.items import Article

FIRST_BLOCKS = 3
OPENING_BLOCKS = 7
LAST_BLOCKS = 5
LONGEST_TAIL_LINE = 80
LONGEST_HEAD = 24
SHORTEST_ACCOUNT = 4
MOST_FOLDED = 10  # times as long as folded is no text, with a reading behind each character
ASKING = ("记者：", "记者:", "記者：", "記者:")
MANY_QUESTIONS = 2
SPIDER = "spider"  # a selector is as sure as whoever wrote it
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
        chain.step(item, self)
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
        try:
            _Fields(article).fill()
        except PageError as error:
            raise Refused(article.url, "body", error.reason, kind=error.kind) from error
        finally:
            article.told = None  # it holds the whole page
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
        texts = _unasked([block.text for block in article.blocks if block.kind is not BlockKind.TABLE])
        self.first = texts[:FIRST_BLOCKS]
        self.about = [line for text in article.head for line in text.splitlines() if line.strip()]
        if self.first and byline.is_about(self.first[0]):
            self.about.append(self.first[0])
        self.dated = [*self.about, *(line for line in tail if byline.is_about(line))]
        # Writers may be named between an abstract and the text.
        self.first += [text for text in texts[FIRST_BLOCKS:OPENING_BLOCKS] if crediting.is_credit_line(text)]
        self.last = [line for text in texts[-LAST_BLOCKS:] for line in text.splitlines()[-2:]] + tail
        # An editor's line may have gone with the links that it stood among.
        self.gone = [item.block.text for item in article.dropped if len(item.block.text) <= LONGEST_TAIL_LINE]
        self.site = self.restored(meta.first(article.meta, meta.SITE)[1]) or article.site or self.named_site()

    def named_site(self) -> str:
        """Return the site's name behind the headline in ``<title>``, for pages that no portal is known of."""
        return site_of(self.restored(self.article.meta.get(DOCUMENT, "")))

    def fill(self) -> None:
        article = self.article
        self.fill_published()
        self.fill_source()
        article.authors = self.people("authors", article.authors_text)
        article.editors = self.people("editors", article.editors_text)
        article.authors = [name for name in article.authors if name not in article.editors]
        self.fill_section()
        article.views = byline.parse_views(self.dated)
        if article.views is not None:
            article.origins["views"] = "displayed (0.90)"

    def fill_published(self) -> None:
        article = self.article
        own = [article.published_text] if article.published_text else []
        found = published.displayed(own, now=article.fetched, year_hint=published.year_of(article.url))
        if found is not None:
            article.published, article.origins["published"] = found.value, SPIDER
            return
        if article.told is not None and not published.displayed(
            self.dated, now=article.fetched, year_hint=published.year_of(article.url)
        ):
            self.ask("published", "document_date")
        found = published.parse(self.dated, now=article.fetched, url=article.url, meta=article.meta)
        if found is not None:
            article.published, article.origins["published"] = found.value, found.said

    def fill_source(self) -> None:
        article = self.article
        if article.source_text:
            told = [item.value for item in labelled(article.source_text) if item.kind == "source"]
            own = clean_source(told[0] if told else article.source_text)
            if own:
                article.source = source.resolve(own, self.site)
                article.origins["source"] = SPIDER
                return
        columns = [
            *breadcrumb.steps(" > ".join(article.breadcrumb)),
            meta.first(article.meta, meta.COLUMN)[1],
        ]
        hint = self.hint("source")
        if not hint and not self.hinted_people("author"):  # platforms show their accounts as authors
            hint = self.hint("author")
        found = (
            source.find(self.below_date(), site=self.site, last=self.last, sections=columns, hint=hint)
            or self.tagged_source()
        )
        if found is not None:
            article.source, article.origins["source"] = found.value, found.said

    def tagged_source(self) -> Found[str] | None:
        """Return the source that a label elsewhere, a meta tag, or the name of a newspaper's issue tells."""
        self.ask("source")
        tags = self.article.meta
        name, value = meta.first(tags, ("contentsource", "shown:source", *meta.SOURCE))
        value = self.restored(value)
        if name.startswith("shown:"):
            value = source.definite(next(iter(values(value, "source")), ""))
        if value and (cleaned := clean_source(value)):
            return Found(source.resolve(cleaned, self.site), f"meta {name}", 0.6)
        paper = source.paper_of_issue(self.about, self.restored(tags.get(DOCUMENT, "")))
        return Found(paper, "the newspaper's name in <title>", 0.5) if paper else None

    def restored(self, value: str) -> str:
        """Return a meta tag's value with what was undone in the displayed texts undone in it too."""
        return restore.apply(self.article.repairs, value) if value and self.article.repairs else value

    def hint(self, kind: str) -> str:
        """Return what a class name beside the headline calls the ``kind``, '' for none."""
        return self.restored(self.article.meta.get(f"{meta.HINT}{kind}", ""))

    def hinted_people(self, kind: str) -> list[str]:
        """Return the people whom a class name tells; what is long and has no family name is an account."""
        people = names.split_people(self.hint(kind))
        return [
            name for name in people if names.is_person(name) or len(name) < SHORTEST_ACCOUNT or name.isascii()
        ]

    def below_date(self) -> list[str]:
        """Return the lines about the article, and the text's first line where it is short enough for one."""
        opening = self.first[:1]
        return [*self.about, *opening] if opening and len(opening[0]) <= LONGEST_HEAD else self.about

    def read_authors(self) -> Found[list[str]] | None:
        return byline.find_authors(self.about, first=self.first, last=self.last)

    def read_editors(self) -> Found[list[str]] | None:
        gone = [line for line in self.gone if byline.is_about(line)]
        found = byline.find_editors(self.about, first=self.first, last=self.last) or byline.find_editors(gone)
        if found is not None:
            return found
        self.ask("editor")
        return byline.find_editors([self.restored(self.article.meta.get(f"{meta.SHOWN}editor", ""))])

    def ask(self, *kinds: str) -> None:
        """Add to the meta tags what the page tells of ``kinds`` anywhere, if that was not looked for yet."""
        told = self.article.told
        for kind in kinds:
            if told is not None and (value := told.get(kind)):
                self.article.meta[f"{meta.SHOWN}{kind}"] = value

    def people(self, field: str, own: str) -> list[str]:
        """Return the people of one field: by the spider's own text, else by the page's lines, class names
        and tags.
        """  # noqa: D205  one sentence
        if own and (people := byline.people_in(own)):
            self.article.origins[field] = SPIDER
            return people
        authors = field == "authors"
        found = self.read_authors() if authors else self.read_editors()
        hinted = self.hinted_people(field.removesuffix("s")) if found is None else []
        if hinted:
            found = Found(hinted, "displayed, by its class name", 0.7)
        if found is None and authors:
            found = self.tagged_authors()
        if found is None:
            return []
        self.article.origins[field] = found.said
        return found.value

    def tagged_authors(self) -> Found[list[str]] | None:
        """Return the writers that a meta tag names; on official sites it names who entered the page."""
        if any(name in self.article.meta for name in meta.OFFICIAL):
            return None
        shown = "\n".join([*self.about, *self.first, *self.last, *self.gone])
        source_name = fold(self.article.source or "")  # some systems sign with it, or with another body
        for tags, strict in ((meta.SIGNED, False), (meta.AUTHOR, True)):
            name, value = meta.first(self.article.meta, tags)
            people = [] if "//" in value else names.split_people(self.restored(value))
            signed = [] if strict else [one for one in people if one in shown and not names.is_body(one)]
            found = [one for one in people if names.is_person(one) or one in signed]
            if found := [one for one in found if fold(one) != source_name]:
                return Found(found, f"meta {name}", 0.6)
        return None

    def fill_section(self) -> None:
        article = self.article
        steps = breadcrumb.steps(" > ".join(article.breadcrumb), article.title)
        origin = article.origins.get("breadcrumb", SPIDER)
        if not steps:
            steps = [value for line in self.about for value in values(line, "column")][:1]
            origin = "displayed, labelled (0.80)"
        if not steps:
            name, value = meta.first(article.meta, meta.COLUMN)
            steps, origin = [self.restored(value)] if value else [], f"meta {name} (0.60)"
        article.section = steps
        if steps:
            article.origins["section"] = origin


def _unasked(texts: list[str]) -> list[str]:
    """Return the texts without the questions of an interview, where 记者： names who asks, not who writes."""
    asked = [text for text in texts if text.startswith(ASKING)]
    return texts if len(asked) < MANY_QUESTIONS else [text for text in texts if text not in set(asked)]


@cache
def _challenges() -> dict[str, Any]:
    return tomllib.loads(resources.files("pipelines.data").joinpath("challenges.toml").read_text("utf-8"))


@cache
def _long_enough() -> re.Pattern[str]:
    """Return what matches a text that is long however it is folded: so many Chinese characters."""
    return re.compile(rf"(?:[^\u4e00-\u9fff]*+[\u4e00-\u9fff]){{{_challenges()['longest_body']}}}")


def _refuse_empty(article: Article) -> None:
    if not article.title.strip():
        raise Refused(article.url, "title", "the page shows no headline", kind="no-title")
    if not article.body.strip() and not article.attachments and not article.images:
        raise Refused(article.url, "body", "the page holds no text of an article", kind="no-body")


def _refuse_challenge(article: Article) -> None:
    """Raise Refused for a page that guards or replaces an article; a long text is an article about it."""
    data, body = _challenges(), article.body
    if len(body) >= MOST_FOLDED * data["longest_body"] or _long_enough().match(body):
        return
    body = fold(body)
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
