"""Links that stand in the same place on most pages of a portal: menus, and lists of latest or most read."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from crawler.onboarding.navigation import host_of, links
from crawler.page.address import canonical_url
from crawler.page.document import Page
from crawler.page.entries import entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from crawler.page.entries import Entry

_STEPS = 6  # elements around a link that tell its place
_LEAST = 2  # pages
_SHARE = 0.6


class Furniture:
    """What the links of some pages have in common.

    A group of links is furniture where most of it stands on most of the pages; an article that two sections
    list is not, since the rest of their lists differs.
    """

    def __init__(self, pages: Iterable[Page]) -> None:
        each = [{(_place(link), canonical_url(url)) for link, url in links(page)} for page in pages]
        counted = Counter(pair for pairs in each for pair in pairs)
        least = max(_LEAST, _SHARE * len(each))
        self._shared = {pair for pair, count in counted.items() if count >= least}

    def own_entries(self, page: Page) -> list[Entry]:
        """Return the entries of a page on its own host that are no furniture."""
        bare = Page(copy.deepcopy(page.root), page.url)
        groups: dict[str, list[tuple[HtmlElement, bool]]] = {}
        for link, url in links(bare):
            place = _place(link)
            groups.setdefault(place, []).append((link, (place, canonical_url(url)) in self._shared))
        for group in groups.values():
            if sum(shared for _, shared in group) >= _SHARE * len(group):
                for link, _ in group:
                    del link.attrib["href"]
        own = host_of(page.url)
        return [entry for entry in entries(bare) if host_of(entry.url) == own]


def _place(link: HtmlElement) -> str:
    """Return the names of the elements around a link."""
    steps = islice(link.iterancestors(), _STEPS)
    return " ".join(f"{node.tag!s}#{node.get('id', '')}.{node.get('class', '')}" for node in steps)
