"""RSS and Atom as the way in: a feed names the articles, the generic reader reads them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from crawler.families import xml
from crawler.listing import Listing, joined
from crawler.page.document import PageError
from crawler.page.entries import Entry
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from lxml import etree
    from scrapy.http import Response

_ENTRIES = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "feed", "rdf"})


class RssSpider(PortalSpider):
    """A portal that offers feeds: ``sections`` are their addresses (RSS 0.9 to 2.0, RDF, Atom).

    A feed that is not well-formed is read as far as it goes, with a warning. Of the feed only address, title
    and date are taken; what articles say is read from their pages.
    """

    generic = True

    def read_list(self, response: Response) -> Listing | None:
        """Return the entries of a feed, and the following page where Atom names one."""
        limit = self.settings.getint("DOWNLOAD_MAXSIZE")
        try:
            root, broken = xml.read(response, limit, _ROOTS, "feed")
        except PageError as error:
            self.refuse(error)
            return None
        nodes = (entry for node in root.iter() if (entry := entry_of(node, response.url)))
        found = list(islice(nodes, xml.MOST_ENTRIES))
        if broken:
            self.logger.warning("%s: not well-formed (%s); %d entries read", response.url, broken, len(found))
            self.count("broken_lists")
        return Listing(found, following_of(root, response.url))


def entry_of(node: etree._Element, url: str) -> Entry | None:
    """Return an item of a feed, None for another element or one without an address."""
    if xml.name_of(node) not in _ENTRIES:
        return None
    address = joined(url, _address(node))
    if not address:
        return None
    date = xml.local_time(xml.value(node, "pubdate", "published", "date", "updated"))
    return Entry(address, xml.value(node, "title"), date)


def _address(node: etree._Element) -> str:
    """Return where an item points: its link, or an identifier that is an address."""
    for link in xml.children(node, "link"):
        target = (link.text or "").strip() or link.get("href", "").strip()
        if target and link.get("rel", "alternate") == "alternate":
            return target
    for guid in xml.children(node, "guid"):
        target = (guid.text or "").strip()
        if target.startswith(("http://", "https://")) and guid.get("isPermaLink", "true") == "true":
            return target
    return ""


def following_of(root: etree._Element, url: str) -> str | None:
    """Return the following page of an archive of feeds (RFC 5005), None for most."""
    for holder in (root, *xml.children(root, "channel")):
        for link in xml.children(holder, "link"):
            if link.get("rel") == "next" and link.get("href"):
                following = joined(url, link.get("href", ""))
                return following if following not in {"", url} else None
    return None
