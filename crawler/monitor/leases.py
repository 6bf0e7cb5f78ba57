"""Who visits a portal now: a row, taken in one statement, renewed while the visit goes on, that runs out.

A process that is killed leaves its lease, which ends ``LENGTH`` after the last renewal. The clocks of
machines that share a database have to agree within that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.store.models import Lease

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

LENGTH = timedelta(minutes=2)
BEAT = timedelta(seconds=20)
"""How often leases are renewed."""


def take(session: Session, name: str, holder: str, at: datetime) -> bool:
    """Take the lease ``name`` for ``holder`` unless somebody has it; return whether it was taken."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"holder": holder, "taken_at": at, "expires_at": at + LENGTH}
    statement = insert(Lease).values(name=name, **values)
    taken = statement.on_conflict_do_update(
        index_elements=[Lease.name], set_=values, where=Lease.expires_at <= at
    ).returning(Lease.holder)
    return session.execute(taken).scalar() is not None


def renew(session: Session, names: Iterable[str], holder: str, at: datetime) -> set[str]:
    """Renew what ``holder`` has of ``names``; return what it has no longer."""
    wanted = set(names)
    mine = (Lease.name.in_(sorted(wanted)), Lease.holder == holder)
    session.execute(update(Lease).where(*mine).values(expires_at=at + LENGTH))
    return wanted - set(session.scalars(select(Lease.name).where(*mine)))


def release(session: Session, name: str, holder: str) -> None:
    """Let go of the lease ``name`` if ``holder`` has it."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def holder_of(session: Session, name: str, at: datetime) -> str:
    """Return who has the lease ``name`` at ``at``, empty for nobody."""
    query = select(Lease.holder).where(Lease.name == name, Lease.expires_at > at)
    return session.scalar(query) or ""


def held(session: Session, names: Iterable[str], at: datetime) -> set[str]:
    """Return those of ``names`` that somebody has at ``at``."""
    query = select(Lease.name).where(Lease.name.in_(sorted(names)), Lease.expires_at > at)
    return set(session.scalars(query))
