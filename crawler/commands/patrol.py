"""``scrapy patrol``: visit all portals, or some, and tell what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from crawler import progress
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.journal import Journal
from crawler.patrol import patrol
from crawler.roster import spider_classes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--only NAME...]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Visit all portals and store what is new"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="visit these portals only")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Visit the portals; 1 if one failed."""
        if args:
            raise WrongUse(f"patrol takes no {args[0]!r}; name portals with --only {args[0]}.")
        return self.visit(opts.only, {})

    def visit(self, names: Iterable[str], arguments: dict[str, str]) -> int:
        """Visit the portals ``names`` (all if empty), print the summary, return the exit status."""
        assert self.settings is not None
        spiders = spider_classes(self.settings, names)
        if not spiders:
            raise WrongUse("There is no portal yet; docs/adding-a-portal.md says how one is added.")
        console = Console()
        watcher = progress.watcher(console)
        with Journal(self.settings["PORTALWATCH_DATABASE_URL"], "patrol", spiders) as journal:
            try:
                outcomes = patrol(self.settings, spiders, watcher, arguments=arguments)
            finally:
                watcher.stop()
            journal.close(outcomes)
        console.print(progress.summary(outcomes))
        console.print(progress.verdict(outcomes), markup=False, highlight=False)
        return EXIT_FAILED if any(outcome.failure for outcome in outcomes) else 0
