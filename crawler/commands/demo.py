"""``scrapy demo``: the whole way of an article on replica portals, without a request to the Internet."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler import progress
from crawler.alerts import watches
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.journal import Journal
from crawler.patrol import patrol
from crawler.replica.server import ReplicaServer
from crawler.roster import spider_classes
from crawler.store.database import open_database

if TYPE_CHECKING:
    import argparse

    from crawler.items import Article

FOLDER = Path("var/demo")
WATCHES = {"低空经济": "低空经济", "专精特新": "专精特新 OR 小巨人"}
# Replicas on this machine need no consideration; real portals get the gentle defaults.
HASTE = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}
SHOWN = 2  # headlines a portal


@dataclass(slots=True)
class Repaired:
    """Headlines of one portal that had to be repaired: as read, and as stored."""

    portal: str
    pairs: list[tuple[str, str]] = field(default_factory=list)


class Command(PortalwatchCommand):
    """The command."""

    def short_desc(self) -> str:
        """Return what it does."""
        return "Show the whole way of an article on five replica portals"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  takes no options
        """Serve the replicas, visit them, show what was found; 1 if a portal failed."""
        if args:
            raise WrongUse(f"demo takes no argument, not {args[0]!r}.")
        assert self.settings is not None
        shutil.rmtree(FOLDER, ignore_errors=True)
        database_url = f"sqlite:///{FOLDER}/portalwatch.db"
        self.settings.setdict(
            {
                **HASTE,
                "PORTALWATCH_DATABASE_URL": database_url,
                "PORTALWATCH_FEEDS_DIR": str(FOLDER / "feeds"),
            },
            priority="cmdline",
        )
        console = Console()
        add_watches(database_url)
        repaired: dict[str, Repaired] = {}
        watcher = progress.watcher(console)
        with ReplicaServer() as server, Journal(database_url, "demo", server.portals) as journal:
            # Scrapy reads the proxy from the environment, as it would for `http_proxy=… scrapy crawl`.
            os.environ["http_proxy"] = server.url
            console.print(f"Five replica portals are served on {server.url}.", markup=False, highlight=False)
            try:
                outcomes = patrol(
                    self.settings,
                    spider_classes(self.settings, server.portals),
                    watcher,
                    on_article=lambda article: note(article, repaired),
                )
            finally:
                watcher.stop()
            journal.close(outcomes)
        console.print(progress.summary(outcomes))
        show_headlines(console, repaired)
        show_next(console, show_alerts(console, database_url))
        return EXIT_FAILED if any(outcome.failure for outcome in outcomes) else 0


def add_watches(database_url: str) -> None:
    """Put the demo's watches into the database."""
    database = open_database(database_url)
    try:
        with database.writing() as session:
            for name, query in WATCHES.items():
                watches.add(session, name, query)
    finally:
        database.close()


def note(article: Article, repaired: dict[str, Repaired]) -> None:
    """Keep the headline of ``article`` if repairing changed it."""
    if article.read_title != article.title:
        found = repaired.setdefault(article.portal, Repaired(article.portal))
        if len(found.pairs) < SHOWN:
            found.pairs.append((article.read_title, article.canonical_title))


def show_headlines(console: Console, repaired: dict[str, Repaired]) -> None:
    """Print headlines before and after."""
    console.print("\nHeadlines, as the portal gave them and as they are stored:")
    for found in repaired.values():
        for before, after in found.pairs:
            console.print(Text.assemble((f"  {found.portal:10} ", "dim"), before))
            console.print(Text.assemble(" " * 10, " → ", (after, "bold")))


def show_alerts(console: Console, database_url: str) -> str:
    """Print what the watches found; return the address of one article, empty if they found none."""
    address = ""
    database = open_database(database_url)
    try:
        with database.reading() as session:
            table = Table(title="Alerts", title_justify="left")
            for heading in ("watch", "stories", "newest"):
                table.add_column(heading)
            for name in WATCHES:
                found = watches.alerts(session, name)
                table.add_row(name, str(len(found)), Text(found[0].title if found else ""))
                address = address or (found[0].url if found else "")
    finally:
        database.close()
    console.print(table)
    return address


def show_next(console: Console, address: str) -> None:
    """Print where everything lies and what to try."""
    setting = f"PORTALWATCH_DATABASE_URL=sqlite:///{FOLDER}/portalwatch.db"
    lines = (
        f"The database is {FOLDER}/portalwatch.db, the alert feeds are in {FOLDER}/feeds/.",
        "Try next:",
        f"  {setting} .venv/bin/scrapy articles 低空经济",
        f"  {setting} .venv/bin/scrapy explain {address}",
        "  .venv/bin/scrapy portals   (serves the replicas, to crawl them yourself)",
    )
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
