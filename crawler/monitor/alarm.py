"""What a verdict leads to: an alarm after some bad runs, once, its end, and longer waits. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.monitor.verdict import State

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.monitor.verdict import Verdict

BAD_RUNS = 3
BLOCKED_WAIT, FAILING_WAIT = timedelta(hours=1), timedelta(minutes=30)
LONGEST_WAIT = timedelta(days=1)
_OURS = frozenset({State.BLOCKED.value, State.FAILING.value})


class Notice(StrEnum):
    """What people are told."""

    ALARM = "alarm"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a portal stands: the columns of ``crawler.store.models.PortalState`` that verdicts change."""

    bad_runs: int = 0
    alarm_at: datetime | None = None
    alarm: tuple[str, ...] = ()
    wait_until: datetime | None = None
    wait_reason: str = ""
    backoff: int = 0
    blocked_since: datetime | None = None
    last_good_at: datetime | None = None


def after(
    standing: Standing, verdict: Verdict, at: datetime, *, bad_runs: int = BAD_RUNS, unread: bool = False
) -> tuple[Standing, Notice | None]:
    """Return how a portal stands after a run that ended at ``at``, and what is to be told.

    A challenge makes it wait at once, a failure from the second run on that fails, each time twice as long,
    a day at most; so it is tried more rarely and never dropped. Waits of other origin are left alone. A good
    run ends nothing while a section is ``unread``, which failed the last time and was not asked for now.
    """
    if not verdict.evidence:
        return standing, None
    if unread and verdict.state is State.OK:
        return _unblocked(standing), None
    if verdict.state is State.OK:
        return _well(standing, at), Notice.RECOVERED if standing.alarm_at else None
    bad = standing.bad_runs + 1
    counted = replace(standing, bad_runs=bad)
    # A section that fails waits by itself; the others are visited when they are due.
    made = replace(_unblocked(counted), blocked_since=None) if verdict.partly else None
    made = made or _waiting(counted, verdict.state, at)
    if bad < bad_runs or standing.alarm_at is not None:
        return made, None
    return replace(made, alarm_at=at, alarm=(verdict.state.value, *verdict.reasons)), Notice.ALARM


def wait(state: State, backoff: int) -> timedelta:
    """Return how long a portal in ``state`` waits the ``backoff``-th time in a row (from 1)."""
    if state is State.BLOCKED:
        first = BLOCKED_WAIT
    elif state is State.FAILING and backoff > 1:
        first, backoff = FAILING_WAIT, backoff - 1
    else:
        return timedelta()
    doubled: int = 2 ** min(max(backoff - 1, 0), 20)
    return min(first * doubled, LONGEST_WAIT)


def _waiting(standing: Standing, state: State, at: datetime) -> Standing:
    since = (standing.blocked_since or at) if state is State.BLOCKED else None
    if state.value not in _OURS:
        return replace(_unblocked(standing), blocked_since=since)
    same = standing.wait_reason in {state.value, ""}
    backoff = standing.backoff + 1 if same else 1
    until = at + wait(state, backoff)
    if standing.wait_reason not in {*_OURS, ""} and standing.wait_until and standing.wait_until > until:
        return replace(standing, blocked_since=since)  # somebody else's wait is longer
    return replace(
        standing,
        wait_until=until,
        wait_reason=state.value,
        backoff=backoff,
        blocked_since=since,
    )


def _unblocked(standing: Standing) -> Standing:
    if standing.wait_reason not in {*_OURS, ""}:
        return standing
    return replace(standing, wait_until=None, wait_reason="", backoff=0)


def _well(standing: Standing, at: datetime) -> Standing:
    return replace(
        _unblocked(standing), bad_runs=0, alarm_at=None, alarm=(), blocked_since=None, last_good_at=at
    )
