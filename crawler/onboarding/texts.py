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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from crawler.onboarding.samples import Bench, Sample
    from crawler.selectors import Selector

_ABOVE = 3  # elements around the innermost container that are tried too
_MOST = 120
_PAIRED = 12
_WRONG = -1


def learn_title(samples: Sequence[Sample]) -> Selector | None:
    """Return the selector whose first text is the headline on every sample, None if there is none."""

    def holds(selector: Selector, sample: Sample) -> bool:
        found = texts(selector, sample.page.root)
        return bool(found) and squeezed(found[0]) == squeezed(sample.reading.title)

    each = [selector for sample in samples for element in _titles(sample) for selector in selectors(element)]
    tried = list(dict.fromkeys(each))
    if found := next((one for one in tried if all(holds(one, sample) for sample in samples)), None):
        return found
    return _pair(tried, samples, holds)


def _pair(
    tried: Sequence[str], samples: Sequence[Sample], holds: Callable[[Selector, Sample], bool]
) -> tuple[str, str] | None:
    """Return two selectors of which one or the other holds on every sample: pages of two templates."""
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

    selector: Selector
    less: list[str]
    more: list[str]


def learn_body(bench: Bench, title: Selector | None) -> LearnedBody | None:
    """Return the selector of the element that holds the text on every sample, None if there is none.

    What it holds has to be the generic reader's text, or better: nothing is missing that stands on this page
    alone, nothing is added that stands on the other pages too, and on most samples both are equal.
    """
    tried: dict[str, None] = {}
    for sample in bench.samples:
        for element in containers(sample):
            tried.update(dict.fromkeys(selectors(element)))
    judge = _Judge(bench, title)
    added = {selector: judge.added(selector) for selector in list(tried)[:_MOST]}
    whole = [
        one
        for one, counts in added.items()
        if min(-1 if it is None else it for it in counts) >= 0 and _mostly_equal(counts)
    ]
    if whole:
        best: Selector = min(whole, key=lambda one: sum(count or 0 for count in added[one]))
    elif pair := _pair_of(added):
        best = pair
    else:
        return None
    return LearnedBody(best, *_differences(bench, best))


def _mostly_equal(counts: Sequence[int | None]) -> bool:
    return counts.count(0) > len(counts) / 2


def _pair_of(added: Mapping[str, Sequence[int | None]]) -> tuple[str, str] | None:
    """Return two selectors for pages of two templates: where the first finds nothing, the second holds."""
    clean = {
        one: {place for place, count in enumerate(counts) if count == 0} for one, counts in added.items()
    }
    wrong = {one for one, counts in added.items() if _WRONG in counts}
    best = sorted((one for one in clean if one not in wrong), key=lambda one: -len(clean[one]))[:_PAIRED]
    everything = set(range(len(next(iter(added.values()), ()))))
    return next(((one, two) for one in best for two in clean if clean[one] | clean[two] == everything), None)


class _Judge:
    """Compares what body selectors hold with the generic reader's text, each element of a page once."""

    def __init__(self, bench: Bench, title: Selector | None) -> None:
        self.bench = bench
        self.rules: dict[str, Selector] = {"title": title} if title else {}
        self.known: dict[HtmlElement, int | None] = {}

    def added(self, selector: str) -> list[int | None]:
        """Return for each sample how many blocks are added: None for no element, _WRONG for another text."""
        return [self._on(selector, sample) for sample in self.bench.samples]

    def _on(self, selector: str, sample: Sample) -> int | None:
        found = elements(selector, sample.page.root)
        if not found:
            return None
        if len(found) > 1:
            return _WRONG
        if found[0] not in self.known:
            self.known[found[0]] = self._judge(selector, sample, found[0])
        return self.known[found[0]]

    def _judge(self, selector: str, sample: Sample, element: HtmlElement) -> int:
        inside = "".join(squeezed(block.text) for block in blocks_of(element, sample.page))
        if not all(block in inside for block in sample.wanted):
            return _WRONG
        kept = self.bench.kept(sample, Rules({**self.rules, "body": selector}, generic=True))
        more = [block for block in kept or () if block not in sample.kept]
        if not kept or any(self.bench.is_common(block, sample) for block in more):
            return _WRONG
        return len(more)


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


def _differences(bench: Bench, selector: Selector) -> tuple[list[str], list[str]]:
    """Return by example what a body selector leaves out of the generic reading, and what it adds."""
    less, more = [], []
    for sample in bench.samples:
        kept = bench.kept(sample, Rules({"body": selector}, generic=True)) or []
        less += [block for block in sample.kept if block not in kept][:1]
        more += [block for block in kept if block not in sample.kept][:1]
    return less, more
