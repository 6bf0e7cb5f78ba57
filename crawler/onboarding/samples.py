"""Sample articles of a portal, with what the generic reader makes of each: what selectors are measured by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from crawler import chain
from crawler.page import byline, reader
from crawler.page.blocks import lines
from crawler.page.document import PageError
from crawler.reading import NO_RULES, Rules, read_article
from crawler.records import displayed
from crawler.refusals import Refused
from crawler.text import dates
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.html import HtmlElement

    from crawler.chain import ReadingPipeline
    from crawler.items import Article
    from crawler.onboarding.visit import Captured
    from crawler.page.document import Page
    from crawler.page.reader import Reading

_OPENING = 3  # blocks
_LONGEST_TOLD = 60  # characters
_ANY_NOW = datetime(2100, 1, 1, tzinfo=LOCAL)  # only whether there is a date counts
_COMMON = 0.6  # share of the other samples on which a line is the portal's and not the article's


def squeezed(text: str) -> str:
    """Return ``text`` without white space."""
    return "".join(text.split())


@dataclass(slots=True, eq=False)
class Sample:
    """One article page; ``section`` is the place of its section.

    ``reading`` and ``article`` are the generic reader's, before and behind the pipelines, ``wanted`` the
    squeezed raw texts of the blocks that any reading of the body has to hold.
    """

    captured: Captured
    section: int
    page: Page
    reading: Reading
    article: Article
    shown: frozenset[str]
    kept: list[str]
    wanted: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # displayed lines about the article, see details.py


class Bench:
    """The samples, and the pipelines that every reading of them goes through."""

    def __init__(
        self, found: Sequence[tuple[Captured, int]], pipelines: Sequence[ReadingPipeline], notes: list[str]
    ) -> None:
        self.pipelines = pipelines
        self.notes = notes
        self.samples = [one for captured, section in found if (one := self._sample(captured, section))]
        for sample in self.samples:
            sample.wanted = self._wanted(sample)

    def _sample(self, captured: Captured, section: int) -> Sample | None:
        page = captured.page
        try:
            reading = reader.read(page, now=captured.fetched)
            article = read_article(page, NO_RULES, portal="", now=captured.fetched)
            raw = {id(block): squeezed(block.text) for block in article.blocks}
            chain.run(article, self.pipelines)
        except (PageError, Refused) as error:
            self.notes.append(f"article {error}")
            return None
        kept = [raw.get(id(block), squeezed(block.text)) for block in article.blocks]
        shown = frozenset(squeezed(line.text) for line in lines(page))
        return Sample(captured, section, page, reading, article, shown, kept)

    def _wanted(self, sample: Sample) -> list[str]:
        """Return the blocks that are the article's own: on no other page, and no lines that tell about it."""
        title = squeezed(sample.reading.title)
        pairs = zip(sample.kept, sample.article.blocks, strict=True)
        return [
            raw
            for place, (raw, block) in enumerate(pairs)
            if raw != title and not self.is_common(raw, sample) and not _is_told(block.text, place)
        ]

    def is_common(self, line: str, sample: Sample) -> bool:
        """Tell whether a squeezed line stands on most of the other samples too."""
        others = [other for other in self.samples if other is not sample]
        return bool(others) and sum(line in other.shown for other in others) / len(others) >= _COMMON

    def read(
        self, sample: Sample, rules: Rules, change: Callable[[Article], None] | None = None
    ) -> Article | None:
        """Read a sample by ``rules``; None where the pipelines refuse it. ``change`` comes before them."""
        try:
            article = read_article(sample.page, rules, portal="", now=sample.captured.fetched)
            if change is not None:
                change(article)
            chain.run(article, self.pipelines)
        except (PageError, Refused):
            return None
        return article

    def kept(self, sample: Sample, rules: Rules) -> list[str] | None:
        """Return the squeezed raw texts of the blocks that the pipelines leave of a reading by ``rules``."""
        raw: dict[int, str] = {}
        read = self.read(
            sample, rules, lambda article: raw.update((id(one), squeezed(one.text)) for one in article.blocks)
        )
        return None if read is None else [raw.get(id(one), squeezed(one.text)) for one in read.blocks]


def _is_told(text: str, place: int) -> bool:
    """Tell whether a block tells about the article: by its words, or as a dated line that opens the text."""
    dated = place < _OPENING and len(text) <= _LONGEST_TOLD and "。" not in text
    return byline.is_about(text) or (dated and dates.parse(text, now=_ANY_NOW) is not None)


def told_fields(article: Article | None) -> dict[str, object]:
    """Return what the displayed lines tell of an article: date, source, people."""
    if article is None:
        return {}
    return {
        "published": displayed(article.published),
        "source": article.source,
        "authors": list(article.authors),
        "editors": list(article.editors),
    }


def is_inside(element: HtmlElement, holder: HtmlElement | None) -> bool:
    """Tell whether ``element`` is ``holder`` or stands in it."""
    return holder is not None and (element is holder or any(one is holder for one in element.iterancestors()))
