"""A JSON Feed 1.1 document of alerts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawler.alerts.cleaning import clean
from crawler.alerts.wording import html, plain, title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.alerts.alerted import Alerted
    from crawler.alerts.feed import Feed

VERSION = "https://jsonfeed.org/version/1.1"


def jsonfeed(feed: Feed, alerts: Sequence[Alerted]) -> bytes:
    """Return the document in UTF-8; ``alerts`` are its items, the newest first.

    What the format has no word for stands in the extension ``_portalwatch`` of each item.
    """
    document = {
        "version": VERSION,
        "title": feed.title,
        "description": feed.description,
        **_addresses(feed),
        "authors": [{"name": "portalwatch"}],
        "language": "zh",
        "items": [_item(feed, alert) for alert in alerts],
    }
    return (json.dumps(_cleaned(document), ensure_ascii=False, indent=1) + "\n").encode()


def _addresses(feed: Feed) -> dict[str, str]:
    following = feed.neighbours("json").get("next", "")
    found = {
        "home_page_url": feed.home,
        "feed_url": feed.address("json") if feed.base else "",
        "next_url": following if feed.base else "",
    }
    return {name: address for name, address in found.items() if address}


def _item(feed: Feed, alert: Alerted) -> dict[str, Any]:
    return {
        "id": feed.entry_id(alert),
        "url": alert.url,
        "title": title(alert),
        "content_html": html(alert),
        "content_text": plain(alert),
        "date_published": _moment(alert.published or alert.found),
        "date_modified": _moment(alert.updated),
        "authors": [{"name": alert.source or alert.portal}],
        "tags": list(alert.words),
        "_portalwatch": {
            "kind": alert.kind,
            "words": list(alert.words),
            "excerpts": list(alert.excerpts),
            "watch": alert.watch,
            "story": alert.story_id,
            "portal": alert.portal,
            "section": alert.section,
            "stored_url": alert.stored_url,
            "source": alert.source,
            "first_source": alert.first_source,
            "reprints": alert.reprints,
            "found": _moment(alert.found),
        },
    }


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list():
            return [_cleaned(one) for one in value]
        case dict():
            return {name: _cleaned(one) for name, one in value.items()}
    return value


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
