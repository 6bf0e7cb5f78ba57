"""Keeps the record of a patrol in the database: that it ran, and what each portal brought."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.store import runs
from crawler.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from crawler.patrol import Outcome

_NOT_COUNTS = {"name", "portal", "finish_reason"}


class Journal:
    """The open record of one run. A run that is killed stays in the database as running.

    Raises DatabaseError if the database at ``database_url`` cannot be used, before anything is fetched.
    """

    def __init__(self, database_url: str, command: str, portals: Iterable[str]) -> None:
        self._database = open_database(database_url)
        with self._database.writing() as session:
            self._run = runs.start(session, command)
            self._rows = {name: runs.start_portal(session, self._run, name) for name in portals}

    def __enter__(self) -> Self:
        return self

    def close(self, outcomes: Iterable[Outcome]) -> None:
        """Write what became of the portals and that the run ended."""
        failed = False
        with self._database.writing() as session:
            for outcome in outcomes:
                counts = {key: value for key, value in asdict(outcome).items() if key not in _NOT_COUNTS}
                failed = failed or bool(outcome.failure)
                runs.finish_portal(session, self._rows[outcome.name], outcome.finish_reason, counts)
            runs.finish(session, self._run, failed=failed)

    def __exit__(self, *_: object) -> None:
        self._database.close()
