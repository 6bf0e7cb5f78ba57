"""The run of sibling blocks on a page that is most like an article: a maximum subsequence over the tree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from lxml import etree

from crawler.page import asides, children, headed, roles, worth
from crawler.page.children import Containers, Item, is_text, kind_of
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

GAP = 30.0  # what joining one more container to a run costs
MARGIN = 30.0  # by which a run that ends inside a container is worth more than what it takes of that one
GAP_SHARE = 0.04  # of the run's value, added for a container of another kind
NAMED_FACTOR = 1.2  # for containers that a CMS names as its content
NAMED_BONUS = 20.0
NAMED_STEPS = 3
MAX_STEPS = 80  # ancestors of a line that are looked at
BOX_VALUE = -40.0  # the least value of a child: a box of links in the midst of a text is that and no more
TEASER_CHARS = 200
TEASER_VALUE = -20.0
TEASER_FACTOR = 0.3
MIN_TEASERS = 3
TRUSTED_SHARE = 0.3
FENCE_SHARE = 0.3  # of the text behind headline and date, for what may follow outside of its container
CARDS_SHARE = 0.6  # where that is cards, with a heading in every three lines or more
CARD_SHARE = 0.25  # of the text, for a card at its end that a heading opens
NEVER_TRUSTED = frozenset({"comment", "footer"})


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


def find(lines: Sequence[Line], titles: Sequence[int]) -> tuple[Run | None, list[float], headed.Place | None]:
    """Return the best run of a page's lines, the value of each line, and the place right behind the headline.

    ``titles`` index the headline. Class and id names count first. Where they leave out a text that is much
    longer, the names must mean something else, and are not believed.
    """
    plain = worth.values(lines)
    for index in titles:
        plain[index] = 0.0
    asides.discount(lines, plain, titles)
    place = headed.place(lines, plain, titles)
    expected = headed.Expected(titles, place)
    values = worth.distrust(lines, plain, frozenset())
    run = _best(lines, values, expected)
    most = headed.NEAR_FACTOR * NAMED_FACTOR * sum(value for value in plain if value > 0)
    if run is not None and run.score >= TRUSTED_SHARE * most:
        return run, values, place
    whole = _best(lines, plain, expected)
    if whole is None or (run is not None and run.score >= TRUSTED_SHARE * whole.score):
        return run, values, place
    named = {line.chrome for line in lines[whole.first : whole.last + 1] if plain[line.index] > 0}
    trusted = frozenset(named if run is None else named - NEVER_TRUSTED)
    believed = worth.distrust(lines, plain, trusted)
    other = _best(lines, believed, expected)
    return (run, values, place) if other is None else (other, believed, place)


def is_in(node: HtmlElement | None, container: HtmlElement) -> bool:
    """Whether a node is the container or stands in it."""
    for _ in range(MAX_STEPS):
        if node is None:
            return False
        if node is container:
            return True
        node = node.getparent()
    return False


def _is_teaser(item: Item) -> bool:
    """Whether a child looks like a summary of another article or a comment: a link and then a little text."""
    return item.lines > 1 and item.opens and item.links > 0 and item.value < TEASER_CHARS


def _discount_teasers(found: Containers) -> set[HtmlElement]:
    """Take what lists of teasers are worth off the containers around them; returns what is in teasers."""
    inside: set[HtmlElement] = set()
    for container, items in found.several(MIN_TEASERS):
        teasers = [item for item in items if _is_teaser(item) and item.value > 0]
        if len(teasers) < MIN_TEASERS:
            continue
        for item in teasers:
            if item.node is not None:
                inside.update(item.node.iter(etree.Element))
        excess = sum(item.value for item in teasers) - TEASER_VALUE * len(teasers)
        child = container
        for parent, _ in zip(container.iterancestors(), range(MAX_STEPS), strict=False):
            around = next((item for item in found.get(parent) if item.node is child), None)
            if around is None:
                break
            around.value -= excess
            child = parent
    return inside


def _best(lines: Sequence[Line], values: Sequence[float], expected: headed.Expected) -> Run | None:
    found = children.find(lines, values)
    teasers = _discount_teasers(found)
    best: Run | None = None
    for container, items in found.of_worth():
        deadline.check()
        run = _best_of(lines, values, container, items)
        if run is None:
            continue
        score = run.score * expected.factor(run.first) + expected.bonus(run.first)
        if container in teasers:
            score *= TEASER_FACTOR
        if score * NAMED_FACTOR + NAMED_BONUS > (best.score if best else 0.0) and _is_named(container):
            score = score * NAMED_FACTOR + NAMED_BONUS
        if best is None or score > best.score:
            best = Run(container, run.first, run.last, score, items)
    if best is None:
        return None
    best = _without_boxes(_fenced(best, found, values, expected.place), found, values)
    first = next((i for i in range(best.first, best.last + 1) if values[i] > 0), best.first)
    last = next((i for i in range(best.last, best.first - 1, -1) if values[i] > 0), best.last)
    section = _section(best.container)
    return Run(section, first, last, best.score, found[section])


def _best_of(
    lines: Sequence[Line], values: Sequence[float], container: HtmlElement, items: Sequence[Item]
) -> Run | None:
    """Return the run of a container's children that is worth most, None if none is worth anything.

    Of the last child the lines before those of the page's furniture in it count, where those cost more.
    """
    best: Run | None = None
    total, start = 0.0, 0
    kinds: set[tuple[str, str]] = set()
    for item in items:
        value = max(item.value, BOX_VALUE)
        if _is_teaser(item):
            value = min(value, TEASER_VALUE)
        if total <= 0:
            total, start = 0.0, item.first
            kinds.clear()
        else:
            alike = kind_of(item) in kinds
            joins = item.lines > 1 or not (alike or item.node is None or is_text(item.node))
            gap = GAP if alike else GAP + GAP_SHARE * total
            if joins and value > 0 and lines[item.first].table is None:
                value -= gap
            inside = values[item.first : item.last + 1]
            if item.lines > 1 and min(inside) <= worth.NOTICE_VALUE and not _is_teaser(item):
                sums = list(accumulate(inside))
                whole = total + max(sums) - gap
                if best is not None and whole > max(best.score, total + value, max(sums) + MARGIN):
                    best = Run(container, start, item.first + sums.index(max(sums)), whole, items)
        total += value
        if value > 0:
            kinds.add(kind_of(item))
        if total > 0 and (best is None or total > best.score):
            best = Run(container, start, item.last, total, items)
    return best


def _fenced(run: Run, found: Containers, values: Sequence[float], place: headed.Place | None) -> Run:
    """Return a run that begins with the container behind headline and date without little more behind that.

    Sections like that container belong to it, and so does what is long beside it; a card of another kind
    does not.
    """
    first = next((i for i in range(run.first, run.last + 1) if values[i] > 0), run.first)
    if place is None or not place.closed or not place.holds(first) or place.container not in found:
        return run
    items = found[place.container]
    stop = items[-1].last if items else run.last
    own = sum(item.value for item in items)
    rest: list[Item] = []
    for outer in place.container.iterancestors():
        rest = [item for item in found.get(outer) if stop < item.first <= run.last]
        if rest or outer is run.container:
            break
    beyond = rest[0].node if rest else None
    if beyond is None or is_text(beyond) or next(beyond.iter("table"), None) is not None:
        return run
    shape = (str(place.container.tag), place.container.get("class", ""))
    outside = values[stop + 1 : run.last + 1]
    share = CARDS_SHARE if 3 * sum(value <= 0 for value in outside) >= len(outside) else FENCE_SHARE
    if (
        any(kind_of(item) == shape for item in rest)
        or sum(max(value, 0.0) for value in outside) > share * own
    ):
        return run
    return Run(place.container, first, stop, run.score, items)


def _without_boxes(run: Run, found: Containers, values: Sequence[float]) -> Run:
    """Return a run that is one section, at any depth, without short boxes of another kind at its end.

    In the sum of a section they count for nothing; beside one they would not be worth to be joined.
    """
    container, items, last = run.container, run.items, run.last
    while True:
        inside = [item for item in items if run.first <= item.first and item.last <= last]
        while len(inside) > 1 and _is_box(inside[-1], inside[:-1], values):
            last = inside.pop(-1).first - 1
        if len(inside) != 1 or inside[0].node is None or is_text(inside[0].node):
            return run if last == run.last else Run(container, run.first, last, run.score, items)
        container = inside[0].node
        items = found[container]


def _is_box(item: Item, before: Sequence[Item], values: Sequence[float]) -> bool:
    """Whether an item is a section of another kind than those before it, and short, or a headed card."""
    if item.node is None or is_text(item.node) or item.links == item.lines:
        return False
    if next(item.node.iter("table"), None) is not None and item.value > 0:
        return False
    if item.value > GAP:
        text = sum(max(other.value, 0.0) for other in before)
        if item.lines == 1 or values[item.first] > 0 or item.value > CARD_SHARE * text:
            return False
    return item.value <= 0 or all(kind_of(item) != kind_of(other) for other in before if other.value > 0)


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
