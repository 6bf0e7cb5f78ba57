"""``scrapy patrol``: visit all portals, or some, or what is due, once or for as long as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.daemon import Daemon, children
from crawler.rounds import Rounds
from crawler.visit import Round, visit

if TYPE_CHECKING:
    import argparse


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--due | --daemon] [--only NAME...]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Visit all portals, or what is due, and store what is new"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="visit these portals only")
        parser.add_argument("--due", action="store_true", help="visit the sections that are due, and end")
        parser.add_argument(
            "--daemon", action="store_true", help="visit whatever becomes due, until SIGTERM or SIGINT"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Visit the portals; 1 if one failed."""
        if args:
            raise WrongUse(f"patrol takes no {args[0]!r}; name portals with --only {args[0]}.")
        if opts.due and opts.daemon:
            raise WrongUse("--daemon visits what is due anyway: take --due or --daemon.")
        assert self.settings is not None
        if not opts.due and not opts.daemon:
            return visit(self.settings, Round("patrol"), opts.only)
        rounds = Rounds(self.settings, opts.only)
        if opts.daemon:
            most = self.settings.getint("PORTALWATCH_PATROL_PROCESSES")
            return Daemon(rounds, children(opts), most).run()
        due = rounds.due()
        if not due:
            print(rounds.outlook())
            return 0
        own = {name: {"only": " ".join(urls)} for name, urls in due.items()}
        return visit(self.settings, Round("patrol --due", own=own), due)
