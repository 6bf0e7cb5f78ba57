"""Segments of PostgreSQL's search index as they are stored: articles in runs, entries in pages.

A segment that is being made of others (``crawler.store.merging``) has less than no ``articles`` until it is
complete: whoever looks for words passes it over and still reads those that it is made of.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crawler.store import direct, postings
from crawler.store.postings import DamagedPageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from crawler.store.postings import Numbers

logger = logging.getLogger(__name__)

BLOCK = 400
"""So many pages are unpacked at a time: half a million entries."""
A_TIME = 500
"""So many pages are written at a time."""
RUNS = (
    """ARRAY(SELECT lower(run) FROM unnest({0}) AS run), ARRAY(SELECT upper(run) FROM unnest({0}) AS run)"""
)
"""A range of many parts as two lists."""

_ADD = """INSERT INTO search_segments (articles, ids) SELECT %s, range_agg(int4range(low, high))
    FROM unnest(%s::int[], %s::int[]) AS run (low, high) RETURNING number"""
_WRITE = (
    "INSERT INTO search_pages (segment, first, packed) SELECT %s, unnest(%s::bigint[]), unnest(%s::bytea[])"
)
_SEGMENTS = (
    f"SELECT number, {RUNS.format('ids')}, {RUNS.format('gone')} FROM search_segments "  # noqa: S608  ours
    "WHERE number = ANY(%s) ORDER BY number"
)
_DROP_PAGES = "DELETE FROM search_pages WHERE segment = ANY(%s)"
_DROP = "DELETE FROM search_segments WHERE number = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Segment:
    """The articles of a segment, in runs of numbers, by the order of which each has its place."""

    number: int
    lows: list[int]
    highs: list[int]  # exclusive
    gone_lows: list[int]
    gone_highs: list[int]

    @property
    def newest(self) -> int:
        """The highest number of an article."""
        return self.highs[-1] - 1

    def ids(self) -> Numbers:
        """Return the numbers of the articles in the order of their places."""
        return _unrolled(self.lows, self.highs)

    def living(self, ids: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return which of ``ids`` are not gone from this segment."""
        run = np.searchsorted(self.gone_lows, ids, "right") - 1
        inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (run < 0) | (
            ids >= np.append(self.gone_highs, 0)[run]
        )
        return inside

    def articles(self, places: Numbers) -> Numbers:
        """Return the numbers of the articles at ``places``, without those that are gone."""
        if not len(places):
            return places
        lows = np.array(self.lows, dtype=np.int64)
        before = np.cumsum(np.array(self.highs, dtype=np.int64) - lows)
        places = places[places < before[-1]]  # a damaged page may name others
        run = np.searchsorted(before, places, "right")
        ids: Numbers = lows[run] + places - np.append(0, before)[run]
        return ids[self.living(ids)] if self.gone_lows else ids


def add(connection: Connection, ids: Numbers, *, complete: bool = True) -> int:
    """Return the number of a new segment of articles in rising order, which has no pages yet."""
    begins = np.flatnonzero(np.diff(ids, prepend=ids[0] - 2) != 1)
    ends = np.append(begins[1:], len(ids)) - 1
    articles = len(ids) if complete else -len(ids)
    values = (articles, ids[begins].tolist(), (ids[ends] + 1).tolist())
    number: int = direct.binary_rows(connection, _ADD, values)[0][0]
    return number


def write(connection: Connection, segment: int, pages: Iterable[tuple[int, bytes]]) -> None:
    """Add pages to a segment."""
    found = list(pages)
    for at in range(0, len(found), A_TIME):
        firsts, packed = zip(*found[at : at + A_TIME], strict=True)
        direct.many(connection, _WRITE, [(segment, list(firsts), list(packed))])


def read(connection: Connection, numbers: Sequence[int]) -> list[Segment]:
    """Return segments in the order of their numbers."""
    return [Segment(*row) for row in direct.binary_rows(connection, _SEGMENTS, (list(numbers),))]


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Take out segments with all that they hold."""
    for statement in (_DROP_PAGES, _DROP):
        direct.many(connection, statement, [(list(numbers),)])


def entries(pages: Sequence[tuple[int, bytes]]) -> list[Numbers]:
    """Return the entries of each page, none of one that cannot be read."""
    if not pages:
        return []
    try:
        found, sizes = postings.read(pages)
    except DamagedPageError as error:
        if len(pages) > 1:
            return [entries([page])[0] for page in pages]
        logger.error("The search index lacks page %d: %s; `scrapy db check --fix`", pages[0][0], error)  # noqa: TRY400  one line
        return [np.empty(0, dtype=np.int64)]
    return np.split(found, np.cumsum(sizes)[:-1])


def _unrolled(lows: list[int], highs: list[int]) -> Numbers:
    return np.concatenate(
        [np.arange(low, high, dtype=np.int64) for low, high in zip(lows, highs, strict=True)]
    )
