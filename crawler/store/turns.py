"""Taking turns: who writes articles on PostgreSQL waits for the others, as SQLite makes everybody wait.

Two batches that hold the same piece do not see each other's fingerprints and would make two stories of it;
and an article that joins a story which is pruned meanwhile would be left without one.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from crawler.store.connection import Database

_TURN = text("SELECT pg_advisory_xact_lock(hashtext('portalwatch batch ' || current_schema()))")


def take(session: Session) -> None:
    """Wait until no other process writes articles and stories, and keep them off until the commit.

    What was read before may be outdated, and rows that were locked before may be waited for: do it first.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(_TURN)


@contextmanager
def writing(database: Database) -> Iterator[Session]:
    """Yield a session as ``Database.writing`` does, in a turn of its own."""
    with database.writing() as session:
        take(session)
        yield session
