"""Which sections are due, in the database: what a patrol asks before it goes and writes when it is back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from crawler.monitor.duetimes import Bounds, next_visit, retry
from crawler.monitor.hours import day, midnight
from crawler.monitor.rhythm import Rhythm
from crawler.store.models import PortalState, SectionState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.monitor.hours import Hours
    from crawler.monitor.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Watched:
    """A portal as its spider defines it: the addresses of its sections, and the hours it may be visited.

    ``budget`` is how many requests it takes a day, 0 for no limit.
    """

    sections: tuple[str, ...]
    hours: Hours
    budget: int = 0


def due(session: Session, portals: Mapping[str, Watched], at: datetime) -> dict[str, list[str]]:
    """Return the sections that are due at ``at`` (aware) of portals that may be visited then.

    A section that was never visited is due.
    """
    found: dict[str, list[str]] = {}
    for portal, moments in _moments(session, portals, at).items():
        ready = [url for url, moment in moments.items() if moment <= at]
        if ready:
            found[portal] = ready
    return found


def next_due(session: Session, portals: Mapping[str, Watched], at: datetime) -> tuple[datetime, str] | None:
    """Return when the next section is due, and of which portal; ``None`` where there are none."""
    moments = _moments(session, portals, at)
    return min(((min(it.values()), name) for name, it in moments.items() if it), default=None)


def _moments(
    session: Session, portals: Mapping[str, Watched], at: datetime
) -> dict[str, dict[str, datetime]]:
    """Return when each section is due, be it that its portal waits or sleeps till then."""
    known: dict[tuple[str, str], datetime] = {
        (row.portal, row.url): row.due_at
        for row in session.execute(select(SectionState.portal, SectionState.url, SectionState.due_at))
    }
    states = {
        row.portal: row
        for row in session.execute(
            select(PortalState.portal, PortalState.wait_until, PortalState.spent, PortalState.spent_on)
        )
    }
    waits = {name: _wait(states[name], watched, at) for name, watched in portals.items() if name in states}
    return {
        portal: {
            url: watched.hours.opens(max(known.get((portal, url), at), waits.get(portal, at)))
            for url in watched.sections
        }
        for portal, watched in portals.items()
    }


def _wait(state: Any, watched: Watched, at: datetime) -> datetime:
    """Return until when a portal is left alone, ``at`` if it is not."""
    until: datetime = max(state.wait_until or at, at)
    is_spent = bool(watched.budget) and state.spent_on == day(at) and state.spent >= watched.budget
    return max(until, midnight(at)) if is_spent else until


def has_failing(session: Session, portal: str, sections: Collection[str]) -> bool:
    """Return whether one of the ``sections`` (addresses) of a portal could not be read the last time."""
    query = select(SectionState.url, SectionState.rhythm).where(SectionState.portal == portal)
    return any(url in sections and Rhythm.of(rhythm).failures for url, rhythm in session.execute(query))


TRIES = 3
"""So many visits look again for what a further page of a section did not give."""


def record(  # noqa: PLR0913  what a visit knows
    session: Session,
    portal: str,
    seen: Mapping[str, Sighting],
    bounds: Bounds,
    at: datetime,
    *,
    begun: datetime | None = None,
) -> None:
    """Write what a visit from ``begun`` to ``at`` saw of sections, and when each is due again.

    A section that was left before its end teaches nothing and is due at once: that is when the next visit
    may fetch the rest.
    """
    rows = {
        row.url: row for row in session.scalars(select(SectionState).where(SectionState.portal == portal))
    }
    rhythms = {url: Rhythm.of(row.rhythm) for url, row in rows.items()}
    for url, sighting in seen.items():
        if not (sighting.read or sighting.failed):
            continue
        rhythm = rhythms.setdefault(url, Rhythm())
        row = rows.get(url)
        if row is None:
            row = SectionState(portal=portal, url=url, due_at=at, interval_s=0, visits=0, entries_hash="")
            session.add(row)
        if sighting.left:
            row.entries_hash, row.due_at = "", min(row.due_at, at)
            continue
        _learn(row, rhythm, sighting, at)
        _note_lacking(rhythm, sighting, begun or at)
        others = [one for address, one in rhythms.items() if address != url]
        row.due_at = (
            retry(rhythm.failures, at, bounds) if sighting.failed else next_visit(rhythm, at, bounds, others)
        )
        row.interval_s = round((row.due_at - at).total_seconds())
        row.rhythm = rhythm.as_dict()


def _learn(row: SectionState, rhythm: Rhythm, sighting: Sighting, at: datetime) -> None:
    row.visits += 1
    row.last_visit_at = at
    if sighting.failed:
        rhythm.failures += 1
        row.entries_hash = ""
        return
    rhythm.failures = 0
    found: Sequence[object] = list(sighting.new.values())
    if not rhythm.at:
        rhythm.begin(at, sighting.dated)
    else:
        rhythm.observe(at, list(sighting.new.values()))
    if found:
        row.last_change_at = at
    if not sighting.unchanged:
        row.entries_hash = sighting.hash if sighting.settled else ""


def _note_lacking(rhythm: Rhythm, sighting: Sighting, begun: datetime) -> None:
    """Keep since when something on further pages is missing: the next visits look there again."""
    if not sighting.read:
        return
    tries = rhythm.tries + 1 if rhythm.lacking else 0
    if not sighting.lacks_deep or tries >= TRIES:
        rhythm.lacking, rhythm.tries = 0.0, 0
    else:
        rhythm.lacking, rhythm.tries = rhythm.lacking or begun.timestamp(), tries
