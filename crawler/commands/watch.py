"""``scrapy watch``: the saved queries whose matches go to the feeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.alerts import feeds, watches
from crawler.alerts.watches import WatchError
from crawler.cli import PortalwatchCommand, WrongUse
from crawler.store.database import DEFAULT_URL, Database, open_database

if TYPE_CHECKING:
    import argparse

USE = "scrapy watch add NAME QUERY | list | remove NAME"
WIDE = 160
"""Columns of a table that does not go to a terminal."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return USE.removeprefix("scrapy watch ")

    def short_desc(self) -> str:
        """Return what it does."""
        return "Add, list and remove watches"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  takes no options
        """Do what the first word says."""
        assert self.settings is not None
        folder = Path(self.settings.get("PORTALWATCH_FEEDS_DIR") or "var/feeds")
        match args:
            case ["add", _, _, *_] | ["list"] | ["remove", _]:
                pass
            case _:
                raise WrongUse(f"Use it as: {USE}")
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            self._do(database, folder, args)
        except WatchError as error:
            raise WrongUse(f"{error}.") from error
        except OSError as error:
            raise WrongUse(f"The feeds in {folder} cannot be written: {error.strerror}.") from error
        finally:
            database.close()
        return 0

    def _do(self, database: Database, folder: Path, args: list[str]) -> None:
        match args:
            case ["add", name, *query]:
                with database.writing() as session:
                    watch = watches.add(session, name, " ".join(query))
                try:
                    written = feeds.write(folder, watch, [])
                except OSError as error:
                    raise WrongUse(
                        f"Watching {watch.name}; its feeds in {folder} cannot be written: {error.strerror}."
                    ) from error
                print(f"Watching {watch.name}; its feeds are {' and '.join(map(str, written))}.")
            case ["remove", name]:
                with database.writing() as session:
                    watches.remove(session, name)
                feeds.remove(folder, watches.checked_name(name))
                print(f"Removed {name} and its feeds.")
            case _:
                show(database, folder)


def show(database: Database, folder: Path) -> None:
    """Print a table of the watches."""
    with database.reading() as session:
        rows = [
            (watch.name, watch.query, str(len(watches.alerts(session, watch.name))))
            for watch in watches.everything(session)
        ]
    if not rows:
        print("No watches yet. Add one: scrapy watch add NAME QUERY")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("watch", "query", "alerts", "feed"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "alerts" else "left")
    for name, query, alerts in rows:
        table.add_row(*(Text(cell) for cell in (name, query, alerts, str(feeds.paths(folder, name)[0]))))
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    console.print(table)
