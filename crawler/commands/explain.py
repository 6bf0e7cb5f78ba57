"""``scrapy explain``: why a stored article is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.cli import PortalwatchCommand, WrongUse, visible
from crawler.page.address import typed_address
from crawler.store.database import open_database
from crawler.store.lookup import newest_version

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from crawler.store.models import Version

SHOWN = 60  # characters of a dropped block


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return "URL"

    def short_desc(self) -> str:
        """Return what it does."""
        return "Say why a stored article is as it is: repairs, dropped blocks, origins of fields"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  takes no options
        """Print the explanation of the article's newest version."""
        if len(args) != 1:
            raise WrongUse("Say which article: scrapy explain URL.")
        assert self.settings is not None
        database = open_database(self.settings["PORTALWATCH_DATABASE_URL"])
        try:
            with database.reading() as session:
                version = newest_version(session, typed_address(args[0]))
                if version is None:
                    raise WrongUse(f"No article is stored under {args[0]}.")
                show(Console(), version)
        finally:
            database.close()
        return 0


def show(console: Console, version: Version) -> None:
    """Print what is known of how ``version`` came to be."""
    console.print(Text(version.title, style="bold"))
    console.print(
        f"version {version.number} ({version.change}), fetched {version.fetched_at.isoformat()}", markup=False
    )
    console.print(f"charset {version.charset}: {version.charset_reason}", markup=False, highlight=False)
    for flag in version.flags:
        console.print(f"lost: {flag}", markup=False)
    print_table(console, "Repairs", ("step", "count", "before", "after"), version.repairs)
    dropped = [{**drop, "text": drop["block"]["text"][:SHOWN]} for drop in version.dropped]
    print_table(console, "Dropped blocks", ("pipeline", "rule", "text"), dropped)
    origins = [{"field": field, "came from": origin} for field, origin in sorted(version.origins.items())]
    print_table(console, "Fields", ("field", "came from"), origins)


def print_table(
    console: Console, title: str, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]
) -> None:
    """Print ``rows`` as a table, nothing if there are none; page text is never read as markup."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(visible(str(row.get(column, "")))) for column in columns))
    if table.row_count:
        console.print(table)
