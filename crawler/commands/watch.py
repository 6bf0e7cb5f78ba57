"""``scrapy watch``: the saved queries whose matches are told."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.alerts import publishing, rematch, rulefile, watches
from crawler.alerts.publishing import place_of
from crawler.alerts.rules import plan
from crawler.alerts.watches import WatchError
from crawler.cli import PortalwatchCommand, WrongUse
from crawler.commands.articles import published, titled
from crawler.delivery.errors import TargetError
from crawler.delivery.service import targets_of
from crawler.query import moments
from crawler.query.errors import QueryError
from crawler.query.parser import parse
from crawler.query.syntax import renamed
from crawler.roster import portal_regions, portal_sites
from crawler.store.database import DEFAULT_URL, Database, open_database

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from crawler.alerts.feeds import Place
    from crawler.alerts.rules import Change, Rule
    from crawler.query.syntax import Query

USES = (
    "add NAME QUERY [--target NAME] [--digest hourly|daily]",
    "list",
    "remove NAME",
    "apply FILE [--dry-run]",
    "test QUERY [--since 30d]",
    "rematch NAME [--since 30d]",
)
USE = f"scrapy watch {' | '.join(USES)}"
WIDE = 160
"""Columns of a table that does not go to a terminal."""
SHOWN = 50
"""So many articles that a query would have caught are printed."""
MOST_BURST = 999_999_999
"""What a file of watches takes, too."""
SIGNS = {"add": "+", "change": "~", "remove": "-"}


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return USE.removeprefix("scrapy watch ")

    def short_desc(self) -> str:
        """Return what it does."""
        return "Add, list, remove and try watches; apply a file of them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--since", metavar="WHEN", help="test, rematch: articles since 30d, 2026-05-01")
        parser.add_argument(
            "--target", action="append", default=[], metavar="NAME", help="add: who is told; again for more"
        )
        parser.add_argument(
            "--digest", default="", metavar="WHEN", help="add: tell hourly or daily, not at once"
        )
        parser.add_argument(
            "--quiet", default="", metavar="HOURS", help="add: not in hours such as 22:00-07:00"
        )
        parser.add_argument("--burst", type=int, default=0, metavar="N", help="add: no more messages an hour")
        parser.add_argument("--full-text", action="store_true", help="add: whole texts in its feed")
        parser.add_argument("--dry-run", action="store_true", help="apply: show the plan and change nothing")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do what the first word says."""
        assert self.settings is not None
        folder = Path(self.settings.get("PORTALWATCH_FEEDS_DIR") or "var/feeds")
        match args:
            case ["add" | "test", _, *rest] if rest or args[0] == "test":
                pass
            case ["list"] | ["remove" | "apply" | "rematch", _]:
                pass
            case _:
                raise WrongUse(f"Use it as: {USE}")
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            return self._do(database, folder, args, opts)
        except WatchError as error:
            raise WrongUse("\n".join(filter(None, (f"{error}.", error.pointed)))) from error
        except QueryError as error:
            raise WrongUse(f"The query cannot be read, {error}.\n{error.pointed()}") from error
        except moments.MomentError as error:
            raise WrongUse(f"--since: {error}.") from error
        except TargetError as error:
            raise WrongUse(f"{error}.") from error
        except OSError as error:
            raise WrongUse(f"The feeds in {folder} cannot be written: {error.strerror}.") from error
        finally:
            database.close()

    def _do(self, database: Database, folder: Path, args: list[str], opts: argparse.Namespace) -> int:
        assert self.settings is not None
        place = place_of(self.settings)
        now = datetime.now(UTC)
        since = None if opts.since is None else moments.since(opts.since, now)
        match args:
            case ["add", name, *query]:
                add(database, folder, place, name, " ".join(query), opts)
                self._doubt(opts.target)
            case ["remove", name]:
                with database.writing() as session:
                    watches.remove(session, name)
                publishing.remove(folder, watches.checked_name(name))
                print(f"Removed {name} and its feeds.")
            case ["apply", file]:
                rules = apply(database, folder, place, Path(file), dry_run=opts.dry_run)
                self._doubt(name for rule in rules for name in rule.targets)
            case ["test", *query]:
                self._test(database, " ".join(query), since)
            case ["rematch", name]:
                self._rematch(database, folder, name, since, now)
            case _:
                show(database, folder)
        return 0

    def _doubt(self, names: Iterable[str]) -> None:
        """Say which targets there are none of, or that cannot be used: their alerts would wait."""
        assert self.settings is not None
        wanted = list(dict.fromkeys(names))
        known = targets_of(self.settings) if wanted else None
        for name in wanted:
            try:
                assert known is not None
                known.get(name)
            except TargetError as error:
                print(f"Its alerts wait until that changes: {error}.", file=sys.stderr)

    def _asked(self, query: str) -> Query:
        assert self.settings is not None
        return renamed(parse(query), portal_sites(self.settings))

    def _test(self, database: Database, query: str, since: datetime | None) -> None:
        assert self.settings is not None
        places = portal_regions(self.settings)
        out = console()
        table = Table(box=None, pad_edge=False)
        for heading in ("published", "portal", "title", "address"):
            table.add_column(heading, no_wrap=heading in {"published", "portal"}, overflow="fold")
        with database.reading() as session:
            ids: list[int] = []
            for one in rematch.matched(session, self._asked(query), since=since, places=places):
                if len(ids) < SHOWN:
                    title = titled(one, signs=not out.is_terminal)
                    table.add_row(published(one), Text(one.portal), title, Text(one.url))
                ids.append(one.article_id)
            stories = len(set(rematch.stories_of(session, ids).values()))
        if ids:
            out.print(table)
        more = f"; the newest {SHOWN} are shown" if len(ids) > SHOWN else ""
        print(f"It would have caught {len(ids)} article(s) of {stories} story(s){more}.")

    def _rematch(
        self, database: Database, folder: Path, name: str, since: datetime | None, now: datetime
    ) -> None:
        assert self.settings is not None
        with database.reading() as session:
            watch = watches.get(session, name)
            session.expunge(watch)
        places = portal_regions(self.settings)
        found = rematch.rematch(database, watch, self._asked(watch.query), at=now, since=since, places=places)
        publishing.publish(database, folder, place_of(self.settings))
        print(
            f"{name} matches {found.articles} stored article(s) of {found.stories} story(s); "
            f"{found.alerts} alert(s) are new."
        )


def add(  # noqa: PLR0913, PLR0917  a watch, and where its feeds go
    database: Database, folder: Path, place: Place, name: str, query: str, opts: argparse.Namespace
) -> None:
    """Add a watch and write its empty feeds."""
    if opts.burst < 0:
        raise WrongUse(f"--burst is a number from 0 up, not {opts.burst}.")
    if opts.burst > MOST_BURST:
        raise WrongUse(f"--burst is at most {MOST_BURST}, not {opts.burst}.")
    with database.writing() as session:
        watch = watches.add(
            session,
            name,
            query,
            targets=opts.target,
            digest=opts.digest,
            quiet=opts.quiet,
            burst=opts.burst,
            full_text=opts.full_text,
        )
    try:
        publishing.publish(database, folder, place)
    except OSError as error:
        raise WrongUse(
            f"Watching {watch.name}; its feeds in {folder} cannot be written: {error.strerror}."
        ) from error
    print(
        f"Watching {watch.name}; its feeds are {', '.join(map(str, publishing.paths(folder, watch.name)))}."
    )


def apply(database: Database, folder: Path, place: Place, file: Path, *, dry_run: bool) -> list[Rule]:
    """Make the watches those of ``file``, print what that changes, and return what the file says."""
    try:
        wanted = rulefile.read_file(file)
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror}.") from error
    except rulefile.RuleFileError as error:
        raise WrongUse(f"{file} is not applied:\n{error}") from error
    with database.writing() as session:
        changes = plan(watches.stored_rules(session), wanted)
        if not dry_run:
            watches.apply(session, changes)
    print_plan(changes, dry_run=dry_run)
    if not dry_run:
        for change in changes:
            if change.new is None:
                publishing.remove(folder, change.name)
        publishing.publish(database, folder, place)
    return wanted


def print_plan(changes: Sequence[Change], *, dry_run: bool) -> None:
    """Print a line a change, and for changed watches what was and is."""
    for change in changes:
        print(f"{SIGNS[change.step]} {change.name}")
        if change.step == "change":
            for name in change.fields or ["origin"]:
                if name == "origin":
                    print("    the file keeps it from now on")
                    continue
                print(f"    {name}: {getattr(change.old, name)!r} -> {getattr(change.new, name)!r}")
    if not changes:
        print("The watches are as the file says.")
        return
    steps = [change.step for change in changes]
    verb = "would be" if dry_run else "were"
    print(
        f"{steps.count('add')} {verb} added, {steps.count('change')} changed, "
        f"{steps.count('remove')} removed."
    )


def show(database: Database, folder: Path) -> None:
    """Print a table of the watches."""
    with database.reading() as session:
        alerts = watches.counts(session)
        rows = [
            (watch.name, watch.query, str(alerts[watch.name]), ", ".join(watch.targets))
            for watch in watches.everything(session)
        ]
    if not rows:
        print("No watches yet. Add one: scrapy watch add NAME QUERY")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("watch", "query", "alerts", "targets", "feed"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "alerts" else "left")
    for name, query, count, targets in rows:
        feed = str(publishing.paths(folder, name)[0])
        table.add_row(*(Text(cell) for cell in (name, query, count, targets, feed)))
    console().print(table)


def console() -> Console:
    """Return a console, wide where nobody sees its edge."""
    made = Console()
    return made if made.is_terminal else Console(width=WIDE)
