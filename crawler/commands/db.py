"""``scrapy db``: the schema of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import PortalwatchCommand, WrongUse
from crawler.store import migrate
from crawler.store.database import DEFAULT_URL, connect

if TYPE_CHECKING:
    import argparse

USE = "scrapy db upgrade | current"


class Command(PortalwatchCommand):
    """The command."""

    def syntax(self) -> str:
        """Return how it is called."""
        return USE.removeprefix("scrapy db ")

    def short_desc(self) -> str:
        """Return what it does."""
        return "Bring the database to the newest schema, or say which it has"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  takes no options
        """Do what the word says."""
        assert self.settings is not None
        url = self.settings.get("PORTALWATCH_DATABASE_URL") or DEFAULT_URL
        if args == ["upgrade"]:
            before, after = migrate.upgrade(url)
            print(f"Already at schema {after}." if before == after else f"Upgraded to schema {after}.")
        elif args == ["current"]:
            print(self._current(url))
        else:
            raise WrongUse(f"Use it as: {USE}")
        return 0

    def _current(self, url: str) -> str:
        database = connect(url, create=False)
        try:
            revision = migrate.current(database)
        finally:
            database.close()
        newest = "the newest" if revision == migrate.HEAD else f"the newest is {migrate.HEAD}"
        return f"No tables yet ({newest})." if revision is None else f"Schema {revision} ({newest})."
