"""``scrapy db``: the schema of the database, whether it is whole, and what is too old for it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from crawler.alerts.feeds import ENTRIES
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.query import moments
from crawler.store import checking, migrate, pruning, raw
from crawler.store.checks.report import NAMED, Finding, Report
from crawler.store.database import DEFAULT_URL, Database, DatabaseError, connect
from crawler.store.models import Article

if TYPE_CHECKING:
    import argparse

USE = "scrapy db upgrade | current | check [--fix] | prune --keep 2y [--dry-run] [--vacuum]"
OPTIONS = {"check": {"fix"}, "prune": {"keep", "by", "dry_run", "vacuum"}}


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return USE.removeprefix("scrapy db ")

    def short_desc(self) -> str:
        """Return what it does."""
        return "Upgrade, check and prune the database"

    def long_desc(self) -> str:
        """Return what it does, at length."""
        return (
            "upgrade: bring the database to the newest schema. current: say which it has. check: say what is "
            "damaged or missing in it; with --fix make it again where that can be. prune: take out the "
            "stories whose articles are all older than --keep, except those that a feed shows."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--fix", action="store_true", help="check: make again what can be")
        parser.add_argument(
            "--keep", metavar="SPAN", help="prune: what is younger stays; 26w, 18m, 2y or a date"
        )
        parser.add_argument(
            "--by",
            choices=[one.value for one in pruning.By],
            help="prune: age since it was published (default) or first seen",
        )
        parser.add_argument("--dry-run", action="store_true", help="prune: only say what would go")
        parser.add_argument(
            "--vacuum", action="store_true", help="prune: give the space back; on SQLite others wait"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do what the word says."""
        assert self.settings is not None
        word = args[0] if len(args) == 1 else ""
        given = {name for names in OPTIONS.values() for name in names if getattr(opts, name)}
        if word not in {"upgrade", "current", "check", "prune"} or given - OPTIONS.get(word, set()):
            raise WrongUse(f"Use it as: {USE}")
        url = self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL
        if word == "upgrade":
            before, after = migrate.upgrade(url)
            prepare_jobs(url)
            print(f"Already at schema {after}." if before == after else f"Upgraded to schema {after}.")
            return 0
        database = connect(url, create=False)
        try:
            if word == "current":
                print(said(migrate.current(database)))
                return 0
            refuse_older(database)
            if word == "check":
                return check(database, fix=opts.fix)
            return prune(database, opts, self.settings.getint("PORTALWATCH_RAW_BUDGET", raw.DEFAULT_BUDGET))
        finally:
            database.close()


def prepare_jobs(url: str) -> None:
    """Make the tables for the jobs of workers too, where there can be workers."""
    database = connect(url)
    database.close()
    if not database.is_sqlite and find_spec("procrastinate"):
        from crawler.cluster import schema  # noqa: PLC0415  an extra

        schema.prepare(url)


def said(revision: str | None) -> str:
    """Return which schema a database has in one sentence."""
    newest = "the newest" if revision == migrate.HEAD else f"the newest is {migrate.HEAD}"
    return f"No tables yet ({newest})." if revision is None else f"Schema {revision} ({newest})."


def refuse_older(database: Database) -> None:
    """Raise ``DatabaseError`` unless the schema is the newest: a check is to change nothing."""
    revision = migrate.current(database)
    migrate.refuse_newer(database, revision)
    if revision != migrate.HEAD:
        state = "is empty" if revision is None else f"has the schema {revision}, not {migrate.HEAD}"
        message = f"the database {database.url} {state}: run `scrapy db upgrade` first"
        raise DatabaseError(message)


def check(database: Database, *, fix: bool) -> int:
    """Check the database and say what was found; 1 if anything was."""
    shown = bar("checking", articles(database))

    def tell(found: Finding) -> None:
        ending = " (repaired)" if found.repaired else ""
        shown.console.print(
            f"{found.kind}: {found.where}: {found.reason}{ending}.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )

    report = Report(fix, tell)
    with shown:
        checking.check(database, report, lambda done: shown.advance(shown.task_ids[0], done))
    for kind, number in report.found.items():
        more = f", of which the first {NAMED} are named above" if number > NAMED else ""
        print(f"{kind}: {number} found, {report.repaired[kind]} repaired{more}.")
    if report.clean:
        print("The database is whole.")
        return 0
    left = report.found.total() - report.repaired.total()
    if not fix:
        print("Stop what crawls into it, then run `scrapy db check --fix` to repair what can be made again.")
    elif left:
        print(f"{left} cannot be repaired: restore them from a backup, or read the pages again.")
    return EXIT_FAILED


def prune(database: Database, opts: argparse.Namespace, raw_budget: int) -> int:
    """Take out what is old, and raw pages over their budget in bytes, or say what would go."""
    if not opts.keep:
        raise WrongUse("Say what stays: scrapy db prune --keep 2y.")
    now = datetime.now(UTC)
    try:
        before = moments.since(opts.keep, now)
    except moments.MomentError as error:
        raise WrongUse(f"--keep: {error}.") from error
    if before >= now:
        raise WrongUse(f"--keep {opts.keep} would keep nothing.")
    rule = pruning.Rule(before, pruning.By(opts.by or pruning.By.PUBLISHED), ENTRIES, raw_budget)
    made = pruning.Pruning()
    shown = bar("pruning", None)
    with shown:
        for made in pruning.prune(database, rule, dry=opts.dry_run):
            shown.update(shown.task_ids[0], completed=made.articles)
    tell_pruned(made, dry=opts.dry_run)
    if opts.vacuum and not opts.dry_run:
        pruning.vacuum(database)
        print("The space was given back.")
    return EXIT_FAILED if made.damaged else 0


def tell_pruned(made: pruning.Pruning, *, dry: bool) -> None:
    """Print what went, or would go."""
    verb = "Would remove" if dry else "Removed"
    print(
        f"{verb} {made.articles} articles in {made.stories} stories, with {made.versions} versions, "
        f"{made.raw_pages} raw pages ({decimal(made.raw_bytes)}) and {made.alerts} alerts, "
        f"and {made.runs} runs."
    )
    if made.over_budget:
        print(f"{verb} the oldest of the other raw pages, over their budget: {decimal(made.over_budget)}.")
    if made.shown:
        print(f"{made.shown} old stories stay, as feeds show them or have yet to.")
    if made.damaged:
        print(
            f"{made.damaged} old stories stay, as they are damaged: run `scrapy db check`.", file=sys.stderr
        )


def articles(database: Database) -> int:
    """Return how many articles there are."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Article)) or 0


def bar(text: str, total: int | None) -> Progress:
    """Return a bar on standard error that counts articles, and shows nothing where that is no terminal."""
    console = Console(stderr=True)
    shown = Progress(
        TextColumn(text),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("articles"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    shown.add_task("", total=total)
    return shown
