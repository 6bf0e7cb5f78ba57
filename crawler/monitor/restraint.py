"""How long a portal is left alone, and what it may cost a day, in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.monitor.hours import day
from crawler.store.models import PortalState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ASKED = "retry-after"
"""Why a portal waits that asked for it."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
DIGITS = 10
FIRST = timedelta(minutes=5)
"""How long a portal waits that says 429 and not how long; each further time twice as long."""


def asked_wait(header: str, times: int, at: datetime) -> timedelta:
    """Return how long a server asks to wait by its ``Retry-After``, seconds or a date; within a day.

    Without a header that can be read it is ``FIRST``, doubled for each of ``times`` before in a row.
    """
    wait: timedelta = FIRST * 2 ** min(times, 16)
    text = header.strip()
    if text.isascii() and text.isdigit():
        # Python refuses to read numbers of thousands of digits.
        wait = min(timedelta(seconds=int(text)), LONGEST) if len(text) < DIGITS else LONGEST
    elif text:
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            pass  # it says nothing that can be read: as without
        else:
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - at
    return min(max(wait, SHORTEST), LONGEST)


def state(session: Session, portal: str) -> PortalState:
    """Return the state of ``portal``, a new row if there is none."""
    row = session.get(PortalState, portal)
    if row is None:
        row = PortalState(
            portal=portal, wait_reason="", backoff=0, bad_runs=0, alarm=[], spent=0, spent_on=""
        )
        session.add(row)
    return row


def spent(session: Session, portal: str, at: datetime) -> int:
    """Return how many requests were sent to ``portal`` on the day (+08:00) of ``at``."""
    row = session.get(PortalState, portal)
    return row.spent if row is not None and row.spent_on == day(at) else 0


def spend(session: Session, portal: str, requests: int, at: datetime) -> None:
    """Count ``requests`` sent to ``portal``."""
    row = state(session, portal)
    row.spent = (row.spent if row.spent_on == day(at) else 0) + requests
    row.spent_on = day(at)
    row.last_visit_at = at


def wait(session: Session, portal: str, until: datetime, reason: str) -> None:
    """Leave ``portal`` alone until then; a longer wait that is set already stays."""
    row = state(session, portal)
    if row.wait_until is None or row.wait_until < until:
        row.wait_until, row.wait_reason = until, reason


def times_asked(session: Session, portal: str) -> int:
    """Return how often in a row ``portal`` asked to wait."""
    row = session.get(PortalState, portal)
    return row.backoff if row is not None and row.wait_reason == ASKED else 0


def answered(session: Session, portal: str) -> None:
    """Note that ``portal`` does not ask to wait any more."""
    row = session.get(PortalState, portal)
    if row is not None and row.wait_reason == ASKED:
        row.wait_until, row.wait_reason, row.backoff = None, "", 0


def waits(session: Session, portal: str, at: datetime) -> tuple[datetime, str] | None:
    """Return until when ``portal`` is left alone at ``at``, and why."""
    row = session.get(PortalState, portal)
    if row is None or row.wait_until is None or row.wait_until <= at:
        return None
    return row.wait_until, row.wait_reason
