"""Measures each run at a portal: by Scrapy's signals what articles were like, the rest from its counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawler.items import Article
from crawler.monitor.measures import Measures, Tally
from crawler.onboarding.phrasebook import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from scrapy.crawler import Crawler

_COUNTS = {
    "pages": "response_received_count",
    "lists": "portalwatch/lists",
    "unchanged": "portalwatch/unchanged_sections",
    "entries": "portalwatch/entries",
    "requested": "portalwatch/requested",
    "new": "portalwatch/articles/new",
    "changed": "portalwatch/articles/changed",
    "same": "portalwatch/articles/same",
    "refused": "portalwatch/refused",
    "errors": "portalwatch/errors",
    "blocked": "portalwatch/blocked",
    "requests": "downloader/request_count",
    "bytes": "downloader/response_bytes",
}
_KINDS = {
    "fallbacks": "portalwatch/fallbacks/",
    "refusals": "portalwatch/refused/",
    "faults": "portalwatch/errors/",
    "sections": "portalwatch/listed/",
}


class Measuring:
    """The extension that looks at every article that came through the pipelines."""

    def __init__(self) -> None:
        self.tally = Tally(words("leftovers"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of ``crawler``."""
        extension = cls()
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        return extension

    def item_scraped(self, item: Any) -> None:
        """Count an article."""
        if isinstance(item, Article):
            self.tally.add(item)


def counted(crawler: Crawler) -> Mapping[str, Any]:
    """Return the counters of ``crawler``, none of one that could not be started."""
    try:
        stats = crawler.stats
    except RuntimeError:  # as Scrapy says it
        return {}
    return stats.get_stats() if stats else {}


def measures_of(crawler: Crawler, failure: str, finish: str) -> Measures:
    """Return what the run of ``crawler`` measured; ``failure`` and ``finish`` are its outcome's."""
    stats = counted(crawler)
    found = Measures(failure=failure, finish=finish)
    for name, key in _COUNTS.items():
        setattr(found, name, int(stats.get(key, 0)))
    for name, prefix in _KINDS.items():
        kinds = {
            key.removeprefix(prefix): int(value) for key, value in stats.items() if key.startswith(prefix)
        }
        setattr(found, name, kinds)
    found.seconds = round(float(stats.get("elapsed_time_seconds", 0.0)), 1)
    measuring = crawler.get_extension(Measuring) if stats else None
    if measuring is not None:
        measuring.tally.write(found)
    return found
