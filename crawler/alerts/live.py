"""The watches of a database as they are now, ready for matching: a change of rules needs no restart."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from crawler.alerts.matching import Matcher
from crawler.store.models import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from crawler.query.errors import QueryError
    from crawler.store.database import Database

logger = logging.getLogger(__name__)

FRESH = 2.0
"""Seconds for which the watches are taken to be the same without a look."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The matcher of all watches and their ids by name."""

    matcher: Matcher
    ids: dict[str, int]


class LiveRules:
    """The rules of one database, shared by all crawlers of a process; used from one thread at a time."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._looked = float("-inf")
        self._state: tuple[object, ...] = ()
        self._rules = Rules(Matcher({}), {})

    def now(self, session: Session) -> Rules:
        """Return the rules; they are read again if a watch was added, changed or removed."""
        time = self._clock()
        if time - self._looked >= FRESH:
            state = tuple(
                session.execute(
                    select(func.count(Watch.id), func.max(Watch.id), func.max(Watch.changed_at))
                ).one()
            )
            if state != self._state:
                rows = session.execute(select(Watch.name, Watch.query, Watch.id).order_by(Watch.name)).all()
                matcher = Matcher({name: query for name, query, _ in rows}, refused=_left_out)
                self._rules = Rules(matcher, {name: watch_id for name, _, watch_id in rows})
                self._state = state
            self._looked = time
        return self._rules


def _left_out(name: str, error: QueryError) -> None:
    # Written by another version or by hand; it must not stop what the other watches are told.
    logger.error("The watch %s is left out, its query cannot be read: %s", name, error)


_live: WeakKeyDictionary[Database, LiveRules] = WeakKeyDictionary()


def rules_of(database: Database) -> LiveRules:
    """Return the live rules of ``database``, the same ones for everybody who has it open."""
    return _live.setdefault(database, LiveRules())
