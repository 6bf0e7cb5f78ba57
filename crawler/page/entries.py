"""The entries of a section page, found without a selector.

The links of a page are grouped by the path of elements that they stand in, and each group by the blocks that
hold its rows. A block is worth what its links look like: headlines, dated, pointing at articles, in no
sidebar, beside the page bar. The entries are the blocks of the best group that are worth about the same; rows
of them that are built a little differently are taken with them, and where a page has no page bar so are the
blocks of other groups that show the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from crawler.page.datastore import stored_rows
from crawler.page.entry_groups import (
    CHROME,
    Around,
    Block,
    chrome_of,
    group_of,
    has_side_heading,
    once,
    peers,
)
from crawler.page.entry_links import HEADINGS, SHORTEST, Link, links_of, looks_like_article
from crawler.page.entry_rows import date_of, more_rows
from crawler.page.paging import says_next
from crawler.page.walk import is_hidden
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

_SHORTEST_IN_ROW = 3  # characters of a headline that stands in a row like the others, with a date
_BAR_GROUP = 3.0  # more for the groups that stand nearest to it
_LEAD_LINKS = 3
_LEAD_STEPS = 2
_LEAD_TITLE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a section page names: absolute ``url``, whole ``title``, displayed ``date_text``."""

    url: str
    title: str
    date_text: str


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
    around = Around(page, links)
    groups = [group for one in by_path.values() if (group := group_of(once(one), around))]
    if not groups:
        return []
    nearest = max(group.near for group in groups)
    best = max(groups, key=lambda group: group.score * (_BAR_GROUP if group.near == nearest else 1))
    blocks = [*best.blocks, *peers(best, groups, barred=bool(around.bars))]
    rows = {
        link.element: group.rows[link.element]
        for group in groups
        for block in group.blocks
        for link in block.links
    }
    chosen = [link for block in blocks for link in block.links]
    rows = {link.element: rows[link.element] for link in chosen}
    least = chrome_of(best.blocks[0].holder)
    for link, row in (*_more(every_link, rows, around), *_leads(best.blocks[0], links)):
        if link.element not in rows and chrome_of(row) >= min(least, CHROME["header"]):
            rows[link.element] = row
            chosen.append(link)
    chosen = _without_template(chosen, rows)
    order = {link.element: number for number, link in enumerate(every_link)}
    chosen = once(sorted(chosen, key=lambda link: order[link.element]))
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
    links: Sequence[Link], rows: dict[HtmlElement, HtmlElement], around: Around
) -> Iterator[tuple[Link, HtmlElement]]:
    """Yield the rows beside the list's that are built differently, or whose headlines are very short."""
    every = set(rows.values())
    undated = not any(
        date_of(link, rows[link.element], every, around.links) for link in links if link.element in rows
    )
    for link, row in more_rows(links, rows):
        whole = len(link.title) >= SHORTEST or undated or date_of(link, row, every, around.links)
        if whole and not says_next(fold(link.title)):
            yield link, row


def _without_template(chosen: Sequence[Link], rows: dict[HtmlElement, HtmlElement]) -> list[Link]:
    """Return the links without the one row that styles hide: what a script fills. Several are turned to."""
    hidden = [link for link in chosen if is_hidden(link.element) or is_hidden(rows[link.element])]
    lone = len(hidden) == 1 and len(chosen) > _LEAD_LINKS
    return [link for link in chosen if not lone or link is not hidden[0]]


def _title_in(row: HtmlElement, link: Link, alike: Sequence[Link]) -> str:
    """Return the headline of an entry: a heading's, else the first text in its row that leads there."""
    inside = [
        one for one in alike if one.element is row or any(up is row for up in one.element.iterancestors())
    ]
    for one in inside:
        if any(str(node.tag) in HEADINGS for node in islice(one.element.iterancestors(), 2)):
            return one.title
    return inside[0].title if inside else link.title


def _before(holder: HtmlElement) -> HtmlElement | None:
    """Return the element right before one, or before the box that it begins."""
    for node in islice(chain((holder,), holder.iterancestors()), _LEAD_STEPS):
        if str(node.tag) in ("body", "html"):
            break
        for before in node.itersiblings(preceding=True):
            if isinstance(before.tag, str):
                return before
    return None


def _leads(block: Block, links: Sequence[Link]) -> list[tuple[Link, HtmlElement]]:
    """Return the top stories that stand in the element right before a block, a few links to articles."""
    before = _before(block.holder)
    if before is None or chrome_of(before) < 1.0 or has_side_heading(before):
        return []
    inside = set(before.iter("a"))
    found = once(link for link in links if link.element in inside)
    if not 0 < len(found) <= _LEAD_LINKS:
        return []
    fits = all(looks_like_article(link.url) and len(link.title) >= _LEAD_TITLE for link in found)
    return [(link, before if len(found) == 1 else link.element) for link in found] if fits else []
