"""An Atom 1.0 document (RFC 4287) of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from crawler.alerts.cleaning import clean
from crawler.alerts.wording import html, title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.alerts.alerted import Alerted
    from crawler.alerts.feed import Feed

NAMESPACE = "http://www.w3.org/2005/Atom"


def atom(feed: Feed, alerts: Sequence[Alerted]) -> bytes:
    """Return the document in UTF-8; ``alerts`` are its entries, the newest first."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap={None: NAMESPACE})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.description)
    _text(root, "updated", _moment(feed.updated))
    _text(_text(root, "author"), "name", "portalwatch")
    _text(root, "generator", "portalwatch")
    if feed.base:
        _link(root, "self", feed.address("atom"), "application/atom+xml")
    if feed.home:
        _link(root, "alternate", feed.home, "text/html")
    for relation, address in feed.neighbours("atom").items():
        _link(root, relation, address, "application/atom+xml")
    for alert in alerts:
        root.append(_entry(feed, alert))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _entry(feed: Feed, alert: Alerted) -> etree._Element:
    entry = etree.Element(f"{{{NAMESPACE}}}entry", nsmap={None: NAMESPACE})
    _text(entry, "id", feed.entry_id(alert))
    _text(entry, "title", title(alert))
    _link(entry, "alternate", alert.url, "text/html")
    if alert.stored_url:
        _link(entry, "related", alert.stored_url, "text/html").set("title", "stored version")
    _text(entry, "published", _moment(alert.published or alert.found))
    _text(entry, "updated", _moment(alert.updated))
    _text(_text(entry, "author"), "name", alert.source or alert.portal)
    for word in alert.words:
        etree.SubElement(entry, f"{{{NAMESPACE}}}category", term=clean(word))
    _text(entry, "content", html(alert)).set("type", "html")
    return entry


def _link(parent: etree._Element, relation: str, address: str, kind: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}link", rel=relation, type=kind, href=clean(address))


def _text(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text:
        element.text = clean(text)
    return element


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
