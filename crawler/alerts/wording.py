"""An alert in words: the title and the text of a feed's entry."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.alerts.outbox import Alerted


def title(alert: Alerted) -> str:
    """Return the headline, marked if the alert is about a change."""
    headline = alert.title or alert.url
    return f"[changed] {headline}" if alert.kind == "changed" else headline


def plain(alert: Alerted) -> str:
    """Return the reason, the passages and where it is from, as plain text."""
    return "\n".join((_reason(alert), *alert.excerpts, _origin(alert)))


def html(alert: Alerted) -> str:
    """Return the same as HTML; everything that comes from a page is escaped."""
    passages = "".join(f"<blockquote><p>{escape(passage)}</p></blockquote>" for passage in alert.excerpts)
    link = f'<a href="{escape(alert.url)}">{escape(alert.url)}</a>'
    return f"<p>{escape(_reason(alert))}</p>{passages}<p>{escape(_origin(alert))}<br>{link}</p>"


def _reason(alert: Alerted) -> str:
    return f"Matched: {', '.join(alert.words)}"


def _origin(alert: Alerted) -> str:
    parts = [f"Portal: {alert.portal}"]
    if alert.source:
        parts.append(f"source: {alert.source}")
    if alert.first_source and alert.first_source != alert.source:
        parts.append(f"first source: {alert.first_source}")
    if alert.reprints:
        parts.append(f"reprints: {alert.reprints}")
    return "; ".join(parts)
