"""What robots.txt said, kept for a day (RFC 9309, 2.4), and for as long as a server cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from crawler.store.models import Robots

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

FRESH = timedelta(hours=24)
GIVEN_UP = timedelta(days=30)
"""After so long without an answer there is taken to be no robots.txt (RFC 9309, 2.3.1.4)."""


@dataclass(frozen=True, slots=True)
class Said:
    """The last answer of a host, None where there was none yet, and since when it gives none."""

    body: bytes | None = None
    fetched: datetime | None = None
    unreachable: datetime | None = None

    def is_fresh(self, at: datetime) -> bool:
        """Return whether it need not be asked for at ``at`` (aware)."""
        return self.fetched is not None and timedelta(0) <= at - self.fetched < FRESH

    def in_force(self, at: datetime) -> bytes | None:
        """Return the rules that hold while the server cannot be reached; None if nothing may be fetched."""
        if self.body is not None:
            return self.body
        return b"" if self.unreachable is not None and at - self.unreachable >= GIVEN_UP else None


def said(session: Session, origin: str) -> Said:
    """Return what is known of the robots.txt of ``origin``."""
    row = session.get(Robots, origin)
    return Said() if row is None else Said(row.body, row.fetched_at, row.unreachable_since)


def keep(session: Session, origin: str, status: int, body: bytes, at: datetime) -> None:
    """Keep an answer; ``body`` is empty where it forbids nothing."""
    values = {"status": status, "body": body, "fetched_at": at, "unreachable_since": None}
    insert = _insert(session)(Robots).values(origin=origin, **values)
    session.execute(insert.on_conflict_do_update(index_elements=[Robots.origin], set_=values))


def unreachable(session: Session, origin: str, at: datetime) -> None:
    """Note that the server gave no answer at ``at``; the first time counts."""
    insert = _insert(session)(Robots).values(origin=origin, unreachable_since=at)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[Robots.origin],
            set_={"unreachable_since": at},
            where=Robots.unreachable_since.is_(None),
        )
    )


def _insert(session: Session) -> type[sqlite.Insert | postgresql.Insert]:
    return sqlite.Insert if session.get_bind().dialect.name == "sqlite" else postgresql.Insert
