"""``scrapy deliver``: send what is due, and see what could not be sent."""

from __future__ import annotations

import signal
from threading import Event
from typing import TYPE_CHECKING

from crawler import tables
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.delivery import claims, service
from crawler.delivery.errors import TargetError
from crawler.patrol import configure_logging
from crawler.store.database import DEFAULT_URL, Database, open_database
from crawler.store.times import now

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import Settings

USE = "scrapy deliver [--once | --loop | --dead | --retry ID]"
INTERVAL = 10.0


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return USE.removeprefix("scrapy deliver ")

    def short_desc(self) -> str:
        """Return what it does."""
        return "Send the alerts that are due to their targets"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--once", action="store_true", help="send what is due now and end (the default)")
        what.add_argument("--loop", action="store_true", help="go on sending until stopped (SIGTERM, Ctrl-C)")
        what.add_argument("--dead", action="store_true", help="show what was given up, and why")
        what.add_argument("--retry", metavar="ID", help="try again what was given up: a number, or all")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do what the option says; 1 if something could not be sent."""
        if args:
            raise WrongUse(f"Use it as: {USE}")
        assert self.settings is not None
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            if opts.dead:
                show_dead(database)
                return 0
            if opts.retry is not None:
                return retry(database, opts.retry)
            return send(self.settings, database, loop=opts.loop)
        except TargetError as error:
            raise WrongUse(f"Nothing can be sent: {error}.") from error
        finally:
            database.close()


def send(settings: Settings, database: Database, *, loop: bool) -> int:
    """Send what is due, once or until a signal says stop; return the exit status."""
    configure_logging(settings)
    sender = service.sender_of(settings, database)
    if loop:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        tally = sender.loop(
            stop,
            settings.getfloat("PORTALWATCH_DELIVERY_INTERVAL", INTERVAL),
            lambda: service.renewed(settings, sender.channels),
        )
    else:
        tally = sender.once()
    print(service.outcome(tally, sender) or "Nothing is due.")
    return EXIT_FAILED if tally.failed or tally.dead or tally.errors else 0


def show_dead(database: Database) -> None:
    """Print a table of what was given up."""
    with database.reading() as session:
        rows = [
            (
                str(first.id),
                first.target,
                first.title or f"{len(message)} alert{'s'[: len(message) > 1]}",
                f"{first.created_at:%Y-%m-%d %H:%M} UTC",
                str(first.attempts),
                first.last_error,
            )
            for message in claims.dead(session)
            for first in message[:1]
        ]
    if not rows:
        print("Nothing was given up.")
        return
    tables.show(("id", "target", "what", "from", "attempts", "reason"), rows)


def retry(database: Database, number: str) -> int:
    """Let what was given up be tried again; return the exit status."""
    if number != "all" and not (number.isascii() and number.isdigit()):
        raise WrongUse(
            f"{number!r} is no number of a delivery; scrapy deliver --dead shows them, or say all."
        )
    with database.writing() as session:
        revived = claims.revive(session, now(), None if number == "all" else int(number))
    if not revived:
        print(
            "Nothing was given up." if number == "all" else f"Nothing with the number {number} was given up."
        )
        return EXIT_FAILED
    print(f"Deliveries to be tried again: {revived}. scrapy deliver does it now.")
    return 0
