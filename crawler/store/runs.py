"""The record of runs: one row a start of a command, one row a portal in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store.models import Run, RunPortal
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

LOOKED_AT = 100
"""So many visits are looked through for one that ended well."""


def start(session: Session, command: str, *, at: datetime | None = None) -> int:
    """Note that ``command`` started; return the run's id."""
    run = Run(command=command, started_at=at or now(), status="running")
    session.add(run)
    session.flush()
    return run.id


def finish(session: Session, run_id: int, *, failed: bool = False, at: datetime | None = None) -> None:
    """Note that the run ended. Raises ``LookupError`` for an unknown run."""
    run = session.get(Run, run_id)
    if run is None:
        message = f"no run {run_id}"
        raise LookupError(message)
    run.finished_at = at or now()
    run.status = "failed" if failed else "finished"


def start_portal(session: Session, run_id: int, portal: str, *, at: datetime | None = None) -> int:
    """Note that the run began with ``portal``; return the id of the row."""
    row = RunPortal(run_id=run_id, portal=portal, started_at=at or now(), counts={})
    session.add(row)
    session.flush()
    return row.id


def finish_portal(
    session: Session, row_id: int, reason: str, counts: Mapping[str, int], *, at: datetime | None = None
) -> None:
    """Note why the portal's spider closed and what it counted (``pages``, ``new``, ``errors`` …).

    Raises ``LookupError`` for an unknown row.
    """
    row = session.get(RunPortal, row_id)
    if row is None:
        message = f"no row {row_id} of a run"
        raise LookupError(message)
    row.finished_at = at or now()
    row.reason = reason
    row.counts = dict(counts)


def recent(session: Session, portal: str, limit: int = 20) -> list[RunPortal]:
    """Return the newest ended rows of ``portal``, newest first."""
    query = select(RunPortal).where(RunPortal.portal == portal, RunPortal.finished_at.is_not(None))
    return list(
        session.scalars(query.order_by(RunPortal.started_at.desc(), RunPortal.id.desc()).limit(limit))
    )


def interrupted_since(session: Session, portal: str) -> datetime | None:
    """Return when the first visit to ``portal`` began of those that came to no good end since one did.

    A visit that was killed or stopped, or whose articles the database did not take, may have stored what
    stands before others in a list and not those. ``None`` if the last visit ended well.
    """
    query = (
        select(RunPortal.started_at, RunPortal.finished_at, RunPortal.reason, RunPortal.counts)
        .where(RunPortal.portal == portal)
        .order_by(RunPortal.started_at.desc(), RunPortal.id.desc())
        .limit(LOOKED_AT)
    )
    since = None
    for started, finished, reason, counts in session.execute(query):
        if finished is not None and reason == "finished" and not counts.get("not_stored"):
            break
        since = started
    return since
