"""Whether a surveyed portal is on a known system, and the family's own reading is right on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.utils.misc import load_object

from crawler.onboarding.navigation import host_of
from crawler.onboarding.saved import read_captured
from crawler.onboarding.survey import family_of
from crawler.page.address import canonical_url
from crawler.page.document import PageError
from crawler.page.paging import next_page
from crawler.records import displayed
from crawler.refusals import Refused
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.chain import ReadingPipeline
    from crawler.items import Article
    from crawler.onboarding.learned import Learned
    from crawler.onboarding.samples import Sample
    from crawler.onboarding.source import Spider
    from crawler.onboarding.survey import Section, Survey

SAME_TEXT = 0.97  # F1 of 4-grams from which two readings of a text are the same
_GRAM = 4
_DAY = 10  # characters of a date as it is displayed


def _count(spider: PortalSpider, name: str, by: int = 1) -> None:
    """Count nothing: there is no crawl."""


def probe_of(spider: Spider) -> PortalSpider:
    """Return a spider that can read, of the class that the file will define."""
    attributes: dict[str, Any] = {
        "name": spider.name,
        "portal": spider.portal,
        "base": spider.base,
        "sections": dict(spider.sections),
        "count": _count,
        **spider.rules,
    }
    if not spider.family:
        attributes["generic"] = spider.generic
    base = load_object(spider.family) if spider.family else PortalSpider
    made = type(spider.class_name, (base,), attributes)()
    assert isinstance(made, PortalSpider)
    return made


def on_family(
    survey: Survey, learned: Learned, spider: Spider, pipelines: Sequence[ReadingPipeline]
) -> Spider:
    """Return the spider on the family of most articles if that reads every page seen like the generic reader.

    Else the spider as it was learned. A note on ``learned`` says which family it is, and what differs.
    """
    family = family_of([sample.page for sample in learned.bench.samples])
    if family is None:
        return spider
    made = replace(spider, family=family.spider, rules={}, generic=False)
    probe = probe_of(made)
    differs = [
        *(said for section in survey.sections if (said := _list_differs(probe, section))),
        *(said for sample in learned.bench.samples if (said := _article_differs(probe, sample, pipelines))),
    ]
    if differs:
        learned.notes.append(
            f"it looks like {family.says}, but {family.spider} reads {len(differs)} of the pages seen in "
            f"another way, such as {differs[0]}; so selectors were learned"
        )
        return spider
    learned.notes = [note for note in learned.notes if note in survey.notes or note.startswith("article ")]
    return made


def _list_differs(probe: PortalSpider, section: Section) -> str:
    """Return in words how a family's reading of a section page differs from what was seen, '' for not."""
    url = section.first.url
    own = host_of(url)
    try:
        listing = probe.read_list(section.first.response)
    except PageError as error:
        return str(error)
    got = {canonical_url(one.url) for one in listing.entries if host_of(one.url) == own} if listing else set()
    want = {canonical_url(one.url) for one in section.entries}
    if got != want:
        return f"{url}: {len(got)} entries instead of {len(want)}"
    following = next_page(section.first.page)
    if following and (not listing or listing.following != following):
        return f"{url}: no next page"
    return ""


def _article_differs(probe: PortalSpider, sample: Sample, pipelines: Sequence[ReadingPipeline]) -> str:
    """Return in words how a family's reading of an article differs from the generic reader's, '' for not."""
    url, known = sample.captured.url, sample.article
    try:
        read = read_captured(probe, sample.captured, pipelines)
    except (PageError, Refused) as error:
        return str(error)
    if missed := [name for name in read.fallbacks if name in ("title", "body")]:
        return f"{url}: its rules find no {' and no '.join(missed)}"
    if read.canonical_title != known.canonical_title:
        return f"{url}: another headline, “{read.title}”"
    if _day(read) != _day(known):
        return f"{url}: another date, {_day(read) or 'none'}"
    if _likeness(read.canonical_body, known.canonical_body) < SAME_TEXT:
        return f"{url}: another text"
    return ""


def _day(article: Article) -> str:
    return (displayed(article.published) or "")[:_DAY]


def _likeness(one: str, other: str) -> float:
    """Return the F1 of the 4-grams of two texts, white space aside, from 0 to 1."""
    first, second = (_grams("".join(text.split())) for text in (one, other))
    return 2 * len(first & second) / (len(first) + len(second)) if first or second else 1.0


def _grams(text: str) -> set[str]:
    return {text[start : start + _GRAM] for start in range(max(1, len(text) - _GRAM + 1))}
