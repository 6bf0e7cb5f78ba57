"""``scrapy worker``: make visits as jobs, beside the workers of other machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import PortalwatchCommand, WrongUse

if TYPE_CHECKING:
    import argparse


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[--concurrency N]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Visit what is due together with workers on other machines (PostgreSQL)"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "Takes visits to portals as jobs from the PostgreSQL database that all workers share, until "
            "SIGTERM or SIGINT. `scrapy db upgrade` makes the tables; docs/operations.md tells more."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--concurrency", type=int, metavar="N", help="visits at the same time (PORTALWATCH_WORKER_JOBS)"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Work until stopped; 1 if the database went away."""
        if args:
            raise WrongUse(f"worker takes no {args[0]!r}; portals are shared out by themselves.")
        assert self.settings is not None
        wanted = opts.concurrency
        concurrency = self.settings.getint("PORTALWATCH_WORKER_JOBS") if wanted is None else wanted
        if concurrency < 1:
            raise WrongUse(f"--concurrency {concurrency} would visit nothing.")
        try:
            from crawler.cluster.serving import serve  # noqa: PLC0415  an extra, and not for other commands
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith(("procrastinate", "psycopg")):
                raise
            raise WrongUse(f"worker needs portalwatch[cluster], {error.name} is missing.") from error
        return serve(self.settings, concurrency)
