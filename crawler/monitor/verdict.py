"""The verdict on a run at a portal: ok, drift, silent, blocked or failing, and why. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import fmean, pstdev
from typing import TYPE_CHECKING

from crawler.monitor.comparing import Before, differences
from crawler.monitor.hours import length
from crawler.monitor.measures import FIELDS
from crawler.monitor.workdays import workdays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from crawler.monitor.measures import Measures

LEAST_SILENCE = 2.0
"""Working days without anything new that are no silence of any portal."""
GAPS = 12
"""Gaps between two days with articles that have to be known before silence is told."""
RARE_GAP = 0.98
"""The share of gaps that are shorter than the one that a silence is compared with: one outage may be past."""
LONGER = 1.5
"""By so much a silence is longer."""
DEVIATIONS = 7.0
"""By so many standard deviations it is longer than the mean: with gaps at random one in a thousand is."""
STOPPED = frozenset({"retry-after", "closespider_timeout", "it could not be started"})
"""Why a visit ends early that then says something about its portal, if it brought nothing at all."""
_LAYOUT = frozenset({"empty-list"})
_OWN = frozenset({"store", "pipeline", "spider", "learned", "feeds"})


class State(StrEnum):
    """What a verdict says."""

    OK = "ok"
    DRIFT = "drift"  # pages came and were not read as before
    SILENT = "silent"  # everything works, and nothing new comes
    BLOCKED = "blocked"  # challenges came instead of pages
    FAILING = "failing"  # nothing came


@dataclass(frozen=True, slots=True)
class Verdict:
    """``state`` with sentences why. Without ``evidence`` the run says nothing about the portal.

    ``fields`` are those that drift. ``partly``: it failed, and the other sections came.
    """

    state: State
    reasons: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    evidence: bool = True
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What a spider states about its portal, in place of what its past tells.

    ``silence`` is how long nothing new may come, ``filled`` the least share by field, ``entries`` the least
    entries of a section page.
    """

    silence: timedelta | None = None
    filled: Mapping[str, float] = field(default_factory=dict)
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a portal: the runs ``before``, and when something new came.

    ``days`` are the moments (aware, ascending) at which something new came, one a day is enough.
    ``ill`` are the fields that drifted in the last run that told something, empty if none did.
    """

    before: Before = field(default_factory=Before)
    days: Sequence[datetime] = ()
    ill: Sequence[str] = ()


def judge(now: Measures, past: Past, at: datetime, expected: Expected | None = None) -> Verdict:
    """Return the verdict on the run ``now`` that ended at ``at`` (aware)."""
    expected = expected or Expected()
    if now.blocked or now.finish == "blocked":
        return Verdict(State.BLOCKED, (f"blocked: {max(now.blocked, 1)} pages were challenges",))
    if now.finish in STOPPED and _brought_nothing(now):
        return Verdict(State.FAILING, (_failing(now),))
    if now.finish not in {"finished", ""}:
        return Verdict(State.OK, (f"stopped early: {now.finish}",), evidence=False)
    if now.failure and not _is_layout(now):
        return Verdict(State.FAILING, (_failing(now),), partly=not _brought_nothing(now))
    return _layout(now, past, expected) or _quiet(now, past, at, expected)


def _layout(now: Measures, past: Past, expected: Expected) -> Verdict | None:
    """Return the verdict on pages that are not read as before, None if they are."""
    seen = differences(now, past.before, past.ill)
    found = [*_stated(now, expected), *((one.field, one.sentence) for one in seen if one.present)]
    if now.failure or now.faults.get("empty-list"):
        found.insert(0, _broken(now))
    if found:
        fields = tuple(dict.fromkeys(name for name, _ in found))
        state = State.FAILING if fields == ("requests",) else State.DRIFT
        return Verdict(state, tuple(sentence for _, sentence in found), fields)
    if seen:
        return Verdict(State.OK, tuple(one.sentence for one in seen), evidence=False)
    return None


def _quiet(now: Measures, past: Past, at: datetime, expected: Expected) -> Verdict:
    """Return the verdict on a run whose pages are read as before."""
    if not now.new and (silence := _silence(past.days, at, expected)):
        return Verdict(State.SILENT, (silence,))
    # Lists alone do not show that articles are read again as they should be.
    return Verdict(State.OK, evidence=bool(now.articles) or set(past.ill) <= {"entries"})


def _is_layout(now: Measures) -> bool:
    """Tell whether a visit failed on pages that came."""
    network = sum(count for kind, count in now.faults.items() if kind not in _LAYOUT | _OWN)
    return bool(now.faults.get("empty-list") or now.refused) and network <= now.refused + now.faults.get(
        "empty-list", 0
    )


def _brought_nothing(now: Measures) -> bool:
    """Tell whether no section was read, or none of the articles that were asked for."""
    return not now.articles and bool(now.requested or not (now.lists or now.unchanged))


def _failing(now: Measures) -> str:
    kinds = ", ".join(
        f"{kind} {count}" for kind, count in sorted(now.faults.items(), key=lambda one: -one[1])
    )
    return f"{now.failure}{kinds and f' ({kinds})'}"


def _broken(now: Measures) -> tuple[str, str]:
    if count := now.faults.get("empty-list"):
        return "entries", f"entries: nothing found on {count} section pages"
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(now.refusals.items()))
    refused = max(now.refusals, key=lambda kind: now.refusals[kind], default="")
    name = {"no-title": "title", "no-body": "body", "future-date": "published"}.get(refused, "page")
    return name, f"{name}: {now.failure} (refused: {kinds})"


def _stated(now: Measures, expected: Expected) -> list[tuple[str, str]]:
    found = [
        ("entries", f"entries: {count} in the section {name}, expected at least {expected.entries}")
        for name, count in now.sections.items()
        if count < expected.entries
    ]
    for name, least in expected.filled.items():
        filled = now.filled.get(name, 0)
        if now.articles and filled < least * now.articles:
            found.append((name, f"{name}: filled {filled} of {now.articles}, expected {least:.0%}"))
    return found


def _silence(days: Sequence[datetime], at: datetime, expected: Expected) -> str:
    """Return in words that nothing new came for longer than ever, '' if that is not so."""
    if not days:
        return ""
    if expected.silence is not None:
        passed = at - days[-1]
        if passed <= expected.silence:
            return ""
        return f"nothing new for {passed.days} days, expected at least every {expected.silence}"
    gaps = sorted(workdays(before, after) for before, after in pairwise(days))
    if len(gaps) < GAPS:
        return ""
    longest = gaps[math.ceil(RARE_GAP * len(gaps)) - 1]
    silent = workdays(days[-1], at)
    irregular = fmean(gaps) + DEVIATIONS * pstdev(gaps)
    if silent <= max(LONGER * longest, irregular, LEAST_SILENCE):
        return ""
    return f"nothing new for {silent:.1f} working days, {longest:.1f} at most before"


def expected_of(stated: Mapping[str, Any] | None) -> Expected:
    """Return what a spider's attribute ``expect`` states of health: silence, filled, entries.

    Raises ``ValueError`` for values that cannot be meant.
    """
    stated = stated or {}
    silence, entries = stated.get("silence"), stated.get("entries", 0)
    filled = stated.get("filled", {})
    if not isinstance(entries, int) or entries < 0:
        message = f"entries is {entries!r}, which is no number of entries"
        raise ValueError(message)
    if not isinstance(filled, dict):
        message = f"filled is {filled!r}; it is a dict of field to share, such as published to 0.9"
        raise ValueError(message)  # noqa: TRY004  one kind of error for whoever wrote it
    for name, share in filled.items():
        if name not in FIELDS or not isinstance(share, (int, float)) or not 0 <= share <= 1:
            message = f"filled has {name!r} of {share!r}; the fields are {', '.join(FIELDS)}, shares 0 to 1"
            raise ValueError(message)
    return Expected(length(silence) if silence else None, dict(filled), entries)
