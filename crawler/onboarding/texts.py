"""Selectors of headline and text, learned from sample articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.onboarding.naming import selectors
from crawler.onboarding.samples import squeezed
from crawler.page.reader import blocks_of
from crawler.reading import Rules
from crawler.selectors import elements, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.onboarding.samples import Bench, Sample

_ABOVE = 3  # elements around the innermost container that are tried too
_MOST = 120
_PAIRED = 12


def learn_title(samples: Sequence[Sample]) -> str | tuple[str, ...] | None:
    """Return the selector whose first text is the headline on every sample, None if there is none."""

    def holds(selector: str | tuple[str, ...], sample: Sample) -> bool:
        found = texts(selector, sample.page.root)
        return bool(found) and squeezed(found[0]) == squeezed(sample.reading.title)

    each = [selector for sample in samples for element in _titles(sample) for selector in selectors(element)]
    tried = list(dict.fromkeys(each))
    if found := next((one for one in tried if all(holds(one, sample) for sample in samples)), None):
        return found
    return _pair(tried, samples, holds)


def _pair(tried: Sequence[str], samples: Sequence[Sample], holds: object) -> tuple[str, ...] | None:
    """Return two selectors of which one or the other holds on every sample: pages of two templates."""
    assert callable(holds)
    sets = {one: {place for place, sample in enumerate(samples) if holds(one, sample)} for one in tried}
    best = sorted(tried, key=lambda one: -len(sets[one]))[:_PAIRED]
    everything = set(range(len(samples)))
    for first in best:
        for second in tried:
            if sets[first] | sets[second] == everything and all(
                holds((first, second), sample) for sample in samples
            ):
                return (first, second)
    return None


def _titles(sample: Sample) -> Iterator[HtmlElement]:
    wanted = squeezed(sample.reading.title)
    for element in sample.page.root.iter():
        if isinstance(element.tag, str) and element.tag not in ("a", "title", "meta", "option"):
            text = element.text_content() if len(element) < 6 else ""
            if text and squeezed(text) == wanted:
                yield element


@dataclass(frozen=True, slots=True)
class LearnedBody:
    """A selector of the text; ``less`` and ``more``: a block a sample that it leaves out, or adds."""

    selector: str
    less: list[str]
    more: list[str]


def learn_body(bench: Bench, title: object) -> LearnedBody | None:
    """Return the selector of the element that holds the text on every sample, None if there is none.

    What it holds has to be the generic reader's text, or better: nothing is missing that stands on this page
    alone, nothing is added that stands on the other pages too, and on most samples both are equal.
    """
    tried: dict[str, None] = {}
    for sample in bench.samples:
        for element in containers(sample):
            tried.update(dict.fromkeys(selectors(element)))
    best: tuple[int, int, str] | None = None
    judged: dict[tuple[int, ...], int | None] = {}
    for place, selector in enumerate(list(tried)[:_MOST]):
        found = [elements(selector, sample.page.root) for sample in bench.samples]
        if any(len(one) != 1 for one in found):
            continue
        key = tuple(id(one[0]) for one in found)
        if key not in judged:
            judged[key] = _judge(bench, selector, [one[0] for one in found], title)
        added = judged[key]
        if added is not None and (best is None or (added, place) < best[:2]):
            best = (added, place, selector)
    return LearnedBody(best[2], *_differences(bench, best[2])) if best else None


def containers(sample: Sample) -> list[HtmlElement]:
    """Return the innermost element that holds all wanted blocks of a sample, and some around it."""
    chain: list[HtmlElement] = []
    inner: HtmlElement | None = sample.page.root.find("body")
    while inner is not None:
        chain.append(inner)
        inner = next((child for child in inner if _holds(child, sample.wanted)), None)
    return chain[::-1][:_ABOVE] if sample.wanted else []


def _holds(element: HtmlElement, wanted: Iterable[str]) -> bool:
    if not isinstance(element.tag, str) or element.tag in ("script", "style"):
        return False
    text = squeezed(element.text_content())
    return all(block in text for block in wanted)


def _judge(bench: Bench, selector: str, found: Sequence[HtmlElement], title: object) -> int | None:
    """Return how many blocks a body selector adds to the generic reader's, None if it does not hold."""
    rules = Rules({"body": selector, **({"title": title} if title else {})}, generic=True)
    added = exact = 0
    for sample, element in zip(bench.samples, found, strict=True):
        inside = "".join(squeezed(block.text) for block in blocks_of(element, sample.page))
        if not all(block in inside for block in sample.wanted):
            return None
        kept = bench.kept(sample, rules)
        if not kept:
            return None
        more = [block for block in kept if block not in sample.kept]
        if any(bench.is_common(block, sample) for block in more):
            return None
        added += len(more)
        exact += not more
    return added if exact > len(bench.samples) / 2 else None


def _differences(bench: Bench, selector: str) -> tuple[list[str], list[str]]:
    """Return by example what a body selector leaves out of the generic reading, and what it adds."""
    less, more = [], []
    for sample in bench.samples:
        kept = bench.kept(sample, Rules({"body": selector}, generic=True)) or []
        less += [block for block in sample.kept if block not in kept][:1]
        more += [block for block in kept if block not in sample.kept][:1]
    return less, more
