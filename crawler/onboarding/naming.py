"""Selectors that name an element: short, by id and class, never by place or by generated names."""

from __future__ import annotations

import re
from itertools import combinations, islice
from typing import TYPE_CHECKING

from crawler.onboarding.phrasebook import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_NAME = re.compile(r"-?[A-Za-z_][A-Za-z_-]*\d?")  # more digits than one are counted or generated
_HASH = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z_-]*[A-Z]{2,}[a-z]+[A-Z]\w*|^(?:css|sc|jss|v|data)-")
_BLANKS = re.compile(r"[ \t\r\n]+")  # those that selectors part classes at
_LEVELS = 7
_MOST = 80
_LONGEST = 60
_TELLING_TAGS = {"h1": 0.7, "h2": 1.6, "h3": 1.8, "article": 0.9, "time": 0.9}
_PLAIN_TAG = 0.9
_ID, _CLASS, _TWO, _LAYOUT, _DIGIT = 1.0, 1.1, 1.7, 1.0, 0.5
_FAR = 0.05  # a level up


def selectors(element: HtmlElement) -> list[str]:
    """Return CSS selectors that find ``element``, perhaps with others, the best first.

    They are at most three steps long: the element's own id, class or tag, and those of elements around it.
    """
    found: dict[str, float] = {}
    for cost, selector in _steps(element):
        if len(selector) <= _LONGEST:
            found[selector] = min(cost, found.get(selector, cost))
    return list(islice(sorted(found, key=lambda one: (found[one], len(one), one)), _MOST))


def _steps(element: HtmlElement) -> Iterator[tuple[float, str]]:
    own = dict(_names(element))
    yield from ((cost, name) for name, cost in own.items())
    tag = str(element.tag)
    if tag in _TELLING_TAGS:
        yield _TELLING_TAGS[tag], tag
    last = {tag: _TELLING_TAGS.get(tag, _PLAIN_TAG), **own}
    around = list(islice(element.iterancestors(), _LEVELS))
    named = [(level, name, cost) for level, node in enumerate(around) for name, cost in _names(node)]
    for level, name, cost in named:
        for end, end_cost in last.items():
            yield cost + end_cost + _FAR * level, f"{name} {end}"
        for between in range(level):
            node = around[between]
            middles = {str(node.tag): _PLAIN_TAG, **dict(_names(node))}
            for middle, middle_cost in middles.items():
                yield cost + middle_cost + last[tag] + _FAR * level, f"{name} {middle} {tag}"


def _names(element: HtmlElement) -> Iterator[tuple[str, float]]:
    """Yield the element's id, classes and pairs of classes as selectors, each with its cost."""
    if str(element.tag) in ("body", "html"):
        return
    name = element.get("id") or ""
    if is_stable(name):
        yield f"#{name}", _ID + _DIGIT * name[-1].isdigit()
    classes = [name for name in _BLANKS.split(element.get("class") or "") if is_stable(name)]
    costs = {
        name: _CLASS + _LAYOUT * (name.lower() in words("layout")) + _DIGIT * name[-1].isdigit()
        for name in classes
    }
    yield from ((f".{name}", cost) for name, cost in costs.items())
    for one, two in combinations(costs, 2):
        yield f".{one}.{two}", _TWO + max(costs[one], costs[two]) - _CLASS


def is_stable(name: str) -> bool:
    """Tell whether an id or class name was given by a person and is likely to stay."""
    return bool(_NAME.fullmatch(name)) and not _HASH.search(name)
