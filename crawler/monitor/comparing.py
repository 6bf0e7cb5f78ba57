"""What of a run differs from the portal's own past, each difference with the field it is about. Pure.

A difference has to be large (``EFFECT``) and unlikely by chance (``CHANCE``), in this run alone or in the
last few with articles; it is looked for against the last 20 good runs, and against those of weeks ago, as a
slow decay hides from the former.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from crawler.monitor.measures import FIELDS, Measures
from crawler.monitor.statistics import (
    Share,
    dispersion,
    lower_tail,
    middle,
    pooled,
    rank_below,
    upper_tail,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WINDOW = 20
"""Good runs with articles that the present is compared with."""
OVER = 3
"""Runs without a difference that end it."""
RECENT = (1, 3, 8)
"""Runs that together are taken for the present."""
ENOUGH = 20
"""Articles that there have to be in the past."""
FEWEST_RUNS = 5
EFFECT, CHANCE = 0.25, 1e-5
DECAY_EFFECT, DECAY_RUNS, DECAY_ARTICLES = 0.2, 30, 30
SHRUNK, WELL = 0.6, 0.8
"""A median length of bodies below this share of the former one has shrunk; it is well again above."""
MOST_LENGTHS = 400
FEWER_ENTRIES = 0.6
"""A section page with fewer entries than this share of the fewest so far has lost its list."""
LISTED, SEEN_LISTS = 5, 5
_REFUSED = {"no-title": "title", "no-body": "body", "future-date": "published"}


@dataclass(frozen=True, slots=True)
class Difference:
    """What is amiss: the ``field`` (or ``entries``, ``text``, ``requests`` …), a sentence with the figures.

    ``present`` is false where only the runs before show it: then it is neither confirmed nor over.
    """

    field: str
    sentence: str
    present: bool = True


@dataclass(frozen=True, slots=True)
class _Rate:
    """A share of articles that is compared; ``falls`` tells which way is bad."""

    field: str
    words: str
    share: Callable[[Measures], Share]
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """The runs before, with articles, the newest first: ``latest`` of whatever verdict, then only ``good``.

    ``good`` are those that were good and are older than ``latest``; ``older`` the good ones of three weeks
    ago and more, the first of them first. ``latest`` tells of each run whether it was good.
    """

    latest: Sequence[tuple[Measures, bool]] = ()
    good: Sequence[Measures] = ()
    older: Sequence[Measures] = ()

    @property
    def runs(self) -> list[Measures]:
        """All of them but ``older``, whatever their verdict."""
        return [*(one for one, _ in self.latest), *self.good]

    def window(self, count: int) -> tuple[list[Measures], list[Measures]]:
        """Return the ``count`` runs that came last, and the good ones before them."""
        good = [one for one, well in self.latest[count:] if well]
        return [one for one, _ in self.latest[:count]], [*good, *self.good][:WINDOW]


def differences(now: Measures, past: Before, ill: Sequence[str] = ()) -> list[Difference]:
    """Return what is worse than before; ``ill`` are the fields that were so the last time."""
    if not ill:  # what is over counts no more
        past = replace(past, latest=[(one, well) for one, well in past.latest if well])
    found: dict[str, Difference] = {}
    for one in sorted(_found(now, past, ill), key=lambda one: not one.present):
        found.setdefault(one.field, one)
    return list(found.values())


def _found(now: Measures, past: Before, ill: Sequence[str]) -> Iterator[Difference]:
    yield from _lists(now, past)
    for rate in _rates(now, past.runs):
        if not rate.share(now).of:
            continue
        if (one := _fast(rate, now, past) or _slow(rate, now, past)) is not None:
            yield one
    if now.lengths and (one := _shrunk(now, past)) is not None:
        yield one
    elif "body" in ill and (lengths := _lengths([now, *past.window(RECENT[-1] - 1)[0]])):
        usual = middle(_lengths(past.window(RECENT[-1])[1]))
        if middle(lengths) < WELL * usual:
            yield Difference(
                "body", f"body: {middle(lengths):.0f} characters, {usual:.0f} before", present=False
            )


def _rates(now: Measures, past: Sequence[Measures]) -> Iterator[_Rate]:
    for name in FIELDS:
        yield _Rate(name, "filled", partial(_filled, name=name), falls=True)
    for name in sorted({name for one in (now, *past) for name in one.fallbacks}):
        if name == "entries":
            yield _Rate(name, "left to the generic reader", _fallen_lists)
        else:
            yield _Rate(name, "left to the generic reader", partial(_fallen_back, name=name))
    for kind in sorted({kind for one in (now, *past) for kind in one.refusals}):
        yield _Rate(_REFUSED.get(kind, "page"), f"refused as {kind}", partial(_refused, kind=kind))
    yield _Rate("text", "garbled", lambda one: Share(one.garbled, one.articles))
    yield _Rate("boilerplate", "with boilerplate left", lambda one: Share(one.leftover, one.articles))
    yield _Rate("body", "ending like a text", lambda one: Share(one.ended, one.articles), falls=True)
    for kind in sorted(now.faults):
        yield _Rate("requests", f"failed as {kind}", partial(_failed, kind=kind))


def _filled(one: Measures, *, name: str) -> Share:
    return Share(one.filled.get(name, 0), one.articles)


def _fallen_back(one: Measures, *, name: str) -> Share:
    return Share(one.fallbacks.get(name, 0), one.articles)


def _fallen_lists(one: Measures) -> Share:
    return Share(min(one.fallbacks.get("entries", 0), one.lists), one.lists)


def _refused(one: Measures, *, kind: str) -> Share:
    return Share(one.refusals.get(kind, 0), one.articles + one.refused)


def _failed(one: Measures, *, kind: str) -> Share:
    return Share(one.faults.get(kind, 0), max(one.requests, one.errors))


def _fast(rate: _Rate, now: Measures, past: Before) -> Difference | None:
    """Compare the last runs with those before them."""
    for count in RECENT:
        runs, good = past.window(count - 1)
        recent, before = _shares(rate, [now, *runs]), _shares(rate, good)
        if len(before) >= FEWEST_RUNS and _is_worse(rate, pooled(recent), before, EFFECT):
            found = _difference(rate, recent, pooled(before), EFFECT)
            if found is not None and (found.present or count == RECENT[-1]):
                return found
    return None


def _slow(rate: _Rate, now: Measures, past: Before) -> Difference | None:
    """Compare the last weeks with those before."""
    recent, before = _shares(rate, [now, *past.runs])[:DECAY_RUNS], _shares(rate, past.older)
    if pooled(recent).of < DECAY_ARTICLES or len(before) < WINDOW:
        return None
    if not _is_worse(rate, pooled(recent), before, DECAY_EFFECT):
        return None
    return _difference(rate, recent, pooled(before), DECAY_EFFECT, " weeks ago")


def _shares(rate: _Rate, runs: Sequence[Measures]) -> list[Share]:
    return [share for share in map(rate.share, runs) if share.of]


def _is_worse(rate: _Rate, now: Share, before: Sequence[Share], effect: float) -> bool:
    whole = pooled(before)
    if whole.of < ENOUGH:
        return False
    if _change(rate, now, whole) < effect:
        return False
    tail = lower_tail if rate.falls else upper_tail
    return tail(now, whole, dispersion(before)) < CHANCE


def _change(rate: _Rate, now: Share, before: Share) -> float:
    return before.rate - now.rate if rate.falls else now.rate - before.rate


def _difference(
    rate: _Rate, recent: Sequence[Share], before: Share, effect: float, when: str = ""
) -> Difference | None:
    """Return the difference, None if it is over: the last runs do not show it any more."""
    if _change(rate, pooled(recent[:OVER]), before) < effect / 2:
        return None
    now = pooled(recent)
    return Difference(
        rate.field,
        f"{rate.field}: {rate.words} {now.hits} of {now.of}, {before.rate:.0%} before{when}",
        _change(rate, recent[0], before) >= effect / 2,
    )


def _shrunk(now: Measures, past: Before) -> Difference | None:
    """Compare the lengths of bodies, by the median and by rank: they vary by more than what fits a mean."""
    windows = [(*past.window(count - 1), "") for count in (*RECENT, 2 * RECENT[-1])]
    windows.append((past.runs[: DECAY_RUNS - 1], list(past.older), " weeks ago"))
    for runs, good, when in windows:
        recent, before = _lengths([now, *runs]), _lengths(good)
        if len(before) < ENOUGH or middle(recent) >= SHRUNK * middle(before):
            continue
        if middle(_lengths([now, *runs][:OVER])) >= WELL * middle(before):
            continue
        if rank_below(recent, before) < CHANCE:
            figures = f"{middle(recent):.0f} characters in the middle of {len(recent)}, {middle(before):.0f}"
            present = middle(now.lengths) < WELL * middle(before)
            return Difference("body", f"body: {figures} before{when}", present)
    return None


def _lengths(runs: Sequence[Measures]) -> list[int]:
    return list(chain.from_iterable(one.lengths for one in runs))[:MOST_LENGTHS]


def _lists(now: Measures, past: Before) -> Iterator[Difference]:
    """Compare the first page of each section with its own former ones."""
    good = past.window(0)[1]
    for name, count in now.sections.items():
        before = [one.sections[name] for one in good if name in one.sections]
        if len(before) < SEEN_LISTS or min(before) < LISTED or count >= FEWER_ENTRIES * min(before):
            continue
        yield Difference(
            "entries", f"entries: {count} in the section {name}, never less than {min(before)} before"
        )
