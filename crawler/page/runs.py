"""The run of sibling blocks on a page that is most like an article: a maximum subsequence over the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import roles, worth
from crawler.text import deadline

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
    path = _Path([line.link_density >= worth.LINKED for line in lines], values)
    for line, value in zip(lines, values, strict=True):
        deadline.check()
        entered: list[HtmlElement] = []
        node: HtmlElement | None = line.element
        while node is not None and node not in path.depths:
            entered.append(node)
            node = node.getparent()
        path.leave(0 if node is None else path.depths[node], line.index)
        for element in entered:
            found.setdefault(element, [])
        for element in reversed(entered):
            path.enter(element, found[node] if node is not None else [], line.index)
            node = element
        found[line.element].append(Item(None, value, line.index, line.index, path.links[line.index], 1))
    path.leave(0, len(lines))
    _discount_teasers(found)
    return found


class _Path:
    """The elements around the line that is looked at, outermost first.

    What they hold is summed up when they are left: once for a line and level would be most of the work.
    """

    def __init__(self, links: Sequence[int], values: Sequence[float]) -> None:
        self.links = links
        self.values = values
        self.depths: dict[HtmlElement, int] = {}  # of each element, from 1 on
        self._entered: list[tuple[HtmlElement, Item, int]] = []

    def enter(self, element: HtmlElement, siblings: list[Item], start: int) -> None:
        """Go into an element at the line ``start``; it becomes an item among its ``siblings``."""
        if not siblings or siblings[-1].node is not element:
            siblings.append(Item(element, 0.0, start, start, 0, 0))
        self._entered.append((element, siblings[-1], start))
        self.depths[element] = len(self._entered)

    def leave(self, depth: int, stop: int) -> None:
        """Leave all elements but the outermost ``depth``, before the line ``stop``."""
        while len(self._entered) > depth:
            element, item, start = self._entered.pop()
            del self.depths[element]
            item.value += sum(self.values[start:stop])
            item.links += sum(self.links[start:stop])
            item.lines += stop - start
            item.last = stop - 1


def _is_teaser(item: Item) -> bool:
    """Whether a child looks like a summary of another article or a comment: a link and a little text."""
    return item.lines > 1 and item.links > 0 and item.value < TEASER_CHARS


def _discount_teasers(found: dict[HtmlElement, list[Item]]) -> None:
    """Take what lists of teasers are worth off the containers around them."""
    for container, items in found.items():
        if len(items) < MIN_TEASERS:
            continue
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
        deadline.check()
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
    """Return the run of a container's children that is worth most, None if none is worth anything."""
    best: Run | None = None
    total, start = 0.0, 0
    kinds: set[tuple[str, str]] = set()
    for item in items:
        value = item.value
        if _is_teaser(item):
            value = min(value, TEASER_VALUE)
        if total <= 0:
            total, start = 0.0, item.first
            kinds.clear()
        else:
            alike = kind_of(item) in kinds
            if item.lines > 1 or not (alike or item.node is None or is_text(item.node)):
                value -= GAP if alike else GAP + GAP_SHARE * total
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
