"""The rows of health: written after each run with a verdict, and read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.monitor.alarm import BAD_RUNS, Notice, Standing, after
from crawler.monitor.comparing import Before
from crawler.monitor.measures import Measures
from crawler.monitor.verdict import Past, State, judge
from crawler.store.models import Article, Health, Portal, PortalState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.monitor.verdict import Expected, Verdict

NO_EVIDENCE = "-"
"""The verdict of a run that says nothing about its portal."""
ACCEPTED = "accepted"
LATEST, RUNS, OLDER = 30, 40, 60
OLD, OLDEST = timedelta(days=21), timedelta(days=90)
DAYS, LOOKED_AT = 200, 2000
_GOOD = (State.OK.value, ACCEPTED)
_COLUMNS = (
    "bad_runs",
    "alarm_at",
    "wait_until",
    "wait_reason",
    "backoff",
    "blocked_since",
    "last_good_at",
)


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of a run: the verdict, how the portal stands now, and what people are to be told."""

    portal: str
    verdict: Verdict
    standing: Standing
    notice: Notice | None
    alarm: tuple[str, ...] = ()  # what the alarm was about that is over now


def note(  # noqa: PLR0913  what a row needs
    session: Session,
    row_id: int,
    portal: str,
    measures: Measures,
    at: datetime,
    *,
    expected: Expected | None = None,
    bad_runs: int = BAD_RUNS,
    unread: bool = False,
) -> Noted:
    """Judge the run ``row_id`` at ``portal`` that ended at ``at``; write its row and the portal's state.

    ``unread``: there is a section that failed the last time.
    """
    verdict = judge(measures, past(session, portal, at), at, expected)
    shown = verdict.state.value if verdict.evidence else NO_EVIDENCE
    session.add(
        Health(
            run_portal_id=row_id,
            portal=portal,
            at=at,
            verdict=shown,
            reasons=list(verdict.reasons),
            metrics=measures.as_dict(),
        )
    )
    state = state_of(session, portal)
    before = standing_of(state)
    standing, notice = after(before, verdict, at, bad_runs=bad_runs, unread=unread)
    for name in _COLUMNS:
        if getattr(standing, name) != getattr(before, name):
            setattr(state, name, getattr(standing, name))
    if standing.alarm != before.alarm:
        state.alarm = list(standing.alarm)
    state.last_visit_at = at
    session.flush()
    return Noted(portal, verdict, standing, notice, before.alarm)


def state_of(session: Session, portal: str) -> PortalState:
    """Return the row of ``portal``, locked for this transaction, a new one if there is none."""
    found = session.get(PortalState, portal, with_for_update=True)
    if found is None:
        found = PortalState(
            portal=portal, wait_reason="", backoff=0, bad_runs=0, alarm=[], spent=0, spent_on=""
        )
        session.add(found)
        session.flush()
    return found


def standing_of(state: PortalState) -> Standing:
    """Return what verdicts change of a portal's state."""
    return Standing(alarm=tuple(state.alarm), **{name: getattr(state, name) for name in _COLUMNS})


def past(session: Session, portal: str, at: datetime) -> Past:
    """Return what is known of ``portal`` before ``at``."""
    since = _accepted_at(session, portal)
    read = select(Health).where(
        Health.portal == portal, Health.at < at, Health.metrics["articles"].as_integer() > 0
    )
    if since is not None:
        read = read.where(Health.at >= since)
    rows = session.scalars(read.order_by(Health.at.desc()).limit(LATEST)).all()
    latest = [(Measures.of(row.metrics), row.verdict in _GOOD) for row in rows]
    before = read.where(Health.verdict.in_(_GOOD))
    newest = before.where(Health.at < rows[-1].at) if rows else before
    good = session.scalars(newest.order_by(Health.at.desc()).limit(RUNS)).all()
    oldest = before.where(Health.at > at - OLDEST, Health.at < at - OLD).order_by(Health.at).limit(OLDER)
    older = [Measures.of(row.metrics) for row in session.scalars(oldest)]
    last = session.scalar(
        select(Health)
        .where(Health.portal == portal, Health.at < at, Health.verdict != NO_EVIDENCE)
        .order_by(Health.at.desc())
        .limit(1)
    )
    ill = last is not None and last.verdict == State.DRIFT.value
    fields = [reason.partition(":")[0] for reason in last.reasons] if ill and last else []
    return Past(
        Before(latest, [Measures.of(row.metrics) for row in good], older),
        days(session, portal, at),
        fields,
    )


def days(session: Session, portal: str, at: datetime) -> list[datetime]:
    """Return when articles of ``portal`` appeared before ``at``: the last of each day, in order."""
    appeared = func.coalesce(Article.published_at, Article.first_seen)
    query = (
        select(Article.published_at, Article.published_precision, Article.first_seen)
        .join(Portal, Portal.id == Article.portal_id)
        .where(Portal.name == portal, Article.first_seen <= at, appeared <= at)
        .order_by(Article.first_seen.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, datetime] = {}
    for published, precision, seen in session.execute(query):
        exact = published is not None and precision not in {"day", "month", "year"}
        # A date without a time is the day on which it was, or was not yet, seen: the later bound is fairer.
        end = seen if published is None else published if exact else min(seen, published + timedelta(days=1))
        key = end.date().isoformat()
        found[key] = max(end, found.get(key, end))
    return sorted(found.values())[-DAYS:]


def history(session: Session, portal: str, limit: int) -> Sequence[Health]:
    """Return the newest rows of ``portal``, the oldest first."""
    query = select(Health).where(Health.portal == portal).order_by(Health.at.desc()).limit(limit)
    return list(session.scalars(query))[::-1]


def newest(session: Session) -> list[tuple[Health, PortalState | None]]:
    """Return the newest row of each portal with its state, by name."""
    last = select(func.max(Health.run_portal_id)).group_by(Health.portal)
    query = (
        select(Health, PortalState)
        .outerjoin(PortalState, PortalState.portal == Health.portal)
        .where(Health.run_portal_id.in_(last))
        .order_by(Health.portal)
    )
    return [(row, state) for row, state in session.execute(query)]


def accept(session: Session, portal: str) -> int:
    """Take how ``portal`` is now for how it is meant to be; return how many runs that concerns.

    Its runs since the last good one become the past that later ones are compared with.
    """
    rows = history(session, portal, RUNS)
    bad: list[Health] = []
    for row in reversed(rows):
        if row.verdict in _GOOD:
            break
        if row.verdict == State.DRIFT.value:
            bad.append(row)
    for row in bad:
        row.verdict = ACCEPTED
    state = state_of(session, portal)
    state.bad_runs, state.alarm_at, state.alarm = 0, None, []
    return len(bad)


def _accepted_at(session: Session, portal: str) -> datetime | None:
    """Return when the state began that was accepted last: what was before is no measure any more."""
    last = session.scalar(
        select(func.max(Health.at)).where(Health.portal == portal, Health.verdict == ACCEPTED)
    )
    if last is None:
        return None
    before = session.scalar(
        select(func.max(Health.at)).where(
            Health.portal == portal, Health.at < last, Health.verdict == State.OK.value
        )
    )
    first = select(func.min(Health.at)).where(Health.portal == portal, Health.verdict == ACCEPTED)
    return session.scalar(first.where(Health.at > before) if before is not None else first)
