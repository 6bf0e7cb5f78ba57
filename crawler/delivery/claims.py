"""Who sends what: a message is taken under a lease, and what became of it is written down.

Messages are taken one after the other (SQLite: the write lock; PostgreSQL: an advisory lock of the
transaction), so that two senders never share the rows of a digest. A sender that dies leaves its lease, which
runs out; the message is then sent again under the same key, as nobody knows whether it arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select, text, update

from crawler.store.due import awake, sound
from crawler.store.models import Delivery, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.delivery.pace import Pace
    from crawler.store.database import Database

PENDING, SENT, DEAD = "pending", "sent", "dead"
WINDOW = timedelta(hours=1)
"""In which the alerts of a burst are counted."""
LONGEST_ERROR = 500
_LOCK = 0x706F7274616C  # "portal"; any number that nobody else takes


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this sender may send: the rows ``ids`` under the ``key`` that never changes.

    ``form`` is alert, hourly, daily, burst or notice (then ``title`` and ``text`` are it); ``listed`` is how
    many of the alerts the message is to tell of, the others are counted.
    """

    key: str
    form: str
    target: str
    ids: tuple[int, ...]
    attempts: int
    lease: str
    listed: int
    title: str = ""
    text: str = ""


def due_targets(database: Database, at: datetime) -> list[str]:
    """Return the names of the targets for which something is due."""
    with database.reading() as session:
        return list(
            session.scalars(select(Delivery.target).where(_free(at)).distinct().order_by(Delivery.target))
        )


def claim(database: Database, target: str, at: datetime, pace: Pace) -> Claim | None:
    """Take the message for ``target`` that waits longest, ``None`` if there is none due.

    Counts an attempt; one that was taken ``pace.attempts`` times and never marked is dead.
    """
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        while (row := _first(session, target, at)) is not None:
            watch = session.get(Watch, row.watch_id) if row.watch_id else None
            rows = _together(session, row, watch, at)
            if watch is not None and (end := awake(at, sound("", watch.quiet)[1])) > at:
                _postpone(session, _of(watch.id, target), end)
            elif row.attempts >= pace.attempts:
                _bury(rows, "the sender stopped while it was sending, each time")
            elif row.batch or row.attempts or watch is None:
                return _take(rows, watch, at, pace)
            elif group := _group(session, rows, watch, at):
                return _take(group, watch, at, pace)
            session.flush()
        return None


def finish(database: Database, claim: Claim, at: datetime, note: str = "") -> bool:
    """Mark ``claim`` as sent; ``note`` is kept. False if its lease was lost to another sender."""
    return _mark(database, claim, state=SENT, sent_at=at, last_error=note[:LONGEST_ERROR])


def fail(database: Database, claim: Claim, reason: str, again_at: datetime | None) -> bool:
    """Note why ``claim`` was not sent and when it is tried again; without ``again_at`` it is dead."""
    error = reason[:LONGEST_ERROR]
    if again_at is None:
        return _mark(database, claim, state=DEAD, last_error=error)
    return _mark(database, claim, next_at=again_at, last_error=error)


def rest(database: Database, target: str, until: datetime) -> None:
    """Let everything that waits for ``target`` wait until then."""
    with database.writing() as session:
        _postpone(session, and_(Delivery.target == target, Delivery.lease.is_(None)), until)


def dead(session: Session) -> list[list[Delivery]]:
    """Return what was given up, the oldest first: the rows of each message."""
    messages: dict[str, list[Delivery]] = {}
    for row in session.scalars(select(Delivery).where(Delivery.state == DEAD).order_by(Delivery.id)):
        messages.setdefault(row.batch or row.idempotency_key, []).append(row)
    return list(messages.values())


def revive(session: Session, at: datetime, number: int | None = None) -> int:
    """Let the dead delivery ``number`` (all without) be tried anew at ``at``; return how many rows.

    The rows of its message come along, and the key stays.
    """
    chosen: ColumnElement[bool] = Delivery.state == DEAD
    if number is not None:
        row = session.get(Delivery, number) if number < 2**31 else None
        if row is None:
            return 0
        chosen = and_(chosen, Delivery.batch == row.batch if row.batch else Delivery.id == number)
    rows = list(session.scalars(select(Delivery).where(chosen)))
    for row in rows:
        row.state, row.attempts, row.next_at = PENDING, 0, at
        row.batch = row.batch or row.idempotency_key  # else it might join another message, under its key
    return len(rows)


def _free(at: datetime) -> ColumnElement[bool]:
    return and_(
        Delivery.state == PENDING,
        Delivery.next_at <= at,
        or_(Delivery.lease.is_(None), Delivery.leased_until <= at),
    )


def _of(watch_id: int, target: str) -> ColumnElement[bool]:
    return and_(Delivery.watch_id == watch_id, Delivery.target == target)


def _first(session: Session, target: str, at: datetime) -> Delivery | None:
    query = select(Delivery).where(Delivery.target == target, _free(at))
    return session.scalar(query.order_by(Delivery.next_at, Delivery.id).limit(1))


def _together(session: Session, row: Delivery, watch: Watch | None, at: datetime) -> list[Delivery]:
    """Return the rows of the message that ``row`` is of, or of which it may become one."""
    if row.batch:
        query = select(Delivery).where(Delivery.batch == row.batch, Delivery.state == PENDING)
    elif row.attempts or watch is None or not (_digest(watch) or watch.burst):
        return [row]
    else:
        query = select(Delivery).where(
            _of(watch.id, row.target), _free(at), Delivery.batch.is_(None), Delivery.attempts == 0
        )
    return list(session.scalars(query.order_by(Delivery.id)))


def _group(session: Session, rows: list[Delivery], watch: Watch, at: datetime) -> list[Delivery]:
    """Return the rows of the next message: one, or all as a digest or a burst; none if they have to wait."""
    if not _digest(watch):
        if watch.burst <= 0:
            return rows[:1]
        recent = _recent(session, watch.id, rows[0].target, at)
        # One that was given up and is tried anew is a batch of itself.
        if bursts := [row for row in recent if row.batch not in {None, row.idempotency_key}]:
            over = max((row.sent_at or at) for row in bursts) + WINDOW
            _postpone(session, Delivery.id.in_([row.id for row in rows]), over)
            return []
        if len(recent) + len(rows) <= watch.burst:
            return rows[:1]
    batch = str(uuid4())
    for row in rows:
        row.batch = batch
    return rows


def _recent(session: Session, watch_id: int, target: str, at: datetime) -> Sequence[Delivery]:
    """Return what went out within the hour, or is on its way: taken by a sender, or to be tried again."""
    pending = and_(Delivery.state == PENDING, or_(Delivery.attempts > 0, Delivery.leased_until > at))
    query = select(Delivery).where(_of(watch_id, target), or_(Delivery.sent_at > at - WINDOW, pending))
    return session.scalars(query).all()


def _take(rows: list[Delivery], watch: Watch | None, at: datetime, pace: Pace) -> Claim:
    first, lease = rows[0], str(uuid4())
    attempts = max(row.attempts for row in rows) + 1
    for row in rows:
        row.attempts, row.lease, row.leased_until = attempts, lease, at + pace.lease
    if watch is None:
        form, listed = "notice", 0
    elif first.batch in {None, first.idempotency_key}:
        form, listed = "alert", 1
    elif _digest(watch) or watch.burst <= 0:
        form, listed = _digest(watch) or "burst", pace.listed
    else:
        form, listed = "burst", watch.burst
    return Claim(
        key=first.batch or first.idempotency_key,
        form=form,
        target=first.target,
        ids=tuple(row.id for row in rows),
        attempts=attempts,
        lease=lease,
        listed=listed,
        title=first.title,
        text=first.text,
    )


def _digest(watch: Watch) -> str:
    return sound(watch.digest, "")[0]


def _bury(rows: list[Delivery], reason: str) -> None:
    for row in rows:
        row.state, row.last_error, row.lease = DEAD, reason, None


def _postpone(session: Session, which: ColumnElement[bool], until: datetime) -> None:
    session.execute(
        update(Delivery)
        .where(which, Delivery.state == PENDING, Delivery.next_at < until)
        .values(next_at=until)
    )


def _mark(database: Database, claim: Claim, **values: object) -> bool:
    with database.writing() as session:
        done = session.execute(
            update(Delivery)
            .where(Delivery.id.in_(claim.ids), Delivery.lease == claim.lease)
            .values(lease=None, leased_until=None, **values)
        )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE has a count of rows
