"""What government sites share, whichever system made them: the national meta tags, and TRS's page call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.page.blocks import layout, to_blocks
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.items import Block
    from crawler.page.document import Page

_CALL = re.compile(
    r"createPageHTML\w{0,20}\s*\(\s*(?:(['\"])[^'\"]{0,100}\1\s*,\s*)?(\d{1,6})\s*,\s*(\d{1,6})\s*,"
    r"\s*(['\"])([^'\"]{1,200})\4\s*,\s*(['\"])(\w{1,8})\6"
)


class GovSpider(PortalSpider):
    """A site with the meta tags that the State Council's office prescribes for government sites.

    ``ArticleTitle`` is the displayed headline on every such site that was counted. ``PubDate`` often is the
    day of a later move, so that the displayed date comes before it; ``ContentSource``, ``ColumnName`` and
    ``PubDate`` fill what a page does not display.
    """

    generic = True
    # Names vary in case from site to site.
    title: ClassVar[Any] = "//meta[translate(@name, 'ARTICLE', 'article') = 'articletitle']/@content"


@dataclass(frozen=True, slots=True)
class PageCall:
    """A script's call that draws a page bar: page 1 is ``name.ending``.

    TRS counts ``current`` from 0 and its page 2 is ``name_1``; where the name of an element stands first
    (``named``, the ucap platform), it counts from 1 and page 2 is ``name_2``.
    """

    count: int
    current: int
    name: str
    ending: str
    named: bool

    @property
    def following(self) -> str | None:
        """The relative address of the following page, None on the last."""
        last = self.count if self.named else self.count - 1
        return f"{self.name}_{self.current + 1}.{self.ending}" if self.current < last else None


def page_calls(page: Page) -> Iterator[PageCall]:
    """Yield the calls of ``createPageHTML`` on a page; the function's own definition is none."""
    for script in page.root.iter("script"):
        for match in _CALL.finditer(script.text or ""):
            count, current = int(match[2]), int(match[3])
            yield PageCall(count, current, match[5], match[7], named=match[1] is not None)


def marked(page: Page, start: re.Pattern[str], end: re.Pattern[str]) -> list[Block]:
    """Return the blocks from the first comment or meta tag that fits ``start`` to the last that fits ``end``.

    Empty where one of them is missing, or nothing is displayed between them.
    """
    shown = layout(page)
    begins = [index for index, text in shown.marks if start.search(text)]
    stops = [index for index, text in shown.marks if end.search(text)]
    return to_blocks(shown.lines[begins[0] : stops[-1]]) if begins and stops else []
