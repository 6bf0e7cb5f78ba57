"""The outbox: what is to be told to whom, written in the transaction of what caused it.

An alert is told to each target of its watch once. A changed article brings an alert of its own, which is told
as well; a reprint only raises a count, and nobody is told again. ``crawler.delivery`` sends what is due.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import insert, select

from crawler.store.due import due, sound
from crawler.store.models import Delivery, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from crawler.store.models import Alert

logger = logging.getLogger(__name__)

LONGEST_TARGET = 60
_TARGET = re.compile(rf"\w[\w.-]{{0,{LONGEST_TARGET - 1}}}")


def checked_target(name: str) -> str:
    """Return ``name``. Raises ``ValueError`` if no target can be called so, as an address cannot."""
    if not _TARGET.fullmatch(name):
        message = f"a name of a target has 1 to {LONGEST_TARGET} letters, digits, '-', '_' or '.'"
        raise ValueError(message)
    return name


def enqueue(session: Session, alerts: Iterable[Alert]) -> int:
    """Write a delivery for each of ``alerts`` (flushed: they have an id) and target; return how many."""
    alerts = list(alerts)
    watch_ids = {alert.watch_id for alert in alerts}
    query = select(Watch.id, Watch.name, Watch.targets, Watch.digest, Watch.quiet).where(
        Watch.id.in_(watch_ids)
    )
    plans = {plan.id: plan for plan in session.execute(query)} if watch_ids else {}
    rows = []
    for alert in alerts:
        plan = plans.get(alert.watch_id)
        if plan is None or not plan.targets:
            continue
        at = due(alert.created_at, *_sound(plan.name, plan.digest, plan.quiet))
        rows += [
            _row(target, alert.created_at, at, alert_id=alert.id, watch_id=alert.watch_id)
            for target in _storable(plan.targets)
        ]
    _write(session, rows)
    return len(rows)


def notify(session: Session, targets: Iterable[str], title: str, text: str, at: datetime) -> int:
    """Write a notice that is no alert (a portal failed, say), for each of ``targets``, due at ``at``.

    It is sent like an alert: once, tried again, kept when it cannot be sent. Returns how many were written.
    """
    rows = [_row(target, at, at, title=title, text=text) for target in _storable(targets)]
    _write(session, rows)
    return len(rows)


def _storable(targets: Iterable[str]) -> Iterator[str]:
    """Yield each of ``targets`` once, but what is too long for a name."""
    for name in dict.fromkeys(targets):
        if len(name) <= LONGEST_TARGET:
            yield name
        else:
            # Written by hand. It would take the article with it, and may be an address with its secrets.
            logger.error("A target of %d characters is left out: a name has %d", len(name), LONGEST_TARGET)


def _sound(name: str, digest: str, quiet: str) -> tuple[str, str]:
    found = sound(digest, quiet)
    if found != (digest, quiet):
        logger.error(
            "The watch %s has a digest %r and quiet hours %r: what is none is left out", name, digest, quiet
        )
    return found


def _row(target: str, created: datetime, next_at: datetime, **values: Any) -> dict[str, Any]:
    return {
        "target": target,
        "created_at": created,
        "next_at": next_at,
        "idempotency_key": str(uuid4()),
        **values,
    }


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(Delivery), rows)
