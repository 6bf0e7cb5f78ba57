"""Selectors of byline and breadcrumb, learned from sample articles whose headline and text are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.onboarding.naming import selectors
from crawler.onboarding.samples import is_inside, squeezed, told_fields
from crawler.page import breadcrumb
from crawler.page.blocks import lines
from crawler.reading import Rules
from crawler.selectors import elements, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from crawler.items import Article
    from crawler.onboarding.samples import Bench, Sample

_BETWEEN = 15  # lines
_LONGEST = 300  # characters of an element that is a byline
_LONGEST_PART = 60  # characters of an element that is one field
_MOST = 40
_TRIED = 20
_PARTS = ("published", "source", "editors", "authors")


def learn_details(bench: Bench, rules: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    """Return selectors of the lines about the article, and the fields that none of them gives everywhere.

    What is wanted of each sample is what the pipelines read from the lines between headline and text and from
    the generic reader's lines that do not stand on the other pages too.
    """
    samples = bench.samples
    wanted = []
    for sample in samples:
        sample.told = _told(bench, sample, rules)
        told = told_fields(bench.read(sample, Rules(rules), _teller(sample)))
        published = told_fields(sample.article)["published"] or told.get("published")
        wanted.append({**told, "published": published})
    tried = _tried(bench, rules)
    for selector in tried:
        if _tells(bench, rules, selector) and _agree(bench, {**rules, "byline": selector}, wanted, _PARTS):
            return {"byline": selector}, []
    if _agree(bench, rules, wanted, _PARTS):
        return {}, []
    return _by_parts(bench, rules, wanted, tried)


def _by_parts(
    bench: Bench, rules: Mapping[str, object], wanted: Sequence[Mapping[str, object]], tried: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Return a selector a field where no single line holds them all."""
    found: dict[str, str] = {}
    missing = []
    tried = [
        one for one in tried if all(len(_shown(one, sample)) <= _LONGEST_PART for sample in bench.samples)
    ]
    for part in _PARTS:
        if _agree(bench, {**rules, **found}, wanted, (part,)):
            continue
        for selector in tried:
            if _agree(bench, {**rules, **found, part: selector}, wanted, (part, *found)):
                found[part] = selector
                break
        else:
            missing.append(part)
    return found, missing


def _shown(selector: str, sample: Sample) -> str:
    return squeezed("".join(texts(selector, sample.page.root)))


def _agree(
    bench: Bench,
    rules: Mapping[str, object],
    wanted: Sequence[Mapping[str, object]],
    parts: Sequence[str],
) -> bool:
    """Tell whether reading by ``rules`` gives the wanted values, without help of the generic reader."""
    for sample, want in zip(bench.samples, wanted, strict=True):
        read = bench.read(sample, Rules(rules))
        if read is None or read.fallbacks:
            return False
        got = told_fields(read)
        if any(got[part] != want.get(part) for part in parts):
            return False
    return True


def _tells(bench: Bench, rules: Mapping[str, object], selector: str) -> bool:
    """Tell whether a byline gives anything that headline and text alone do not."""
    return any(
        told_fields(bench.read(sample, Rules({**rules, "byline": selector}), _without_meta))
        != told_fields(bench.read(sample, Rules(rules), _without_meta))
        for sample in bench.samples[:2]
    )


def _without_meta(article: Article) -> None:
    article.meta = {}
    article.told = None  # labels elsewhere on the page are no more of the byline than meta tags are


def _teller(sample: Sample) -> Callable[[Article], None]:
    def tell(article: Article) -> None:
        article.head = list(sample.told)

    return tell


def _told(bench: Bench, sample: Sample, rules: Mapping[str, object]) -> list[str]:
    """Return the displayed lines about an article: between headline and text, and the generic reader's."""
    title, body = (_element(rules.get(field), sample) for field in ("title", "body"))
    between: list[str] = []
    if title is not None and body is not None:
        shown = lines(sample.page)
        start = max((line.index for line in shown if is_inside(line.element, title)), default=None)
        stop = min((line.index for line in shown if is_inside(line.element, body)), default=None)
        if start is not None and stop is not None and 0 < stop - start <= _BETWEEN:
            between = [line.text for line in shown[start + 1 : stop]]
    texts = {squeezed(line) for line in between}
    others = [
        line
        for line in sample.reading.head
        if squeezed(line) not in texts and not bench.is_common(squeezed(line), sample)
    ]
    return between + others


def _element(rule: object, sample: Sample) -> HtmlElement | None:
    return next(iter(elements(rule, sample.page.root)), None) if isinstance(rule, (str, tuple)) else None


def _tried(bench: Bench, rules: Mapping[str, object]) -> list[str]:
    """Return selectors that find one short text on every sample, such as may hold the lines about it."""
    found: dict[str, None] = {}
    for sample in bench.samples[:2]:
        for element in _near(sample, rules):
            for selector in selectors(element)[:_MOST]:
                found.setdefault(selector)
    held: dict[tuple[int, ...], str] = {}
    for selector in found:
        matched = [elements(selector, sample.page.root) for sample in bench.samples]
        if all(len(one) == 1 and squeezed(one[0].text_content()) for one in matched):
            held.setdefault(tuple(id(one[0]) for one in matched), selector)
    return list(held.values())[:_TRIED]


def _near(sample: Sample, rules: Mapping[str, object]) -> Iterator[HtmlElement]:
    """Yield the elements outside headline and text that hold told lines, those of most lines first."""
    title, body = (_element(rules.get(field), sample) for field in ("title", "body"))
    told = [squeezed(line) for line in sample.told]
    date = squeezed(sample.article.published.raw) if sample.article.published else ""
    found: list[tuple[int, int, int, HtmlElement]] = []
    for element in sample.page.root.iter():
        if not isinstance(element.tag, str) or is_inside(element, body) or element.tag in ("script", "style"):
            continue
        text = squeezed(element.text_content())
        if not 0 < len(text) <= _LONGEST or (title is not None and is_inside(title, element)):
            continue
        if any(line in text or text in line for line in told) or (date and date in text):
            whole = sum(line in text for line in told)
            found.append((-whole, len(text), len(found), element))
    yield from (element for *_, element in sorted(found, key=lambda one: one[:3]))


def learn_breadcrumb(bench: Bench, rules: Mapping[str, object]) -> tuple[str | None, bool]:
    """Return the selector of the breadcrumb's steps, or None, and whether the samples show one at all."""
    paths = [sample.reading.breadcrumb for sample in bench.samples]
    sections = {sample.section for sample in bench.samples}
    if not all(paths) or (len(sections) > 1 and len({tuple(path) for path in paths}) == 1):
        return None, False  # the same on pages of different sections: a line of the portal
    wanted = [
        breadcrumb.steps(" > ".join(sample.article.section), sample.article.title) for sample in bench.samples
    ]
    tried: dict[str, None] = {}
    for element in _paths(bench.samples[0]):
        for selector in selectors(element):
            tried.setdefault(f"{selector} a")
            tried.setdefault(selector)
    for selector in list(tried)[: 3 * _MOST]:
        if not all(texts(selector, sample.page.root) for sample in bench.samples):
            continue
        read = [
            bench.read(sample, Rules({**rules, "breadcrumb": selector}, generic=True))
            for sample in bench.samples
        ]
        if all(one is not None and one.section == want for one, want in zip(read, wanted, strict=True)):
            return selector, True
    return None, True


def _paths(sample: Sample) -> list[HtmlElement]:
    """Return the elements that display the breadcrumb's steps, the innermost first."""
    steps = [squeezed(step) for step in sample.reading.breadcrumb]
    longest = sum(map(len, steps)) + len(squeezed(sample.reading.title)) + 60
    found = []
    for element in sample.page.root.iter():
        if isinstance(element.tag, str) and element.tag not in ("a", "script", "style"):
            text = squeezed(element.text_content())
            if len(text) <= longest and all(step in text for step in steps):
                found.append(element)
    return found[::-1][:4]
