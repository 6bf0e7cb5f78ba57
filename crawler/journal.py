"""Keeps the record of a patrol in the database: that it ran, what each portal brought, how each is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.store import runs
from crawler.store.database import open_database
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from crawler.keeper import Keeper
    from crawler.patrol import Outcome

_NOT_COUNTS = {"name", "portal", "finish_reason", "measures"}


class Journal:
    """The open record of one run. A run that is killed stays in the database as running.

    A ``keeper`` judges how the portals are.

    Raises DatabaseError if the database at ``database_url`` cannot be used, before anything is fetched.
    """

    def __init__(
        self, database_url: str, command: str, portals: Iterable[str], keeper: Keeper | None = None
    ) -> None:
        self._keeper = keeper
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
                row, at = self._rows[outcome.name], now()
                runs.finish_portal(session, row, outcome.finish_reason, counts, at=at)
                if self._keeper is not None:
                    self._keeper.note(session, row, outcome, at)
            runs.finish(session, self._run, failed=failed)

    def __exit__(self, *_: object) -> None:
        self._database.close()
