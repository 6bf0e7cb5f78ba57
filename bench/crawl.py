"""The whole way of a page against a plain Scrapy spider that fetches the same pages and does nothing.

    PYTHONPATH=. .venv/bin/python bench/crawl.py --pages 1000 --rounds 3

Ours does everything: charset, reading, restoring, stories, store, search, 100 watches, by selectors and with
the generic reader, into an empty SQLite database. The plain one has Scrapy's own settings and follows the
same links. Both fetch from one server on loopback, once plainly and once packed with gzip and without a
charset in the header; every run is a process of its own, the runs of a round follow each other, and 1.00 is
the plain spider. Times are taken from the first answer to the end of the run, what is left to write included.
The database is made beforehand by another process: a crawl finds one, and does not load what makes it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KINDS = ("plain", "selectors", "generic")
CONCURRENCY = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", choices=KINDS, help="make one run (what the bench starts)")
    parser.add_argument("--port", type=int)
    parser.add_argument(
        "--prepare", metavar="URL", help="make a database with its watches (what a run starts)"
    )
    options = parser.parse_args()
    if options.prepare:
        prepare(options.prepare)
        return
    if options.run:
        print(json.dumps(run(options.run, options.port, options.pages)))
        return
    print("| pages | spider | pages/s | ms CPU a page | speed, wall | speed, CPU | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for packed in (False, True):
        compare(options.pages, options.rounds, packed=packed)


def compare(pages: int, rounds: int, *, packed: bool) -> None:
    """Print a row for each kind of spider."""
    command = [sys.executable, str(HERE / "crawl_pages.py"), str(pages), *(["--packed"] if packed else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
        for _ in range(rounds):
            for kind in KINDS:
                own = [sys.executable, __file__, "--run", kind, "--port", port, "--pages", str(pages)]
                done = subprocess.run(own, capture_output=True, text=True, check=True)
                found[kind].append(json.loads(done.stdout.splitlines()[-1]))
        server.terminate()
    wall, cpu = ([[one[name] for one in found[kind]] for kind in KINDS] for name in ("wall", "cpu"))
    for at, kind in enumerate(KINDS):
        kept = {int(one["pages"]) for one in found[kind]}
        assert kept == {pages}, f"{kind} brought {kept} of {pages} articles"
        speed, work = (
            statistics.median(base / own for base, own in zip(of[0], of[at], strict=True))
            for of in (wall, cpu)
        )
        print(
            f"| {'gzip' if packed else 'plain'} | {kind} | {pages / statistics.median(wall[at]):.0f} "
            f"| {statistics.median(cpu[at]) / pages * 1000:.2f} | {speed:.2f} | {work:.2f} "
            f"| {max(one['memory'] for one in found[kind]):.0f} |",
            flush=True,
        )


def run(kind: str, port: int, pages: int) -> dict[str, float]:
    """Crawl once; return seconds of wall and CPU time, the peak of memory in MB, and the articles brought."""
    with tempfile.TemporaryDirectory() as folder:
        crawl = plain if kind == "plain" else ours
        clock = Clock()
        brought = crawl(kind, f"http://127.0.0.1:{port}", Path(folder), clock)
        wall, cpu = clock.wall, clock.cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": wall, "cpu": cpu, "memory": memory, "pages": min(brought, pages)}


def prepare(url: str) -> None:
    """Make an empty database with 100 watches."""
    from store import watching  # noqa: PLC0415  for this process alone

    from crawler.store.database import open_database  # noqa: PLC0415  for this process alone

    database = open_database(url)
    watching(database)
    database.close()


class Clock:
    """Times a crawl from its first answer, so that nothing but pages counts."""

    def __init__(self) -> None:
        self.begun: tuple[float, float] | None = None
        self.wall = self.cpu = 0.0

    def run(self, process: Any, spider: Any) -> None:
        """Crawl with ``spider`` and take the times."""
        from scrapy import signals  # noqa: PLC0415  each run loads its own

        crawler = process.create_crawler(spider)
        crawler.signals.connect(self.begin, signals.response_received)
        process.crawl(crawler)
        process.start()
        assert self.begun is not None
        self.wall = time.perf_counter() - self.begun[0]
        self.cpu = time.process_time() - self.begun[1]

    def begin(self) -> None:
        """Note the time of the first answer."""
        self.begun = self.begun or (time.perf_counter(), time.process_time())


def plain(_kind: str, base: str, _folder: Path, clock: Clock) -> int:
    """Fetch everything with Scrapy as it is out of the box."""
    import scrapy  # noqa: PLC0415  each run loads its own
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415  each run loads its own
    from scrapy.settings import Settings  # noqa: PLC0415  each run loads its own

    class Plain(scrapy.Spider):
        name = "plain"
        start_urls = [f"{base}/list/1.html"]  # noqa: RUF012  a definition
        brought = 0

        def parse(self, response: Any) -> Any:
            for link in response.css("ul.list a, a.next"):
                article = link.attrib.get("class") != "next"
                yield response.follow(link, self.parse_article if article else self.parse)

        def parse_article(self, _response: Any) -> None:
            Plain.brought += 1

    process = AsyncCrawlerProcess(Settings({"LOG_LEVEL": "WARNING"}))
    clock.run(process, Plain)
    return Plain.brought


def ours(kind: str, base: str, folder: Path, clock: Clock) -> int:
    """Do all that portalwatch does."""
    url = f"sqlite:///{folder}/bench.db"
    subprocess.run([sys.executable, __file__, "--prepare", url], check=True)
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415  each run loads its own
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415  each run loads its own
    from sqlalchemy import func, select  # noqa: PLC0415  each run loads its own

    from crawler.patrol import configure_logging  # noqa: PLC0415  each run loads its own
    from crawler.spider import PortalSpider  # noqa: PLC0415  each run loads its own
    from crawler.store.database import open_database  # noqa: PLC0415  each run loads its own
    from crawler.store.models import Article  # noqa: PLC0415  each run loads its own

    class Selectors(PortalSpider):
        name = "selectors"
        portal = "渡口新闻网"
        sections = {"要闻": "/list/1.html"}  # noqa: RUF012  a definition
        entries = "ul.list a"
        next_page = "a.next"
        title = "h1"
        body = "div.content"
        byline = "div.info"

    class Generic(PortalSpider):
        name = "generic"
        portal = "渡口新闻网"
        sections = {"要闻": "/list/1.html"}  # noqa: RUF012  a definition
        generic = True

    Selectors.base = Generic.base = base
    settings = get_project_settings()
    for name, value in {
        "PORTALWATCH_DATABASE_URL": url,
        "PORTALWATCH_FEEDS_DIR": str(folder / "feeds"),
        "PORTALWATCH_ALLOW_PRIVATE_ADDRESSES": True,
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
    }.items():
        settings.set(name, value, priority="cmdline")
    configure_logging(settings)
    process = AsyncCrawlerProcess(settings)
    clock.run(process, Selectors if kind == "selectors" else Generic)
    database = open_database(url)
    with database.reading() as session:
        brought = session.scalar(select(func.count()).select_from(Article)) or 0
    database.close()
    return brought


if __name__ == "__main__":
    main()
