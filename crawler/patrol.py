"""One visit to a set of portals: runs their spiders in one process and tells what became of each."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess

from crawler.measuring import counted, measures_of
from crawler.stopping import leave, run
from crawler.store.writer import flush

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from crawler.holding import Holding
    from crawler.items import Article
    from crawler.monitor.measures import Measures
    from crawler.spider import PortalSpider


# Seconds. Without any delay Scrapy 2.19 starts all waiting requests of a host at once, as it counts a
# transfer only when its task has begun; one request at a time needs a delay, however short.
MIN_DELAY = 0.005


# Loggers of Scrapy that tell of a failed download, at length, what the spider's own line says in words.
SAID_ANYWAY = frozenset(
    {
        "scrapy.core.downloader.handlers.http11",
        "scrapy.downloadermiddlewares.httpcompression",
        "scrapy.downloadermiddlewares.robotstxt",
    }
)


# Reasons for which a visit ends early: as it should, and as it should not.
PAUSES = frozenset({"budget", "hours"})
STOPS = {
    "retry-after": "the server asks to wait",
    "closespider_timeout": "it took longer than PORTALWATCH_RUN_TIMEOUT",
    "shutdown": "the patrol was stopped",
}


@dataclass(slots=True)
class Outcome:
    """What a visit to one portal brought; all counts are of this run."""

    name: str
    portal: str
    pages: int = 0
    new: int = 0
    changed: int = 0
    corrected: int = 0  # the same page, read otherwise by other rules
    same: int = 0
    repaired: int = 0
    dropped_blocks: int = 0
    refused: int = 0
    alerts: int = 0
    errors: int = 0
    requested: int = 0  # articles asked for
    failed_sections: int = 0
    missing_parts: int = 0  # articles on several pages of which not all could be read
    not_stored: int = 0  # articles that the database did not take
    finish_reason: str = ""
    measures: Measures | None = None  # once the visit is over

    @property
    def done(self) -> int:
        """Articles that reached an end, whichever."""
        return self.new + self.changed + self.corrected + self.same + self.refused + self.errors

    @property
    def failure(self) -> str:
        """Why the visit failed, empty if it did not: a fault on a single article is no failed visit."""
        if self.finish_reason not in {"", "finished", *PAUSES}:
            return f"stopped: {STOPS.get(self.finish_reason, self.finish_reason)}"
        if self.failed_sections:
            return f"{self.failed_sections} section page(s) could not be read"
        if self.not_stored:
            return f"{self.not_stored} article(s) could not be stored; the next visit asks for them again"
        if self.requested and not self.new + self.changed + self.same + self.corrected:
            return f"none of {self.requested} articles could be read"
        return ""


COUNTERS = {
    "pages": "response_received_count",
    "new": "portalwatch/articles/new",
    "changed": "portalwatch/articles/changed",
    "corrected": "portalwatch/articles/corrected",
    "same": "portalwatch/articles/same",
    "repaired": "portalwatch/repaired",
    "dropped_blocks": "portalwatch/dropped_blocks",
    "refused": "portalwatch/refused",
    "alerts": "portalwatch/alerts",
    "errors": "portalwatch/errors",
    "requested": "portalwatch/requested",
    "failed_sections": "portalwatch/failed_sections",
    "missing_parts": "portalwatch/missing_parts",
    "not_stored": "portalwatch/errors/store",
}


def outcome(crawler: Crawler) -> Outcome:
    """Read the counters of ``crawler`` as they stand."""
    stats = counted(crawler)
    found = Outcome(crawler.spidercls.name, getattr(crawler.spidercls, "portal", crawler.spidercls.name))
    for name, key in COUNTERS.items():
        setattr(found, name, int(stats.get(key, 0)))
    found.finish_reason = str(stats.get("finish_reason", ""))
    return found


class Watcher(Protocol):
    """Whoever is told how a patrol goes."""

    def started(self, names: Mapping[str, str]) -> None:
        """Note the portals about to be visited, name to display name."""

    def progress(self, outcome: Outcome) -> None:
        """Note that something happened at a portal."""

    def finished(self, outcome: Outcome) -> None:
        """Note that a portal is done."""


def patrol(  # noqa: PLR0913  each of the last four is for some callers only
    settings: Settings,
    spiders: Mapping[str, type[PortalSpider]],
    watcher: Watcher,
    *,
    arguments: Mapping[str, str] | None = None,
    own: Mapping[str, Mapping[str, str]] | None = None,
    on_article: Callable[[Article], None] | None = None,
    holding: Holding | None = None,
) -> list[Outcome]:
    """Visit the portals of ``spiders`` at the same time and return what became of each, in their order.

    It starts the event loop, so it runs once in a process. ``arguments`` are spider arguments (since, until,
    full, base), ``own`` those of one portal each; ``on_article`` is called with every article that came
    through the pipelines. The leases of ``holding`` are let go as each portal is done; a portal of which the
    lease is lost is left.
    """
    configure_logging(settings)
    settings.set("DOWNLOAD_DELAY", max(settings.getfloat("DOWNLOAD_DELAY"), MIN_DELAY), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawlers: dict[str, Crawler] = {}
    for name, spider in spiders.items():
        crawlers[name] = crawler = process.create_crawler(spider)
        _connect(crawler, watcher, on_article)
        task = process.crawl(crawler, **(arguments or {}), **(own or {}).get(name, {}))
        if holding is not None:
            task.add_done_callback(partial(_let_go, holding, name))
    if holding is not None:
        holding.lost = lambda name: leave(crawlers[name])
    watcher.started({name: spider.portal for name, spider in spiders.items()})
    run(process)
    flush()
    return [_ended(crawler) for crawler in crawlers.values()]


def _let_go(holding: Holding, name: str, _: object) -> None:
    holding.release(name)


def _ended(crawler: Crawler) -> Outcome:
    found = outcome(crawler)
    if not found.finish_reason:
        found.finish_reason = "shutdown" if counted(crawler).get("start_time") else "it could not be started"
    found.measures = measures_of(crawler, found.failure, found.finish_reason)
    return found


def _connect(crawler: Crawler, watcher: Watcher, on_article: Callable[[Article], None] | None) -> None:
    def changed() -> None:
        watcher.progress(outcome(crawler))

    def scraped(item: Any) -> None:
        if on_article:
            on_article(item)
        changed()

    def closed() -> None:
        watcher.finished(outcome(crawler))

    # weak=False: nothing else keeps these functions alive.
    crawler.signals.connect(scraped, signals.item_scraped, weak=False)
    for signal in (signals.item_dropped, signals.item_error, signals.response_received):
        crawler.signals.connect(changed, signal, weak=False)
    crawler.signals.connect(closed, signals.spider_closed, weak=False)


def configure_logging(settings: Settings) -> None:
    """Send warnings and errors, a line each, to standard error (or to ``LOG_FILE``)."""
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    if not settings.getbool("LOG_ENABLED"):
        logging.root.addHandler(logging.NullHandler())
        return
    target = settings.get("LOG_FILE")
    handler: logging.Handler = logging.FileHandler(target, encoding="utf-8") if target else _LiveStderr()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.setLevel(settings["LOG_LEVEL"])
    handler.addFilter(lambda record: record.name not in SAID_ANYWAY)
    logging.root.addHandler(handler)
    logging.root.setLevel(settings["LOG_LEVEL"])  # else Python lets nothing below a warning through


class _LiveStderr(logging.StreamHandler):  # type: ignore[type-arg]  # generic only in the stubs
    """Writes to whatever sys.stderr is now: a progress display replaces it while it is drawn."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)
