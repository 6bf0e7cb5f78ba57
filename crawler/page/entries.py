"""The entries of a section page, found without a selector.

The links of a page are grouped by the path of elements that they stand in, and each group by the blocks that
hold its rows. A block is worth what its links look like: headlines, dated, pointing at articles, in no
sidebar, beside the page bar. The entries are the blocks of the best group that are worth about the same; rows
of them that are built a little differently are taken with them, and where a page has no page bar so are the
blocks of other groups that show the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from crawler.page import roles
from crawler.page.address import canonical_url
from crawler.page.datastore import stored_rows
from crawler.page.entry_links import DATA, HEADINGS, SHORTEST, Link, links_of, looks_like_article
from crawler.page.entry_rows import date_of, more_rows, rows_of
from crawler.page.paging import page_bars, says_next
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

_SHORTEST_MEAN = 7.0
_SHORTEST_IN_ROW = 3  # characters of a headline that stands in a row like the others, with a date
_LONGEST_SCORED = 24
_DATED_WEIGHT = 2.0
_DATED_SAMPLE = 40  # rows of a block of which the dates are looked at to judge it
_NUMBER = 0.75  # of how much a longer list is better; below 1, or any sidebar beats a last page of two
_BAR_BLOCK = 2.0  # less for blocks that stand farther from the page bar than others of their group
_BAR_GROUP = 3.0  # more for the groups that stand nearest to it
_FOLDER = 0.5  # more for links below the section's own folder
_LIKE_BEST = 0.45  # of the best block's worth that another has at least
_SIDE_HEADING = 0.4
_LONGEST_HEADING = 14
_HEADING_STEPS = 4
_LEAD_LINKS = 3
_LEAD_TITLE = 8
_PEERS = 0.8  # share of dated rows in blocks that are taken together
_CHROME: dict[str, float] = DATA["chrome"]
_SIDE = re.compile(DATA["side_heading"])
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a section page names: absolute ``url``, whole ``title``, displayed ``date_text``."""

    url: str
    title: str
    date_text: str


@dataclass(eq=False, slots=True)
class _Block:
    """Rows of one group that stand in one element; ``plain`` if nothing around speaks against it."""

    links: list[Link]
    holder: HtmlElement
    worth: float
    dated: float
    plain: bool
    side: bool  # under a heading such as 热门文章
    shape: tuple[str, ...]


@dataclass(eq=False, slots=True)
class _Group:
    blocks: list[_Block]
    rows: dict[HtmlElement, HtmlElement]
    score: float
    near: int  # how deep the element is that holds it and a page bar


def entries(page: Page) -> list[Entry]:
    """Return the entries of a section page in the order of the page, each address once; [] if it has none.

    The title is the ``title`` attribute's where the link's text is cut; the date is the displayed string of
    the entry's row, '' for none (give it to ``crawler.text.dates.parse``).
    """
    stored = stored_rows(page)
    return (_entries(stored) if stored else []) or _entries(page)


def _entries(page: Page) -> list[Entry]:
    every_link = links_of(page, _SHORTEST_IN_ROW)
    links = [link for link in every_link if len(link.title) >= SHORTEST]
    by_path: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_path[link.path].append(link)
    around = _Around(page, links)
    groups = [group for one in by_path.values() if (group := _group(_once(one), around))]
    if not groups:
        return []
    nearest = max(group.near for group in groups)
    best = max(groups, key=lambda group: group.score * (_BAR_GROUP if group.near == nearest else 1))
    blocks = [*best.blocks, *_peers(best, groups, barred=bool(around.bars))]
    rows = {
        link.element: group.rows[link.element]
        for group in groups
        for block in group.blocks
        for link in block.links
    }
    chosen = [link for block in blocks for link in block.links]
    rows = {link.element: rows[link.element] for link in chosen}
    least = _chrome_of(best.blocks[0].holder)
    for link, row in (*_more(every_link, rows, around), *_leads(best.blocks[0], links)):
        if link.element not in rows and _chrome_of(row) >= min(least, _CHROME["header"]):
            rows[link.element] = row
            chosen.append(link)
    order = {link.element: number for number, link in enumerate(every_link)}
    chosen = _once(sorted(chosen, key=lambda link: order[link.element]))
    alike: dict[str, list[Link]] = defaultdict(list)
    for link in every_link:
        if link.shown and len(link.title) >= SHORTEST:
            alike[link.url].append(link)
    titles = {link: _title_in(rows[link.element], link, alike[link.url]) for link in chosen}
    every = set(rows.values())
    return [
        Entry(link.url, titles[link], date_of(link, rows[link.element], every, around.links))
        for link in chosen
    ]


def _more(
    links: Sequence[Link], rows: dict[HtmlElement, HtmlElement], around: _Around
) -> Iterator[tuple[Link, HtmlElement]]:
    """Yield the rows beside the list's that are built differently, or whose headlines are very short."""
    every = set(rows.values())
    for link, row in more_rows(links, rows):
        whole = len(link.title) >= SHORTEST or date_of(link, row, every, around.links)
        if whole and not says_next(fold(link.title)):
            yield link, row


def _title_in(row: HtmlElement, link: Link, alike: Sequence[Link]) -> str:
    """Return the headline of an entry: a heading's, else the first text in its row that leads there."""
    inside = [
        one for one in alike if one.element is row or any(up is row for up in one.element.iterancestors())
    ]
    for one in inside:
        if any(str(node.tag) in HEADINGS for node in islice(one.element.iterancestors(), 2)):
            return one.title
    return inside[0].title if inside else link.title


def _once(group: Iterable[Link]) -> list[Link]:
    found: dict[str, Link] = {}
    for link in group:
        found.setdefault(canonical_url(link.url), link)
    return list(found.values())


class _Around:
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


def _group(links: Sequence[Link], around: _Around) -> _Group | None:
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
    most = max(block.worth for block in blocks)
    kept = [block for block in blocks if block.worth >= _LIKE_BEST * most]
    number = sum(len(block.links) for block in kept)
    if number == 1 and not kept[0].dated:
        return None
    worth = sum(block.worth * len(block.links) for block in kept) / number
    score = number**_NUMBER * worth
    return _Group(kept, rows, score, near) if score > 0 else None


def _block(
    links: list[Link], holder: HtmlElement, rows: dict[HtmlElement, HtmlElement], around: _Around, number: int
) -> _Block:
    mean = sum(min(len(link.title), _LONGEST_SCORED) for link in links) / len(links)
    sample = links[:_DATED_SAMPLE]
    every = set(rows.values())
    dated = sum(bool(date_of(link, rows[link.element], every, around.links)) for link in sample) / len(sample)
    articles = sum(looks_like_article(link.url) for link in links) / len(links)
    first = rows[links[0].element]
    chrome = _chrome_of(holder if number > 1 else first)
    side = _has_side_heading(first)
    worth = mean * (1 + _DATED_WEIGHT * dated) * (0.2 + articles) * chrome
    worth *= (_SIDE_HEADING if side else 1.0) * (1 + _FOLDER * around.below(links))
    return _Block(links, holder, worth, dated, chrome == 1.0 and not side, side, _shape(links[0], first))


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


def _chrome_of(element: HtmlElement) -> float:
    for node in chain((element,), element.iterancestors()):
        if str(node.tag) in ("body", "html"):
            break
        names = f"{node.get('class', '')} {node.get('id', '')}"
        role = roles.TAGS.get(str(node.tag), "") or (roles.role_of(names) if len(names) > 1 else "")
        if role:
            return _CHROME.get(role, 1.0)
    return 1.0


def _has_side_heading(row: HtmlElement) -> bool:
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


def _peers(best: _Group, groups: Iterable[_Group], *, barred: bool) -> Iterator[_Block]:
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


def _date_form(block: _Block, group: _Group) -> str:
    link = block.links[0]
    return _DIGITS.sub("0", date_of(link, group.rows[link.element]))


def _leads(block: _Block, links: Sequence[Link]) -> list[tuple[Link, HtmlElement]]:
    """Return the top stories that stand in the element right before a block, a few links to articles."""
    before = next(
        (one for one in block.holder.itersiblings(preceding=True) if isinstance(one.tag, str)), None
    )
    if before is None or _chrome_of(before) < 1.0 or _has_side_heading(before):
        return []
    inside = set(before.iter("a"))
    found = _once(link for link in links if link.element in inside)
    if not 0 < len(found) <= _LEAD_LINKS:
        return []
    fits = all(looks_like_article(link.url) and len(link.title) >= _LEAD_TITLE for link in found)
    return [(link, before if len(found) == 1 else link.element) for link in found] if fits else []
