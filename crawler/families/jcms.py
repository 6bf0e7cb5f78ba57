"""jcms of Hanweb (大汉), the second of the large systems for government sites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapy.http import TextResponse

from crawler.families.gov import GovSpider, marked
from crawler.listing import Listing, joined
from crawler.middlewares.charset import decided
from crawler.page.datastore import next_group, records
from crawler.page.document import PageError, parse_html
from crawler.page.entries import Entry
from crawler.reading import blocks_in
from crawler.text import dates

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.items import Block
    from crawler.page.document import Page

_START = re.compile(r"^ContentStart$|^<\$\[信息内容\]>\s*begin$", re.IGNORECASE)
_END = re.compile(r"^ContentEnd$|^<\$\[信息内容\]>\s*end$", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s{0,9}(\d{1,7})\s{0,9}</totalrecord>", re.IGNORECASE)
_WINDOW = ("startrecord", "endrecord")


class JcmsSpider(GovSpider):
    """A portal on jcms: ``/art/2024/3/5/art_1229_567.html``, lists ``/col/col1229/index.html``.

    A list page carries its first rows as XML inside a script element and names the address of the next
    group, which answers with the same XML; or its address asks for rows by number,
    ``/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45&…``. The text stands between
    ContentStart and ContentEnd.
    """

    def body(self, page: Page) -> list[Block]:
        """Return what stands between the system's marks, else in its container."""
        return marked(page, _START, _END) or blocks_in(page, ("#zoom", ".bt-content", "#fontzoom"))

    def read_list(self, response: Response) -> Listing | None:
        """Return the records of a list page or of a group of rows; a page without them is read as any."""
        text = decided(response).text if isinstance(response, TextResponse) else ""
        found = records(text)
        if not found:
            return super().read_list(response)
        entries = [entry for record in found if (entry := self._entry(record, response.url))]
        group = next_group(text)
        following = joined(response.url, group) if group else further_rows(response.url, text)
        return Listing(entries, following if following not in {"", response.url} else None)

    def _entry(self, record: str, url: str) -> Entry | None:
        try:
            row = parse_html(f"<div>{record}</div>", url).root
        except PageError as error:
            self.logger.warning("%s: a row of the list cannot be read (%s)", url, error.reason)
            return None
        link = next((link for link in row.iter("a") if link.get("href")), None)
        if link is None:
            return None
        title = (link.get("title") or link.text_content()).strip()
        shown = row.text_content().replace(link.text_content(), " ", 1)
        date = dates.parse(shown, now=self.now())
        address = joined(url, link.get("href", ""))
        return Entry(address, title, date.raw if date else "") if address else None


def further_rows(url: str, text: str) -> str:
    """Return the address of the rows behind those that ``url`` asks for by number, '' behind the last."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    asked = {key.lower(): kept for key, kept in pairs}
    total = _TOTAL.search(text)
    if not total or not all(asked.get(name, "").isdecimal() and len(asked[name]) < 8 for name in _WINDOW):
        return ""
    first, last = (int(asked[name]) for name in _WINDOW)
    if not 0 < first <= last < int(total[1]):
        return ""
    moved = {"startrecord": str(last + 1), "endrecord": str(2 * last - first + 1)}
    query = [(key, moved.get(key.lower(), kept)) for key, kept in pairs]
    return urlunsplit(parts._replace(query=urlencode(query)))
