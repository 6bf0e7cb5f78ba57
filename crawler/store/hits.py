"""Which articles have some tokens, by the search index of PostgreSQL: the newest first."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from crawler.store import segments
from crawler.store.postings import once
from crawler.store.tokens import IN_TITLE, beginning, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from crawler.store.postings import Numbers

TITLE = 1 << 42
"""Is added to the number of a token of the title."""
_PORTION, _LARGEST = 200, 200_000
"""So many articles are read first, and at most at a time …"""
_MORE = 8
"""… each time so many times as many: where few answer, as behind ``since:``, asking often takes longest."""

Needed = str | tuple[str, list["Needed"]]
"""A token (``x*`` is a prefix), or AND and OR before several of these, or NOT before two."""


def portions(hits: Iterator[Numbers]) -> Iterator[list[int]]:
    """Yield the hits again, a few at first: their order is kept, and none is waited for without need."""
    size = _PORTION
    waiting: list[int] = []
    for ids in hits:
        waiting += ids.tolist()
        while len(waiting) >= size:
            yield waiting[:size]
            del waiting[:size]
            size = min(_MORE * size, _LARGEST)
    if waiting:
        yield waiting


def newest_first(
    session: Session, wanted: Needed, among: tuple[int, int] = segments.EVERY
) -> Iterator[Numbers]:
    """Yield the articles that PostgreSQL's index has for ``wanted``, the newest first, each once.

    ``among`` are the lowest and the highest number that they have.
    """
    tokens = sorted(set(_tokens(wanted)))
    found: Numbers = np.empty(
        0, dtype=np.int64
    )  # in rising order, not yielded: others may be newer than these
    last: int | None = None
    looked = segments.look(session.connection(), [numbered(token) for token in tokens], among)
    for segment, places in looked:
        newer = int(np.searchsorted(found, segment.newest, "right"))
        if newer < len(found):
            yield found[newer:][::-1]
            last, found = int(found[newer]), found[:newer]
        hits = segment.articles(_combined(wanted, dict(zip(tokens, places, strict=True))))
        hits = hits[(hits >= among[0]) & (hits <= among[1])]
        found = once(np.concatenate((found, hits if last is None else hits[hits < last])))
    yield found[::-1]


def numbered(token: str) -> tuple[int, int]:
    """Return the lowest and highest number of a token; ``x*`` is a prefix."""
    where = TITLE if token.startswith(IN_TITLE) else 0
    bare = token.removeprefix(IN_TITLE)
    low, high = beginning(bare[0]) if bare.endswith("*") else (number(bare),) * 2
    return low | where, high | where


def _tokens(wanted: Needed) -> Iterator[str]:
    if isinstance(wanted, str):
        yield wanted
    else:
        for part in wanted[1]:
            yield from _tokens(part)


def _combined(wanted: Needed, places: dict[str, Numbers]) -> Numbers:
    """Return the places of a segment that have what is wanted, by those that have each token."""
    if isinstance(wanted, str):
        return places[wanted]
    sign, parts = wanted
    if sign == "not":
        had, unwanted = (_combined(part, places) for part in parts)
        return had[~np.isin(had, unwanted, assume_unique=True)]
    found = sorted((_combined(part, places) for part in parts), key=len)
    if sign == "or":
        return once(np.concatenate(found))
    if not len(found[0]):
        return found[0]
    return reduce(_common, found)


def _common(few: Numbers, many: Numbers) -> Numbers:
    """Return what is in both, each in its order; ``few`` may be empty."""
    at = np.searchsorted(many, few)
    found: Numbers = few[many[np.minimum(at, len(many) - 1)] == few]
    return found
