"""sitemap.xml as the way in: plain, of news, in gzip, and indexes of them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from crawler.families import xml
from crawler.listing import Listing, joined
from crawler.page.document import PageError
from crawler.page.entries import Entry
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from lxml import etree
    from scrapy.http import Response

_ROOTS = frozenset({"urlset", "sitemapindex"})


class SitemapSpider(PortalSpider):
    """A portal that offers a sitemap: ``sections`` are addresses of sitemaps or of indexes of them.

    ``articles`` is a regular expression that the paths of articles fit; without one every page counts that
    is no directory. Sitemaps of an index are visited newest first while they bring unknown articles, and
    articles are asked for newest first. Addresses of other hosts are left out.
    """

    generic = True
    articles: ClassVar[str] = r"[^/]$"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wanted = re.compile(self.articles)
        self._waiting: dict[str, list[str]] = {}  # section to the sitemaps of its index

    def read_list(self, response: Response) -> Listing | None:
        """Return the articles of a sitemap; of an index, the address of its newest sitemap."""
        limit = self.settings.getint("DOWNLOAD_MAXSIZE")
        section = response.request.cb_kwargs.get("section", "") if response.request else ""
        try:
            root, broken = xml.read(response, limit, _ROOTS, "sitemap")
        except PageError as error:
            self.refuse(error)
            return None
        found = self._newest_first(root, response.url)
        if broken:
            self.logger.warning("%s: not well-formed (%s); %d entries read", response.url, broken, len(found))
            self.count("broken_lists")
        if xml.name_of(root) == "sitemapindex":
            self._waiting[section] = [it.url for it in found if not self.days.is_before(it.date_text)]
            return Listing([], self._next(section), may_be_empty=bool(found))
        articles = [entry for entry in found if self._wanted.search(urlsplit(entry.url).path)]
        return Listing(articles, self._next(section))

    def _next(self, section: str) -> str | None:
        waiting = self._waiting.get(section)
        return waiting.pop(0) if waiting else None

    def _newest_first(self, root: etree._Element, url: str) -> list[Entry]:
        entries = islice((entry for node in root if (entry := entry_of(node, url))), xml.MOST_ENTRIES)
        return sorted(entries, key=lambda entry: entry.date_text, reverse=True)


def entry_of(node: etree._Element, url: str) -> Entry | None:
    """Return what one ``url`` or ``sitemap`` element names, None for another element."""
    if xml.name_of(node) not in {"url", "sitemap"}:
        return None
    address = joined(url, next((child.text or "" for child in xml.children(node, "loc")), ""))
    if not address:
        return None
    date = xml.local_time(xml.value(node, "publication_date", "lastmod"))
    return Entry(address, xml.value(node, "title"), date)
