"""``scrapy story``: who is in the story of an article, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.page.address import typed_address
from crawler.store.comparison import Relation
from crawler.store.database import open_database
from crawler.store.story_report import report
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crawler.store.comparison import Comparison
    from crawler.store.story_report import Report, Seen

SHOWN = 40  # characters of a passage
PAIRS = 3  # so many differences of each kind are printed
WIDE = 160  # columns where the output is no terminal


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "URL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Say who is in the story of an article and why, and who was near and why not"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  takes no options
        """Print the story of a stored article."""
        if len(args) != 1:
            raise WrongUse("Say which article: scrapy story URL.")
        assert self.settings is not None
        database = open_database(self.settings["PORTALWATCH_DATABASE_URL"])
        try:
            with database.reading() as session:
                found = report(session, typed_address(args[0]))
        finally:
            database.close()
        if found is None:
            raise WrongUse(f"No article is stored under {args[0]}.")
        console = Console()
        show(console if console.is_terminal else Console(width=WIDE), found)
        return 0


def show(console: Console, found: Report) -> None:
    """Print a story; texts of pages are never read as markup."""
    first, *reprints = found.members
    console.print(Text(first.title, style="bold"))
    console.print(f"story {found.story_id}: {len(reprints)} reprints, {len(found.parts)} parts")
    _print(console, "First source", [first])
    _print(console, "Reprints, compared with the first source", reprints)
    _print(console, "Parts: they share a passage with it", found.parts)
    _print(console, "Near, and other pieces", found.near)
    if found.events:
        console.print("\nWhat happened")
    for event in found.events:
        moment = f"{event.at.astimezone(LOCAL):%Y-%m-%d %H:%M}"
        what = "went into" if event.kind == "merge" else "was left for"
        line = f"  {moment}  story {event.story_id} {what} {event.other_id}: {event.reason} ({event.url})"
        console.print(Text(line))


def _print(console: Console, heading: str, rows: Sequence[Seen]) -> None:
    if not rows:
        return
    console.print(f"\n{heading}")
    for one in rows:
        moment = one.published or one.first_seen
        seen = "" if one.published else " (first seen)"
        where = f"{one.portal}, {one.source}" if one.source else one.portal
        console.print(Text(f"  {moment.astimezone(LOCAL):%Y-%m-%d %H:%M}{seen}  {where}  {one.title}"))
        console.print(Text(f"    {one.url}"))
        for line in [] if one.verdict is None else reasons(one.verdict):
            console.print(Text(f"    {line}"))


def reasons(verdict: Comparison) -> list[str]:
    """Return why two texts are what they are to each other, a sentence a line."""
    shares = (
        f"{verdict.cover_shorter:.0%} of the shorter text and {verdict.cover_longer:.0%} of the longer one"
    )
    lines = [f"{verdict.relation.value}: {shares} are in both"]
    told = set(verdict.facts)
    lines += [f"another fact: {_pair(pair)}" for pair in verdict.facts[:PAIRS]]
    lines += [f"changed: {_pair(pair)}" for pair in verdict.changed if pair not in told][:PAIRS]
    lines += [f"in each other's place: {_pair(pair)}" for pair in verdict.unlike[:PAIRS]]
    if verdict.relation is Relation.DIFFERENT and len(lines) == 1:
        lines.append("too little is in both")
    equivalents = dict.fromkeys(verdict.equivalents)
    lines += [f"says the same: {_pair(pair, ' = ')}" for pair in list(equivalents)[:PAIRS]]
    if len(equivalents) > PAIRS:
        lines.append(f"… and {len(equivalents) - PAIRS} more that say the same")
    return lines


def _pair(pair: tuple[str, str], sign: str = " ≠ ") -> str:
    return sign.join(_short(one) or "nothing" for one in pair)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
