"""A visit to a known portal that stores nothing: how well its spider still reads it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawler.onboarding.navigation import host_of
from crawler.onboarding.phrasebook import words
from crawler.onboarding.saved import read_captured, selected
from crawler.onboarding.visit import Unreachable, Visitor, lent
from crawler.page.address import canonical_url
from crawler.page.document import PageError
from crawler.refusals import Refused
from crawler.text import model
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.chain import ReadingPipeline
    from crawler.items import Article
    from crawler.page.entries import Entry
    from crawler.spider import PortalSpider

FIELDS = ("title", "body", "published", "source", "authors", "editors", "section")
# The attributes of a spider that a field comes from; the first that the spider declares counts.
RULES = {
    "title": ("title",),
    "body": ("body",),
    "published": ("published", "byline"),
    "source": ("source", "byline"),
    "authors": ("authors", "byline"),
    "editors": ("editors", "byline"),
    "section": ("breadcrumb",),
}
_HALF = 0.5
_GARBLED = -8.0  # prose reaches -4 to -6, mojibake -10 and less
_HAN = re.compile("[\u3400-\u9fff]+")


@dataclass(slots=True)
class SectionSeen:
    """One section page: its entries, or why it could not be read."""

    name: str
    url: str
    entries: list[Entry] = field(default_factory=list)
    failure: str = ""
    helped: bool = False  # the spider's own selector found nothing
    onward: str = ""  # how it goes on: the next page's address, or the script that alone could turn it
    turned: bool = False  # it is the script


@dataclass(slots=True)
class Inspection:
    """What was seen. Counters count articles, ``dropped`` blocks; ``failures`` are pages that gave none.

    ``leftovers`` are the addresses of articles by field and phrase, ``scores`` how likely the Chinese of each
    text is with its address, see ``crawler.text.model.score``.
    """

    declared: tuple[str, ...]
    sections: list[SectionSeen] = field(default_factory=list)
    articles: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    fallbacks: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    flagged: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    leftovers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    scores: list[tuple[float, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def finds(self, rule: str) -> int:
        """Return on how many articles an attribute of the spider found something."""
        return self.articles - self.fallbacks[rule]

    def add(self, article: Article) -> None:
        """Count one article."""
        self.articles += 1
        self.filled.update(name for name in FIELDS if getattr(article, name))
        self.fallbacks.update(article.fallbacks)
        self.repaired += bool(article.repairs)
        self.flagged += bool(article.flags)
        self.dropped.update(dropped.rule for dropped in article.dropped)
        if han := "".join(_HAN.findall(article.body)):
            self.scores.append((model.score(han), article.url))
        for name in FIELDS:
            held = fold(_text(getattr(article, name)))
            for phrase in words("leftovers"):
                if phrase in held:
                    self.leftovers.setdefault((name, phrase), []).append(article.url)

    @property
    def garbled(self) -> list[str]:
        """The addresses of texts that are no likely Chinese even after all repairs."""
        return [url for score, url in self.scores if score < _GARBLED]

    def faults(self) -> list[str]:
        """Return in words what should keep a change from being accepted."""
        found = [
            f"section {one.name}: {one.failure or 'no entries'} ({one.url})"
            for one in self.sections
            if not one.entries
        ] + [
            f"section {one.name}: the spider's selector finds no entries ({one.url})"
            for one in self.sections
            if one.entries and one.helped
        ]
        if not self.articles:
            return [*found, "no article could be read"]
        if len(self.garbled) > _HALF * self.articles:
            found.append(
                f"{len(self.garbled)} of {self.articles} texts are garbled, such as {self.garbled[0]}"
            )
        rare = [rule for rule in self.declared if self.finds(rule) < _HALF * self.articles]
        return found + [
            f"{rule}: the spider's rule finds it on {self.finds(rule)} of {self.articles} pages"
            for rule in rare
        ]


async def inspect(
    visitor: Visitor, spider: PortalSpider, pipelines: Sequence[ReadingPipeline], sample: int
) -> Inspection:
    """Visit every section of ``spider`` and the ``sample`` newest articles, those of all sections in turn."""
    lent(spider, visitor)
    rules = [name for name in spider.rules.by_field if name not in ("entries", "entry_date", "next_page")]
    found = Inspection(tuple(rules))
    for name, path in spider.sections.items():
        found.sections.append(await _section(visitor, spider, name, urljoin(f"{spider.base}/", path)))
    for section, entry in _newest(found.sections)[:sample]:
        try:
            captured = await visitor.get(entry.url)
            found.add(read_captured(spider, captured, pipelines, section))
        except (Unreachable, PageError, Refused) as error:
            found.failures.append(str(error))
    return found


async def _section(visitor: Visitor, spider: PortalSpider, name: str, url: str) -> SectionSeen:
    seen = SectionSeen(name, url)
    try:
        captured = await visitor.get(url)
        listing = spider.read_list(captured.response)
        seen.helped = selected(spider, "entries", captured.page) == []
    except (Unreachable, PageError) as error:
        seen.failure = str(error.reason)
        return seen
    if listing is not None:
        seen.onward, seen.turned = listing.following or listing.turned_by, not listing.following
    own = host_of(spider.base)
    seen.entries = [entry for entry in listing.entries if host_of(entry.url) == own] if listing else []
    return seen


def _newest(sections: Sequence[SectionSeen]) -> list[tuple[str, Entry]]:
    """Return the entries with their sections' names, the first of each section first, each address once."""
    columns = [[(section.name, entry) for entry in section.entries] for section in sections]
    once: dict[str, tuple[str, Entry]] = {}
    for pair in chain.from_iterable(zip_longest(*columns)):
        if pair is not None:
            once.setdefault(canonical_url(pair[1].url), pair)
    return list(once.values())


def _text(value: Any) -> str:
    """Return the text of a field: a text, a list of them, the blocks of a body."""
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
