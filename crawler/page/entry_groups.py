"""The links of a page in groups, each with the blocks that hold its rows, and what they are worth."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from crawler.page import roles
from crawler.page.address import canonical_url
from crawler.page.entry_links import DATA, Link, looks_like_article
from crawler.page.entry_rows import date_of, rows_of
from crawler.page.paging import page_bars
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

_SHORTEST_MEAN = 7.0
_LONGEST_SCORED = 24
_DATED_WEIGHT = 2.0
_DATED_SAMPLE = 40  # rows of a block of which the dates are looked at to judge it
_NUMBER = 0.75  # of how much a longer list is better; below 1, or any sidebar beats a last page of two
_BAR_BLOCK = 2.0  # less for blocks that stand farther from the page bar than others of their group
_FOLDER = 0.5  # more for links below the section's own folder
_LIKE_BEST = 0.45  # of the best block's worth that another has at least
_SIDE_HEADING = 0.4
_LONGEST_HEADING = 14
_HEADING_STEPS = 4
_PEERS = 0.8  # share of dated rows in blocks that are taken together
CHROME: dict[str, float] = DATA["chrome"]
_SIDE = re.compile(DATA["side_heading"])
_DIGITS = re.compile(r"\d+")


@dataclass(eq=False, slots=True)
class Block:
    """Rows of one group that stand in one element; ``plain`` if nothing around speaks against it."""

    links: list[Link]
    holder: HtmlElement
    worth: float
    dated: float
    plain: bool
    side: bool  # under a heading such as 热门文章
    shape: tuple[str, ...]


@dataclass(eq=False, slots=True)
class Group:
    """Links with one path: the blocks that are worth about the same, and the row of every link."""

    blocks: list[Block]
    rows: dict[HtmlElement, HtmlElement]
    score: float
    near: int  # how deep the element is that holds it and a page bar


def once(group: Iterable[Link]) -> list[Link]:
    """Return the links, of those to one address the first."""
    found: dict[str, Link] = {}
    for link in group:
        found.setdefault(canonical_url(link.url), link)
    return list(found.values())


class Around:
    """What of a page matters for each of its groups: the page bars, the other links, its own folder."""

    def __init__(self, page: Page, links: Sequence[Link]) -> None:
        self.links = frozenset(link.element for link in links)
        self.folder = page.url.rpartition("/")[0] + "/" if page.url.count("/") > 2 else ""
        self.bars: dict[HtmlElement, int] = {}
        for bar in page_bars(page):
            above = list(bar.iterancestors())
            for number, node in enumerate(reversed(above)):
                self.bars[node] = number

    def nearness(self, holder: HtmlElement) -> int:
        """Return how deep the element is that holds both a block and a page bar; -1 for a page without."""
        nodes = chain((holder,), holder.iterancestors())
        return next((self.bars[node] for node in nodes if node in self.bars), -1)

    def below(self, links: Sequence[Link]) -> float:
        """Return the share of links that lead below the page's own folder."""
        if not self.folder:
            return 0.0
        return sum(link.url.startswith(self.folder) for link in links) / len(links)


def group_of(links: Sequence[Link], around: Around) -> Group | None:
    """Return the group that links with one path make, None for what is no list of headlines."""
    if sum(min(len(link.title), _LONGEST_SCORED) for link in links) < _SHORTEST_MEAN * len(links):
        return None
    rows = rows_of(links, around.links)
    held: dict[HtmlElement, list[Link]] = defaultdict(list)
    for link in links:
        row = rows[link.element]
        parent = row.getparent()
        held[parent if parent is not None else row].append(link)
    blocks = [_block(one, holder, rows, around, len(links)) for holder, one in held.items()]
    if not around.bars and sum(len(block.links) for block in blocks if block.side) * 2 > len(links):
        for block in blocks:  # a page of rankings: such headings are the sections'
            block.worth /= _SIDE_HEADING if block.side else 1.0
    near = max(around.nearness(block.holder) for block in blocks)
    for block in blocks:
        if around.nearness(block.holder) < near:
            block.worth /= _BAR_BLOCK
    most = max(blocks, key=lambda block: block.worth)
    kept = [block for block in blocks if block.worth >= _LIKE_BEST * most.worth or _is_twin(block, most)]
    number = sum(len(block.links) for block in kept)
    if number == 1 and not kept[0].dated:
        return None
    worth = sum(block.worth * len(block.links) for block in kept) / number
    score = number**_NUMBER * worth
    return Group(kept, rows, score, near) if score > 0 else None


def _is_twin(block: Block, best: Block) -> bool:
    """Whether a block stands beside the best one and is made like it: the pages of a paper's issue."""
    one, other = block.holder, best.holder
    alike = one.getparent() is other.getparent() and one.tag == other.tag
    return alike and one.get("class") == other.get("class") and block.plain and block.worth > 0


def _block(
    links: list[Link], holder: HtmlElement, rows: dict[HtmlElement, HtmlElement], around: Around, number: int
) -> Block:
    mean = sum(min(len(link.title), _LONGEST_SCORED) for link in links) / len(links)
    sample = links[:_DATED_SAMPLE]
    every = set(rows.values())
    dated = sum(bool(date_of(link, rows[link.element], every, around.links)) for link in sample) / len(sample)
    articles = sum(looks_like_article(link.url) for link in links) / len(links)
    first = rows[links[0].element]
    chrome = chrome_of(holder if number > 1 else first)
    side = has_side_heading(first)
    worth = mean * (1 + _DATED_WEIGHT * dated) * (0.2 + articles) * chrome
    worth *= (_SIDE_HEADING if side else 1.0) * (1 + _FOLDER * around.below(links))
    return Block(links, holder, worth, dated, chrome == 1.0 and not side, side, _shape(links[0], first))


def _shape(link: Link, row: HtmlElement) -> tuple[str, ...]:
    """Return the names of the elements from a row down to its link."""
    steps = [str(link.element.tag)]
    for node in link.element.iterancestors():
        if link.element is row:
            break
        steps.append(str(node.tag))
        if node is row:
            break
    return tuple(steps)


def chrome_of(element: HtmlElement) -> float:
    """Return how much a list counts by the role of the nearest telling element around it: 1 for text."""
    for node in chain((element,), element.iterancestors()):
        if str(node.tag) in ("body", "html"):
            break
        names = f"{node.get('class', '')} {node.get('id', '')}"
        role = roles.TAGS.get(str(node.tag), "") or (roles.role_of(names) if len(names) > 1 else "")
        if role:
            return CHROME.get(role, 1.0)
    return 1.0


def has_side_heading(row: HtmlElement) -> bool:
    """Return whether what stands above a row is a heading such as 热门文章 or 点击排行."""
    node: HtmlElement | None = row
    for _ in range(_HEADING_STEPS):
        if node is None or str(node.tag) == "body":
            return False
        for before in node.itersiblings(preceding=True):
            text = fold(before.text_content()) if isinstance(before.tag, str) else ""
            if text:
                if sum(bool(fold(cell.text_content())) for cell in before.iter("td", "th")) > 1:
                    return False  # names of columns
                return len(text) <= _LONGEST_HEADING and _SIDE.search(text) is not None
        node = node.getparent()
    return False


def peers(best: Group, groups: Iterable[Group], *, barred: bool) -> Iterator[Block]:
    """Yield the blocks of other groups that show the same as the best group: sections side by side.

    On a page with a page bar (``barred``) only those right beside its block, the columns of one list.
    """
    model = best.blocks[0]
    if model.dated < _PEERS or not model.plain:
        return
    form = _date_form(model, best)
    for group in groups:
        for block in group.blocks if group is not best else ():
            if barred and block.holder.getparent() is not model.holder.getparent():
                continue
            alike = block.plain and block.shape == model.shape and block.dated >= _PEERS
            if alike and block.worth >= _LIKE_BEST * model.worth and _date_form(block, group) == form:
                yield block


def _date_form(block: Block, group: Group) -> str:
    link = block.links[0]
    return _DIGITS.sub("0", date_of(link, group.rows[link.element]))
