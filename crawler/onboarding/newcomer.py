"""A surveyed portal made into a spider: what its file says, and the seeds that go with it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.onboarding.saved import article_fields, list_fields, read_captured
from crawler.onboarding.source import Spider
from crawler.onboarding.titles import plain, portal_name, section_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from crawler.chain import ReadingPipeline
    from crawler.onboarding.learned import Learned
    from crawler.onboarding.survey import Survey
    from crawler.onboarding.visit import Captured
    from crawler.spider import PortalSpider

ARTICLE_SEEDS = 2
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_HEAD = 2048  # bytes
_ALIKE = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "utf8": "utf-8",
    "big5-hkscs": "big5hkscs",
    "big5": "big5hkscs",
}
_STEPS = {
    "gloss": "injected readings",
    "cut": "characters cut in two",
    "mojibake": "mojibake",
}


def spider_of(survey: Survey, learned: Learned, name: str) -> Spider:
    """Return what the portal's spider says."""
    parts = urlsplit(survey.front.url)
    base = f"{parts.scheme}://{parts.netloc}"
    names = section_names(survey.sections)
    sections = {
        section_name: _path(section.first.url, base)
        for section_name, section in zip(names, survey.sections, strict=True)
    }
    return Spider(
        name=name,
        portal=portal_name(survey),
        base=base,
        sections=sections,
        rules=learned.rules,
        generic=learned.generic,
        remarks=tuple(_remarks(learned)),
    )


def _path(url: str, base: str) -> str:
    return (url.removeprefix(base) or "/") if url.startswith((f"{base}/", f"{base}?")) or url == base else url


def _remarks(learned: Learned) -> Iterator[str]:
    """Yield sentences about what is odd: the charset that is declared, the damage that is repaired."""
    samples = learned.bench.samples
    pairs = Counter(
        (sample.captured.encoding, declared)
        for sample in samples
        for declared in declarations(sample.captured)
    )
    for (encoding, (where, said)), _ in pairs.most_common(2):
        if _ALIKE.get(said, said) != _ALIKE.get(encoding, encoding):
            yield f"The pages are {plain(encoding)} though {where} says {plain(said)}."
    steps = Counter(step for sample in samples for step in {repair.step for repair in sample.article.repairs})
    for step, count in steps.most_common():
        yield f"{count} of {len(samples)} sample articles had {_STEPS.get(step, step)} to undo."


def declarations(captured: Captured) -> list[tuple[str, str]]:
    """Return where a charset is declared for a page, and which, lower case."""
    head = captured.body[:_HEAD].decode("latin-1")
    places = (("the header", captured.content_type), ("the page", head))
    return [(where, match[1].lower()) for where, text in places if (match := _CHARSET.search(text))]


def seeds_of(
    survey: Survey, learned: Learned, spider: PortalSpider, pipelines: Sequence[ReadingPipeline]
) -> list[tuple[str, Captured, dict[str, Any]]]:
    """Return kind, page and expected reading of a list seed and two article seeds.

    The articles are of two sections if possible. Raises PageError or Refused for a page that cannot be read.
    """
    first = survey.sections[0].first
    found = [("list", first, list_fields(spider, first.page))]
    samples = learned.bench.samples
    chosen = [*samples[:1], *sorted(samples[1:], key=lambda one: one.section == samples[0].section)]
    for sample in chosen[:ARTICLE_SEEDS]:
        article = read_captured(spider, sample.captured, pipelines)
        found.append(("article", sample.captured, article_fields(article)))
    return found
