"""Keeps the record of a patrol in the database: that it ran, what each portal brought, how each is."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.store import runs
from crawler.store.database import DatabaseError, open_database
from crawler.store.patience import SECONDS, patiently
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from crawler.keeper import Keeper
    from crawler.patrol import Outcome

logger = logging.getLogger(__name__)

_NOT_COUNTS = {"name", "portal", "finish_reason", "measures"}


class Journal:
    """The open record of one run. A run that is killed stays in the database as running.

    A ``keeper`` judges how the portals are. A database that is away for a while is waited for, ``patience``
    seconds at most.

    Raises DatabaseError if the database at ``database_url`` cannot be used, before anything is fetched.
    """

    def __init__(
        self,
        database_url: str,
        command: str,
        portals: Iterable[str],
        keeper: Keeper | None = None,
        patience: float = SECONDS,
    ) -> None:
        self._keeper = keeper
        self._patience = patience
        self._database = open_database(database_url)
        with self._database.writing() as session:
            self._run = runs.start(session, command)
            self._rows = {name: runs.start_portal(session, self._run, name) for name in portals}

    def __enter__(self) -> Self:
        return self

    def close(self, outcomes: Sequence[Outcome]) -> bool:
        """Write what became of the portals and that the run ended; return whether that was kept.

        What kept it from being kept is an error in the log; the visits are taken for killed ones then, and
        the next ones look further down the lists.
        """
        try:
            patiently(lambda: self._close(outcomes), seconds=self._patience)
        except DatabaseError as error:
            logger.error("What this run did is not kept: %s", error)  # noqa: TRY400  one line
            return False
        return True

    def _close(self, outcomes: Sequence[Outcome]) -> None:
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
