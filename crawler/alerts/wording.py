"""An alert in words: the title and the text of a feed's entry."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.alerts.alerted import Alerted

MARKED = {"changed", "withdrawn"}
"""Kinds of alerts that the headline must not hide."""


def title(alert: Alerted) -> str:
    """Return the headline, marked if the alert is about a change or a withdrawal."""
    headline = alert.title or alert.url
    return f"[{alert.kind}] {headline}" if alert.kind in MARKED else headline


def plain(alert: Alerted) -> str:
    """Return the reason, the passages or the text, and where it is from, as plain text."""
    return "\n".join((_reason(alert), *_passages(alert), _origin(alert)))


def html(alert: Alerted) -> str:
    """Return the same as HTML; everything that comes from a page is escaped."""
    passages = (f"<p>{escape(passage)}</p>" for passage in _passages(alert))
    text = "".join(passages) if alert.body else "".join(f"<blockquote>{one}</blockquote>" for one in passages)
    links = f'<a href="{escape(alert.url)}">{escape(alert.url)}</a>'
    if alert.stored_url:
        links += f'<br><a href="{escape(alert.stored_url)}">stored version {alert.version}</a>'
    return f"<p>{escape(_reason(alert))}</p>{text}<p>{escape(_origin(alert))}<br>{links}</p>"


def _moment(at: datetime, precision: str | None = None) -> str:
    return f"{at.astimezone(LOCAL):{'%Y-%m-%d' if precision == 'day' else '%Y-%m-%d %H:%M'}}"


def _passages(alert: Alerted) -> tuple[str, ...]:
    return tuple(alert.body.split("\n")) if alert.body else alert.excerpts


def _reason(alert: Alerted) -> str:
    return f"Matched: {', '.join(alert.words)}"


def _origin(alert: Alerted) -> str:
    parts = [f"Watch: {alert.watch} ({alert.kind})", f"portal: {alert.portal}"]
    if alert.section:
        parts.append(f"section: {alert.section}")
    if alert.source:
        parts.append(f"source: {alert.source}")
    if alert.first_source and alert.first_source != alert.source:
        parts.append(f"first source: {alert.first_source}")
    if alert.reprints:
        parts.append(f"reprints: {alert.reprints}")
    if alert.published:
        parts.append(f"published: {_moment(alert.published, alert.published_precision)}")
    parts.append(f"found: {_moment(alert.found)} (+08:00)")
    return "; ".join(parts)
