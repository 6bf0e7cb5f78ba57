"""``scrapy history``: the versions of a stored article, and what changed between them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from crawler.cli import EXIT_FAILED, PortalwatchCommand, WrongUse
from crawler.difference import difference, summary
from crawler.page.address import typed_address
from crawler.store.changes import Kind, fields, paragraphs
from crawler.store.database import DEFAULT_URL, open_database
from crawler.store.history import History, Kept, history
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

WIDE = 110
"""Columns of what does not go to a terminal."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] URL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Show the versions of a stored article and what changed between them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--version", type=int, metavar="N", dest="number", help="print the text of version N"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON line a version")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print the history; 1 if the article or version is not stored, or the record is damaged."""
        if len(args) != 1:
            raise WrongUse("Say which article: scrapy history URL.")
        assert self.settings is not None
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            with database.reading() as session:
                found = history(session, typed_address(args[0]))
        finally:
            database.close()
        if found is None:
            print(f"No article is stored under {args[0]}.", file=sys.stderr)
            return EXIT_FAILED
        if opts.number is not None:
            return print_text(found, opts.number, as_json=opts.json)
        if opts.json:
            print_lines(found)
        else:
            console = Console()
            show(console if console.is_terminal else Console(width=WIDE), found)
        return report_damage(found.versions)


def show(console: Console, found: History) -> None:
    """Print an article's versions: a line each, below it what became of the version before."""
    count = len(found.versions)
    withdrawn = "" if found.state == "live" else f", {found.state}"
    console.print(Text(found.title, style="bold"))
    console.print(Text(f"{found.portal}  {found.url}"))
    console.print(
        Text(
            f"{count} version{'s' if count > 1 else ''}{withdrawn}, "
            f"seen from {_local(found.first_seen)} to {_local(found.last_seen)} (+08:00)"
        )
    )
    for before, after in pairwise([None, *found.versions]):
        assert after is not None
        console.print()
        told = _told(before, after)
        console.print(Text(f"{after.number}  {_local(after.fetched)}  {after.change}", style="bold") + told)
        if before and before.content and after.content:
            for line in difference(before.content, after.content):
                console.print(Text("   ") + line, soft_wrap=not console.is_terminal)
    if found.events:
        console.print()
    for event in found.events:
        console.print(Text(f"{_local(event.at)}  {event.kind}", style="bold") + f"  {event.reason}")


def _told(before: Kept | None, after: Kept) -> str:
    if after.content is None:
        return f"  cannot be read: {after.damage}"
    if before is None:
        why = after.content.charset_reason
        return f"  {len(after.content.body)} characters, {after.charset}{why and f' ({why})'}"
    if before.content is None:
        return "  cannot be compared: the version before is damaged"
    return f"  {summary(before.content, after.content)}"


def print_text(found: History, number: int, *, as_json: bool) -> int:
    """Print title and text of one version; 1 if there is none of that number, or it is damaged."""
    wanted = next((one for one in found.versions if one.number == number), None)
    if wanted is None:
        print(f"{found.url} has no version {number}; its newest is {len(found.versions)}.", file=sys.stderr)
        return EXIT_FAILED
    if wanted.content is None:
        return report_damage([wanted])
    if as_json:
        print(json.dumps({**_head(wanted), **asdict(wanted.content)}, ensure_ascii=False))
    else:
        print(f"{wanted.content.title}\n\n{wanted.content.body}")
    return 0


def print_lines(found: History) -> None:
    """Print a JSON line a version, with what became of the version before."""
    for before, after in pairwise([None, *found.versions]):
        assert after is not None
        line: dict[str, Any] = {"portal": found.portal, "url": found.url, **_head(after)}
        if after.content is None:
            line["damage"] = after.damage
        elif before is not None and before.content is not None:
            line["fields"] = [asdict(one) for one in fields(before.content, after.content)]
            changed = paragraphs(before.content.body, after.content.body)
            line["paragraphs"] = [asdict(one) for one in changed if one.kind is not Kind.SAME]
        print(json.dumps(line, ensure_ascii=False))
    for event in found.events:
        told = {"event": event.kind, "at": event.at.isoformat(), "version": event.version}
        print(
            json.dumps(
                {"portal": found.portal, "url": found.url, **told, "reason": event.reason}, ensure_ascii=False
            )
        )


def report_damage(versions: list[Kept]) -> int:
    """Name the versions whose record is damaged; return the exit status."""
    damaged = [one for one in versions if one.damage]
    for one in damaged:
        print(f"Version {one.number} cannot be read: {one.damage}.", file=sys.stderr)
    return EXIT_FAILED if damaged else 0


def _head(one: Kept) -> dict[str, Any]:
    return {
        "version": one.number,
        "fetched": one.fetched.isoformat(),
        "change": one.change,
        "title": one.title,
    }


def _local(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
