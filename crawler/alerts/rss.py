"""An RSS 2.0 document of alerts (the specification of the RSS Advisory Board)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from lxml import etree

from crawler.alerts.cleaning import clean
from crawler.alerts.wording import html, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.alerts.alerted import Alerted
    from crawler.alerts.feed import Feed

ATOM = "http://www.w3.org/2005/Atom"
CREATOR = "http://purl.org/dc/elements/1.1/"


def rss(feed: Feed, alerts: Sequence[Alerted]) -> bytes:
    """Return the document in UTF-8; ``alerts`` are its items, the newest first.

    RSS has one date only, that of publication; when an item changed says Atom's ``updated``.
    """
    root = etree.Element("rss", nsmap={"atom": ATOM, "dc": CREATOR}, version="2.0")
    channel = etree.SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.home or feed.base or "http://localhost/")
    _text(channel, "description", feed.description)
    _text(channel, "language", "zh-cn")
    _text(channel, "lastBuildDate", format_datetime(feed.updated))
    _text(channel, "generator", "portalwatch")
    if feed.base:
        etree.SubElement(
            channel, f"{{{ATOM}}}link", rel="self", type="application/rss+xml", href=feed.address("rss")
        )
    for relation, address in feed.neighbours("rss").items():
        etree.SubElement(channel, f"{{{ATOM}}}link", rel=relation, href=address)
    for alert in alerts:
        channel.append(_item(feed, alert))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _item(feed: Feed, alert: Alerted) -> etree._Element:
    item = etree.Element("item", nsmap={"atom": ATOM, "dc": CREATOR})
    _text(item, "title", title(alert))
    _text(item, "link", alert.url)
    _text(item, "guid", feed.entry_id(alert)).set("isPermaLink", "false")
    _text(item, "pubDate", format_datetime(alert.published or alert.found))
    _text(item, f"{{{ATOM}}}updated", alert.updated.isoformat(timespec="seconds").replace("+00:00", "Z"))
    _text(item, f"{{{CREATOR}}}creator", alert.source or alert.portal)
    for word in alert.words:
        _text(item, "category", word)
    _text(item, "description", html(alert))
    return item


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = clean(text)
    return element
