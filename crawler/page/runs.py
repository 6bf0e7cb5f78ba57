"""The run of sibling blocks on a page that is most like an article: a maximum subsequence over the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import roles, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.walk import Line

GAP = 30.0  # what joining one more container to a run costs
GAP_SHARE = 0.04  # of the run's value, added for a container of another kind
NEAR_TITLE = 12  # lines behind the headline within which a run is expected to start
NEAR_FACTOR = 1.5
ABOVE_FACTOR = 0.6
NAMED_FACTOR = 1.2  # for containers that a CMS names as its content
NAMED_BONUS = 20.0
NAMED_STEPS = 3
MAX_STEPS = 80  # ancestors of a line that are looked at
TEASER_CHARS = 200
TEASER_VALUE = -20.0
MIN_TEASERS = 3
TRUSTED_SHARE = 0.3
NEVER_TRUSTED = frozenset({"comment", "footer"})


@dataclass(slots=True)
class Item:
    """One child of a container (None: its own text): lines ``first`` to ``last`` and their value together.

    ``links`` counts the lines that are links among its ``lines``.
    """

    node: HtmlElement | None
    value: float
    first: int
    last: int
    links: int
    lines: int


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive children of ``container`` that hold the lines ``first`` to ``last``; ``items`` are all its
    children.
    """  # noqa: D205  one sentence

    container: HtmlElement
    first: int
    last: int
    score: float
    items: Sequence[Item]


def find(lines: Sequence[Line], titles: Sequence[int]) -> tuple[Run | None, list[float]]:
    """Return the best run of a page's lines, and the value of each line; ``titles`` index the headline.

    Class and id names count first. Where they leave out a text that is much longer, the names must mean
    something else, and are not believed.
    """
    plain = worth.values(lines)
    for index in titles:
        plain[index] = 0.0
    values = worth.distrust(lines, plain, frozenset())
    run = _best(lines, values, titles)
    most = NEAR_FACTOR * NAMED_FACTOR * sum(value for value in plain if value > 0)
    if run is not None and run.score >= TRUSTED_SHARE * most:
        return run, values
    whole = _best(lines, plain, titles)
    if whole is None or (run is not None and run.score >= TRUSTED_SHARE * whole.score):
        return run, values
    named = {line.chrome for line in lines[whole.first : whole.last + 1] if plain[line.index] > 0}
    trusted = frozenset(named if run is None else named - NEVER_TRUSTED)
    believed = worth.distrust(lines, plain, trusted)
    other = _best(lines, believed, titles)
    return (run, values) if other is None else (other, believed)


def is_in(node: HtmlElement | None, container: HtmlElement) -> bool:
    """Whether a node is the container or stands in it."""
    for _ in range(MAX_STEPS):
        if node is None:
            return False
        if node is container:
            return True
        node = node.getparent()
    return False


def is_text(node: HtmlElement) -> bool:
    """Whether an element is a piece of text by its name, and by holding no sections."""
    return (
        str(node.tag) in roles.PIECES
        and next(node.iterdescendants("div", "section", "article"), None) is None
    )


def _items(lines: Sequence[Line], values: Sequence[float]) -> dict[HtmlElement, list[Item]]:
    """Return each container's children that display something, in order."""
    found: dict[HtmlElement, list[Item]] = {}
    for line, value in zip(lines, values, strict=True):
        link = int(line.link_density >= worth.LINKED)
        child: HtmlElement | None = None
        node: HtmlElement | None = line.element
        for _ in range(MAX_STEPS):
            if node is None:
                break
            items = found.setdefault(node, [])
            if items and child is not None and items[-1].node is child:
                last = items[-1]
                last.value += value
                last.last = line.index
                last.links += link
                last.lines += 1
            else:
                items.append(Item(child, value, line.index, line.index, link, 1))
            child, node = node, node.getparent()
    _discount_teasers(found)
    return found


def _is_teaser(item: Item) -> bool:
    """Whether a child looks like a summary of another article or a comment: a link and a little text."""
    return item.lines > 1 and item.links > 0 and item.value < TEASER_CHARS


def _discount_teasers(found: dict[HtmlElement, list[Item]]) -> None:
    """Take what lists of teasers are worth off the containers around them."""
    for container, items in found.items():
        teasers = [item.value for item in items if _is_teaser(item) and item.value > 0]
        if len(teasers) < MIN_TEASERS:
            continue
        excess = sum(teasers) - TEASER_VALUE * len(teasers)
        child = container
        for parent, _ in zip(container.iterancestors(), range(MAX_STEPS), strict=False):
            around = next((item for item in found.get(parent, ()) if item.node is child), None)
            if around is None:
                break
            around.value -= excess
            child = parent


def _best(lines: Sequence[Line], values: Sequence[float], titles: Sequence[int]) -> Run | None:
    found = _items(lines, values)
    best: Run | None = None
    for container, items in found.items():
        run = _best_of(container, items)
        if run is None:
            continue
        score = run.score * _nearness(run.first, titles)
        if score * NAMED_FACTOR + NAMED_BONUS > (best.score if best else 0.0) and _is_named(container):
            score = score * NAMED_FACTOR + NAMED_BONUS
        if best is None or score > best.score:
            best = Run(container, run.first, run.last, score, items)
    if best is None:
        return None
    first = next((i for i in range(best.first, best.last + 1) if values[i] > 0), best.first)
    last = next((i for i in range(best.last, best.first - 1, -1) if values[i] > 0), best.last)
    section = _section(best.container)
    return Run(section, first, last, best.score, found[section])


def _best_of(container: HtmlElement, items: Sequence[Item]) -> Run | None:
    """Return the run of a container's children that is worth most."""
    best: Run | None = None
    total, start = 0.0, 0
    kinds: set[tuple[str, str]] = set()
    for item in items:
        value = item.value
        if _is_teaser(item):
            value = min(value, TEASER_VALUE)
        alike = kind_of(item) in kinds
        if total > 0 and (item.lines > 1 or not (alike or item.node is None or is_text(item.node))):
            value -= GAP if alike else GAP + GAP_SHARE * total
        if total <= 0:
            total, start = 0.0, item.first
            kinds.clear()
        total += value
        if value > 0:
            kinds.add(kind_of(item))
        if total > 0 and (best is None or total > best.score):
            best = Run(container, start, item.last, total, items)
    return best


def kind_of(item: Item) -> tuple[str, str]:
    """Return what makes siblings alike: name and class."""
    return ("", "") if item.node is None else (str(item.node.tag), item.node.get("class", ""))


def _nearness(first: int, titles: Sequence[int]) -> float:
    """Return a factor for a run by where it starts: behind a headline is where articles are."""
    if not titles:
        return 1.0
    if any(0 <= first - title <= NEAR_TITLE for title in titles):
        return NEAR_FACTOR
    return 1.0 if first > titles[0] else ABOVE_FACTOR


def _is_named(node: HtmlElement | None) -> bool:
    """Whether a container, or one closely around it, has a name that a CMS gives to its content."""
    for _ in range(NAMED_STEPS):
        if node is None:
            return False
        if roles.is_content(f"{node.get('class', '')} {node.get('id', '')}") or node.tag == "article":
            return True
        node = node.getparent()
    return False


def _section(node: HtmlElement) -> HtmlElement:
    """Return the nearest element that holds a section and not a piece of text."""
    while is_text(node):
        parent = node.getparent()
        if parent is None or str(parent.tag) in {"html", "body"}:
            return parent if parent is not None else node
        node = parent
    return node
