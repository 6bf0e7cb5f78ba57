"""Founder's publishing system (方正翔宇), the system of newspaper groups."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, ClassVar

from lxml import etree

from crawler.families.gov import marked
from crawler.page import reader
from crawler.reading import blocks_in
from crawler.spider import PortalSpider
from crawler.text import dates

if TYPE_CHECKING:
    from crawler.items import Block
    from crawler.page.document import Page

_START = re.compile(r"^\s*enpcontent\b")
_END = re.compile(r"^\s*/enpcontent\b")
_VALUE = "<{0}>(?:<p>)?([^<]*)(?:</p>)?</{0}>"


class FounderSpider(PortalSpider):
    """A portal on Founder's system: the text between ``enpcontent`` comments, the facts in ``enpproperty``.

    What a page displays comes first; the comment fills in headline, date, source and author.
    """

    generic = True
    next_page: ClassVar[Any] = (
        "//*[@id='displaypagenum']//a[contains(., '下一页') or contains(., '下页')]",
        "//*[contains(@class, 'page')]//a[contains(., '下一页')]",
    )

    def title(self, page: Page) -> str:
        """Return the headline of the system's own record."""
        return properties(page, "title").get("title", "")

    def body(self, page: Page) -> list[Block]:
        """Return what stands between the system's marks, else in its container."""
        return marked(page, _START, _END) or blocks_in(page, ("founder-content", "#ozoom"))

    def byline(self, page: Page) -> list[str]:
        """Return the displayed lines, and those of the record for what none of them tells."""
        head = reader.read(page, now=self.now()).head
        record = properties(page, "date", "sourcename", "author")
        if not dates.find_all("\n".join(head), now=self.now()) and record.get("date"):
            head.append(record["date"].removesuffix(".0"))
        if not any("来源" in line for line in head) and record.get("sourcename"):
            head.append(f"来源：{record['sourcename']}")
        return head


def properties(page: Page, *names: str) -> dict[str, str]:
    """Return the named values of the page's ``enpproperty`` comment that are not empty."""
    for comment in page.root.iter(etree.Comment):
        text = comment.text or ""
        if text.lstrip().startswith("enpproperty"):
            found = {name: re.search(_VALUE.format(name), text) for name in names}
            return {
                name: value
                for name, match in found.items()
                if match and (value := html.unescape(match[1]).strip())
            }
    return {}
