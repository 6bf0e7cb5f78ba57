"""``scrapy articles``: find stored articles."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.query import moments
from crawler.query.errors import QueryError
from crawler.query.search import Search, parse_search
from crawler.query.syntax import renamed
from crawler.roster import portal_names, portal_regions, portal_sites
from crawler.store import finding
from crawler.store.database import DEFAULT_URL, open_database
from crawler.store.models import Portal
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings
    from sqlalchemy.orm import Session

    from crawler.query.evaluate import Span
    from crawler.store.finding import Found

SHOWN = 50
"""So many rows of a table, unless ``--limit`` says otherwise."""
WIDE = 160
"""Columns of a table that does not go to a terminal."""


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] [QUERY...]"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Find stored articles by words and more; without any, list the newest"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--portal", metavar="NAME", help="only this portal's, as portal:NAME")
        parser.add_argument("--since", metavar="WHEN", help="as since:WHEN; 12h, 7d, 2w, 6m, 2026-05-01")
        parser.add_argument("--sort", choices=("best", "newest"), help="best first (as with words) or newest")
        parser.add_argument(
            "--limit", type=int, metavar="N", help=f"at most so many (table: {SHOWN}; 0: all)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON lines")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Print the articles that the query finds."""
        assert self.settings is not None
        limit = SHOWN if opts.limit is None and not opts.json else opts.limit or None
        if limit is not None and limit < 0:
            raise WrongUse(f"--limit is a number from 0 up, not {limit}.")
        now = datetime.now(UTC)
        wanted = known_portals(search_of(args, opts.portal, opts.since, now), self.settings)
        database = open_database(self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL)
        try:
            with database.reading() as session:
                if opts.portal is not None:
                    self._check_portal(session, opts.portal)
                asked = None if limit is None else limit + 1
                places = portal_regions(self.settings)
                if asked is None or opts.sort == "newest":
                    found = finding.each(session, wanted, limit=asked, places=places)
                else:
                    ranked = finding.best(session, wanted, limit=asked, now=now, places=places)
                    found = (one for one in ranked)
                with closing(found):
                    if opts.json:
                        print_lines(found, limit)
                    else:
                        show(list(found), limit)
        finally:
            database.close()
        return 0

    def _check_portal(self, session: Session, name: str) -> None:
        assert self.settings is not None
        # A portal whose spider was removed keeps its articles.
        known = {*session.scalars(select(Portal.name)), *portal_names(self.settings)}
        if name not in known:
            raise WrongUse(f"There is no portal named {name!r}. There are: {', '.join(sorted(known))}.")


def known_portals(wanted: Search, settings: BaseSettings) -> Search:
    """Return ``wanted`` with the names of spiders where it calls portals by their own."""
    if wanted.query is None:
        return wanted
    return replace(wanted, query=renamed(wanted.query, portal_sites(settings)))


def search_of(words: Iterable[str], portal: str | None, since: str | None, now: datetime) -> Search:
    """Return the search of a command line. Raises ``WrongUse``."""
    text = " ".join([*words, *([f'portal:"{portal}"'] if portal is not None else [])])
    try:
        wanted = parse_search(text, now)
        if since is None:
            return wanted
        return Search(wanted.query, moments.since(since, now), wanted.until)
    except QueryError as error:
        raise WrongUse(f"The query cannot be read, {error}.\n{error.pointed()}") from error
    except moments.MomentError as error:
        raise WrongUse(f"--since: {error}.") from error


def print_lines(found: Iterable[Found], limit: int | None) -> None:
    """Print articles as JSON lines, at most ``limit``."""
    for number, one in enumerate(found):
        if number == limit:
            return
        print(json.dumps(as_json(one), ensure_ascii=False))


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
        "state": one.state,
        "excerpts": [excerpt.text for excerpt in one.excerpts],
    }


def show(found: list[Found], limit: int | None) -> None:
    """Print a table of ``found``, of which one more than ``limit`` may be there."""
    if not found:
        print("No articles.", file=sys.stderr)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("published", "portal", "title", "source", "address"):
        table.add_column(heading, no_wrap=heading in {"published", "portal"}, overflow="fold")
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    for one in found[:limit]:
        title = titled(one, signs=not console.is_terminal)
        table.add_row(published(one), Text(one.portal), title, Text(one.source or ""), Text(one.url))
    console.print(table)
    if limit is not None and len(found) > limit:
        print(f"These are the first {limit}; --limit 0 shows all.", file=sys.stderr)


def titled(one: Found, *, signs: bool = False) -> Text:
    """Return the title of an article, below it the passages that were looked for, what was found in bold.

    With ``signs`` asterisks stand around it as well, for output that shows no bold.
    """
    lines = [highlighted(one.title, one.title_hits, signs=signs)]
    lines += [
        highlighted(excerpt.text, excerpt.hits, "dim", signs=signs)
        for excerpt in one.excerpts
        if excerpt.hits
    ]
    return Text("\n").join(lines)


def highlighted(text: str, hits: Iterable[Span], style: str = "", *, signs: bool = False) -> Text:
    """Return ``text`` with its ``hits`` in bold, and between asterisks with ``signs``."""
    made = Text(style=style)
    at = 0
    sign = "**" if signs else ""
    for begin, end in hits:
        made.append(text[at:begin])
        made.append(f"{sign}{text[begin:end]}{sign}", "bold not dim")
        at = end
    return made.append(text[at:])


def published(one: Found) -> str:
    """Return when an article was published, at +08:00, as exactly as its page said."""
    if one.published is None:
        return ""
    exact = one.published_precision in {"minute", "second"}
    return one.published.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M" if exact else "%Y-%m-%d")
