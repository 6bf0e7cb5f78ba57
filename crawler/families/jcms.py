"""jcms of Hanweb (大汉), the second of the large systems for government sites."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from crawler.families.gov import GovSpider, marked
from crawler.listing import Listing, joined
from crawler.middlewares.charset import decided
from crawler.page.document import PageError, parse_html
from crawler.page.entries import Entry
from crawler.reading import blocks_in
from crawler.text import dates

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.items import Block
    from crawler.page.document import Page

MOST_RECORDS = 5000  # rows of one answer; the system's own pages hold some dozens
_START = re.compile(r"^ContentStart$|^<\$\[信息内容\]>\s*begin$", re.IGNORECASE)
_END = re.compile(r"^ContentEnd$|^<\$\[信息内容\]>\s*end$", re.IGNORECASE)
_RECORD = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>", re.DOTALL)
_NEXT_GROUP = re.compile(r"<nextgroup\s*>\s*<!\[CDATA\[[^\]]{0,40}?href=[\"']([^\"'\]]+)", re.IGNORECASE)


class JcmsSpider(GovSpider):
    """A portal on jcms: ``/art/2024/3/5/art_1229_567.html``, lists ``/col/col1229/index.html``.

    A list page carries its first rows as XML inside a script element and names the address of the next
    group, which answers with the same XML. The text stands between ContentStart and ContentEnd.
    """

    def body(self, page: Page) -> list[Block]:
        """Return what stands between the system's marks, else in its container."""
        return marked(page, _START, _END) or blocks_in(page, ("#zoom", ".bt-content", "#fontzoom"))

    def read_list(self, response: Response) -> Listing | None:
        """Return the records of a list page or of a group of rows; a page without them is read as any."""
        text = decided(response).text if isinstance(response, TextResponse) else ""
        records = text.split("<record>", MOST_RECORDS + 1)[1 : MOST_RECORDS + 1]
        if not records:
            return super().read_list(response)
        entries = [entry for record in records if (entry := self._entry(record, response.url))]
        group = _NEXT_GROUP.search(text)
        following = joined(response.url, html.unescape(group[1])) if group else ""
        return Listing(entries, following if following not in {"", response.url} else None)

    def _entry(self, record: str, url: str) -> Entry | None:
        inner = _RECORD.match(record.partition("</record>")[0])
        try:
            row = parse_html(f"<div>{inner[1]}</div>", url).root if inner else None
        except PageError as error:
            self.logger.warning("%s: a row of the list cannot be read (%s)", url, error.reason)
            return None
        link = next((link for link in row.iter("a") if link.get("href")), None) if row is not None else None
        if link is None or row is None:
            return None
        title = (link.get("title") or link.text_content()).strip()
        shown = row.text_content().replace(link.text_content(), " ", 1)
        date = dates.parse(shown, now=self.now())
        address = joined(url, link.get("href", ""))
        return Entry(address, title, date.raw if date else "") if address else None
