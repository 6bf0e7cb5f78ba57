"""``scrapy patrol``: visit all portals, or some, and tell what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.visit import visit

if TYPE_CHECKING:
    import argparse


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
        assert self.settings is not None
        return visit(self.settings, "patrol", opts.only, {})
