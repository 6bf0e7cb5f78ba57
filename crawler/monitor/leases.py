"""Who visits a portal now: a row, taken in one statement, renewed while the visit goes on, that runs out.

A process that is killed leaves its lease, which ends ``LENGTH`` after the last renewal, or when somebody asks
who can tell that the holder has ended. The clocks of machines that share a database have to agree within that
length.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.store.models import Lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

LENGTH = timedelta(minutes=2)
BEAT = timedelta(seconds=20)
"""How often leases are renewed."""


def nobody_knows(_: str) -> bool:
    """Return False: it cannot be told whether a holder has ended."""
    return False


def take(
    session: Session, name: str, holder: str, at: datetime, ended: Callable[[str], bool] = nobody_knows
) -> bool:
    """Take the lease ``name`` unless somebody has it who has not ``ended``; return whether it was taken."""
    if _take(session, name, holder, at):
        return True
    other = holder_of(session, name, at)
    if not other or not ended(other):
        return False
    release(session, name, other)
    return _take(session, name, holder, at)


def _take(session: Session, name: str, holder: str, at: datetime) -> bool:
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


def held(
    session: Session, names: Iterable[str], at: datetime, ended: Callable[[str], bool] = nobody_knows
) -> set[str]:
    """Return those of ``names`` that somebody has at ``at`` who has not ``ended``."""
    query = select(Lease.name, Lease.holder).where(Lease.name.in_(sorted(names)), Lease.expires_at > at)
    return {name for name, holder in session.execute(query) if not ended(holder)}
