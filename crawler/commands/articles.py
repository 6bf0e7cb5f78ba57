"""``scrapy articles``: find stored articles."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.roster import portal_names
from crawler.store import search
from crawler.store.database import DEFAULT_URL, open_database
from crawler.store.models import Portal
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    import argparse

    from sqlalchemy.orm import Session

    from crawler.store.search import Found

SHOWN = 50
"""So many rows of a table, unless ``--limit`` says otherwise."""
WIDE = 160
"""Columns of a table that does not go to a terminal."""

_SPAN = re.compile(r"(\d{1,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] [WORDS...]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "List stored articles, all or those with certain words, the newest first"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--portal", metavar="NAME", help="only this portal's")
        parser.add_argument(
            "--since", metavar="WHEN", help="published since: 12h, 7d, 2w, or a date such as 2026-05-01"
        )
        parser.add_argument(
            "--limit", type=int, metavar="N", help=f"at most so many (table: {SHOWN}; 0: all)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON lines")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print the articles that hold all words, and none of those with a leading ``-``."""
        assert self.settings is not None
        limit = SHOWN if opts.limit is None and not opts.json else opts.limit or None
        if limit is not None and limit < 0:
            raise WrongUse(f"--limit is a number from 0 up, not {limit}.")
        wanted = search.Wanted(
            words=[word for word in args if not word.startswith("-")],
            without=[word[1:] for word in args if word.startswith("-")],
            portal=opts.portal,
            since=None if opts.since is None else parse_since(opts.since, datetime.now(UTC)),
        )
        for word in (*wanted.words, *wanted.without):
            if not any(character.isalnum() for character in word):
                raise WrongUse(f"{word!r} has no letter and no digit to look for.")
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            with database.reading() as session:
                if opts.portal is not None:
                    self._check_portal(session, opts.portal)
                found = search.find(session, wanted, limit=None if limit is None else limit + 1)
        finally:
            database.close()
        if opts.json:
            for one in found[:limit]:
                print(json.dumps(as_json(one), ensure_ascii=False))
        else:
            show(found, limit)
        return 0

    def _check_portal(self, session: Session, name: str) -> None:
        assert self.settings is not None
        # A portal whose spider was removed keeps its articles.
        known = {*session.scalars(select(Portal.name)), *portal_names(self.settings)}
        if name not in known:
            raise WrongUse(f"There is no portal named {name!r}. There are: {', '.join(sorted(known))}.")


def parse_since(text: str, now: datetime) -> datetime:
    """Return the moment that ``text`` names: a span before ``now`` (12h, 7d, 2w) or a date, at +08:00.

    Raises ``WrongUse``.
    """
    if span := _SPAN.fullmatch(text.strip()):
        return now - timedelta(hours=int(span[1]) * _HOURS[span[2]])
    try:
        day = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUse(f"--since is 12h, 7d, 2w or a date such as {now:%Y-%m-%d}, not {text!r}.") from None
    return (day if day.tzinfo else day.replace(tzinfo=LOCAL)).astimezone(UTC)


def as_json(one: Found) -> dict[str, object]:
    """Return an article as it is printed in a JSON line; times are ISO 8601 in UTC."""
    return {
        "portal": one.portal,
        "url": one.url,
        "title": one.title,
        "source": one.source,
        "published": None if one.published is None else one.published.isoformat(),
        "published_precision": one.published_precision,
        "first_seen": one.first_seen.isoformat(),
        "versions": one.versions,
    }


def show(found: list[Found], limit: int | None) -> None:
    """Print a table of ``found``, of which one more than ``limit`` may be there."""
    if not found:
        print("No articles.", file=sys.stderr)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("published", "portal", "title", "source", "address"):
        table.add_column(heading, no_wrap=heading in {"published", "portal"}, overflow="fold")
    for one in found[:limit]:
        table.add_row(
            *(Text(cell) for cell in (published(one), one.portal, one.title, one.source or "", one.url))
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    console.print(table)
    if limit is not None and len(found) > limit:
        print(f"These are the newest {limit}; --limit 0 shows all.", file=sys.stderr)


def published(one: Found) -> str:
    """Return when an article was published, at +08:00, as exactly as its page said."""
    if one.published is None:
        return ""
    exact = one.published_precision in {"minute", "second"}
    return one.published.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M" if exact else "%Y-%m-%d")
