"""An OPML 2.0 list of feeds, to take them all into a reader at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from crawler.alerts.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.alerts.feed import Feed


def opml(feeds: Iterable[Feed], made: datetime) -> bytes:
    """Return the document in UTF-8; readers need feeds whose ``base`` is known."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "portalwatch"
    etree.SubElement(head, "dateCreated").text = made.strftime("%a, %d %b %Y %H:%M:%S GMT")
    body = etree.SubElement(root, "body")
    for feed in feeds:
        title = clean(feed.title)
        outline = etree.SubElement(body, "outline", type="rss", text=title, title=title)
        outline.set("xmlUrl", feed.address("atom"))
        outline.set("description", clean(feed.description))
        if feed.home:
            outline.set("htmlUrl", feed.home)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
