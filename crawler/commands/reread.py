"""``scrapy reread``: read the pages that are kept again, with today's rules."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler import rereport
from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.page.document import PageError
from crawler.query import moments
from crawler.refusals import Refused
from crawler.rereading import Rereader, Tally, differing, done_by
from crawler.roster import portal_names, spider_class
from crawler.store import kept
from crawler.store.contents import content
from crawler.store.corrections import correct
from crawler.store.database import DEFAULT_URL, Database, open_database
from crawler.store.learned import load
from crawler.store.packing import PackingError, pack, unpack

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scrapy.settings import BaseSettings
    from sqlalchemy.orm import Session

    from crawler.items import Article
    from crawler.store.kept import Kept
    from crawler.store.models import Version
    from crawler.store.packing import Content

EXAMPLES = 3
"""Articles of a portal that are shown, unless ``--examples`` says otherwise."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Read the kept pages again with today's rules and say what differs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--portal", metavar="NAME", help="only this portal's")
        parser.add_argument(
            "--since", metavar="WHEN", help="only what was fetched since: 12h, 7d, 2w, 6m, 2026-05-01"
        )
        parser.add_argument(
            "--rule",
            metavar="RULE",
            help="only where this rule (notices/hotline), pipeline or repair does something else now",
        )
        parser.add_argument(
            "--examples", type=int, default=EXAMPLES, metavar="N", help=f"show N a portal ({EXAMPLES})"
        )
        parser.add_argument("--apply", action="store_true", help="keep what differs as versions of their own")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print the report; 1 if a page is refused, damaged, or has no spider, or nothing has the rule."""
        if args:
            raise WrongUse(f"reread takes no argument, not {args[0]!r}; a portal is said by --portal.")
        assert self.settings is not None
        since = since_of(opts.since)
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            return self._reread(database, opts, since)
        finally:
            database.close()

    def _reread(self, database: Database, opts: argparse.Namespace, since: datetime | None) -> int:
        assert self.settings is not None
        with database.reading() as session:
            check_portal(session, self.settings, opts.portal)
            ids, without = kept.chosen(session, opts.portal, since)
        console = Console()
        if not console.is_terminal:
            console = Console(width=rereport.WIDE)
        run = _Run(self, database, opts, console)
        stopped = False
        with progress() as bar:
            task = bar.add_task("reading", total=len(ids))
            try:
                for start in range(0, len(ids), kept.A_TIME):
                    some = ids[start : start + kept.A_TIME]
                    run.batch(_load(database, some))
                    bar.advance(task, len(some))
            except KeyboardInterrupt:
                stopped = True
        tallies = list(run.tallies.values())
        rereport.show(console, tallies, rule=opts.rule, applied=opts.apply, without=without)
        if stopped:
            print("Stopped; what was applied so far is kept, the rest is as it was.", file=sys.stderr)
            return EXIT_FAILED
        if opts.rule and run.rules and not run.rule_seen:
            known = ", ".join(sorted(run.rules))
            print(
                f"Nothing was or is done by a rule named {opts.rule!r}; what did something: {known}.",
                file=sys.stderr,
            )
            return EXIT_FAILED
        failed = any(one.refused or one.damaged or one.unread or one.overtaken for one in tallies)
        return EXIT_FAILED if failed else 0


class _Run:
    """Reads batches of articles, counts, shows examples and keeps corrections."""

    def __init__(
        self, command: Command, database: Database, opts: argparse.Namespace, console: Console
    ) -> None:
        self._settings = command.settings
        self._database = database
        self._opts = opts
        self._console = console
        self._readers: dict[str, Rereader | None] = {}
        self.tallies: dict[str, Tally] = {}
        self.rules: set[str] = set()
        self.rule_seen = False

    def batch(self, batch: list[Kept]) -> None:
        """Read some articles and write those that differ in one transaction."""
        found: list[tuple[Tally, Version, Content, Article]] = []
        for one in batch:
            tally = self.tallies.setdefault(one.portal, Tally(one.portal))
            reader = self._reader(one.portal)
            if reader is None:
                tally.unread += 1
                continue
            try:
                old = one.newest.content
                article = reader.read(one, old)
            except PackingError as error:
                tally.damaged += 1
                print(f"Damaged {one.url}: {error}.", file=sys.stderr)
            except (Refused, PageError) as error:
                tally.refused += 1
                print(f"Refused now {error}.", file=sys.stderr)
            else:
                if self._differs(tally, one, old, article):
                    found.append((tally, one.newest, old, article))
        if self._opts.apply and found:
            self._write(found)

    def _differs(self, tally: Tally, one: Kept, old: Content, article: Article) -> bool:
        """Count an article; return whether it is to be written."""
        new = unpack(pack(content(article)))  # as it would come out of the database
        names = differing(old, new)
        rule = self._opts.rule
        if rule is None:
            tally.add(names)
            if names and tally.differ <= self._opts.examples:
                rereport.example(self._console, one.url, old, new, names)
            return bool(names)
        before, after = done_by(old, rule), done_by(new, rule)
        self.rule_seen |= bool(before or after)
        self.rules.update(f"{drop['pipeline']}/{drop['rule']}" for drop in (*old.dropped, *new.dropped))
        names = names if before != after else []
        tally.add(names)
        tally.now_done += (after - before).total()
        tally.not_done += (before - after).total()
        if before != after and tally.shown < self._opts.examples:
            tally.shown += 1
            rereport.rule_example(self._console, one.url, before, after)
        return bool(names)

    def _write(self, found: list[tuple[Tally, Version, Content, Article]]) -> None:
        done: list[Tally] = []
        late: list[Tally] = []
        with self._database.writing() as session:
            for tally, newest, old, article in found:
                (done if correct(session, newest, old, article) else late).append(tally)
        for tally in done:
            tally.written += 1
        for tally in late:
            tally.overtaken += 1

    def _reader(self, portal: str) -> Rereader | None:
        if portal not in self._readers:
            self._readers[portal] = self._new_reader(portal)
        return self._readers[portal]

    def _new_reader(self, portal: str) -> Rereader | None:
        assert self._settings is not None
        if portal not in portal_names(self._settings):
            print(f"There is no spider {portal!r} any more: its pages are not read.", file=sys.stderr)
            return None
        with self._database.reading() as session:
            learned = load(session, portal)
        return Rereader(spider_class(self._settings, portal)(), self._settings, learned)


def check_portal(session: Session, settings: BaseSettings, name: str | None) -> None:
    """Raise ``WrongUse`` if neither a spider nor what is stored has that name; ``None`` is all portals."""
    known = {*kept.portals(session), *portal_names(settings)}
    if name is not None and name not in known:
        raise WrongUse(f"There is no portal named {name!r}. There are: {', '.join(sorted(known))}.")


def since_of(text: str | None) -> datetime | None:
    """Return the moment that an option ``--since`` names. Raises ``WrongUse``."""
    if text is None:
        return None
    try:
        return moments.since(text, datetime.now(UTC))
    except moments.MomentError as error:
        raise WrongUse(f"--since: {error}.") from error


def _load(database: Database, ids: Sequence[int]) -> list[Kept]:
    with database.reading() as session:
        return kept.load(session, ids)


def progress() -> Progress:
    """Return a bar on the terminal, if there is one, beside what is printed."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
