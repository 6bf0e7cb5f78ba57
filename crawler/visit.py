"""A visit to portals as the commands `crawl` and `patrol` make it: shown, journalled, judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from crawler import progress
from crawler.cli import EXIT_FAILED, WrongUse
from crawler.journal import Journal
from crawler.patrol import patrol
from crawler.roster import spider_classes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scrapy.settings import Settings


def visit(settings: Settings, command: str, names: Iterable[str], arguments: Mapping[str, str]) -> int:
    """Visit the portals ``names`` (all if empty), print the summary, return the exit status.

    Raises WrongUse, DefinitionError or DatabaseError before anything is fetched.
    """
    spiders = spider_classes(settings, names)
    if not spiders:
        raise WrongUse("There is no portal yet; docs/adding-a-portal.md says how one is added.")
    console = Console()
    watcher = progress.watcher(console)
    with Journal(settings["PORTALWATCH_DATABASE_URL"], command, spiders) as journal:
        try:
            outcomes = patrol(settings, spiders, watcher, arguments=arguments)
        finally:
            watcher.stop()
        journal.close(outcomes)
    console.print(progress.summary(outcomes))
    console.print(progress.verdict(outcomes), markup=False, highlight=False)
    return EXIT_FAILED if any(outcome.failure for outcome in outcomes) else 0
