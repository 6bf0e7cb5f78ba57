"""The search index on PostgreSQL: segments of articles, each with pages (``crawler.store.postings``).

Whoever writes articles appends a segment of them. Many small ones are merged into one, within the
transaction that made them many, so that a search of a million articles has some hundred segments to look
into, and an article is written three times in all. One that changes or goes is noted as gone from its
segment, and leaves it with the next merging, or when half of the segment is gone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.store import direct, postings
from crawler.store.postings import ORDINAL, DamagedPageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from crawler.store.postings import Numbers

logger = logging.getLogger(__name__)

FEW = 16
"""So many small segments of about the same size are merged."""
LARGE = 8_000
"""A segment of so many articles at least is not merged any more: making one takes a second."""
_STEPS = (16, 256, LARGE)
BLOCK = 400
"""So many pages are unpacked and merged at a time: half a million entries."""
A_TIME = 500
"""So many pages are written at a time."""
AT_FIRST = 8
"""So many of the newest segments are looked into first, then four times as many each time."""

_ADD = """INSERT INTO search_segments (articles, ids) SELECT %s, range_agg(int4range(low, high))
    FROM unnest(%s::int[], %s::int[]) AS run (low, high) RETURNING number"""
_WRITE = (
    "INSERT INTO search_pages (segment, first, packed) SELECT %s, unnest(%s::bigint[]), unnest(%s::bytea[])"
)
_GONE = """UPDATE search_segments SET gone = gone + ids * named.these
    FROM (SELECT range_agg(int4range(id, id + 1)) AS these FROM unnest(%s::int[]) AS id) AS named
    WHERE ids && named.these
    RETURNING number, articles, (
        SELECT coalesce(sum(upper(run) - lower(run)), 0)::int FROM unnest(gone + ids * named.these) AS run
    )"""
_SMALL = f"SELECT number, articles FROM search_segments WHERE articles < {LARGE} ORDER BY number"  # noqa: S608
_RUNS = (
    """ARRAY(SELECT lower(run) FROM unnest({0}) AS run), ARRAY(SELECT upper(run) FROM unnest({0}) AS run)"""
)
_SEGMENTS = (
    f"SELECT number, {_RUNS.format('ids')}, {_RUNS.format('gone')} FROM search_segments "  # noqa: S608  ours
    "WHERE number = ANY(%s) ORDER BY number"
)
_PAGES = "SELECT segment, first, packed FROM search_pages WHERE segment = ANY(%s)"
_DROP_PAGES = "DELETE FROM search_pages WHERE segment = ANY(%s)"
_DROP = "DELETE FROM search_segments WHERE number = ANY(%s)"
_LOOK = f"""
    WITH looked AS (
        SELECT number, ids, gone FROM search_segments WHERE number <> ALL(%s::int[])
        ORDER BY upper(ids) DESC LIMIT %s
    )
    SELECT looked.number, {_RUNS.format("looked.ids")}, {_RUNS.format("looked.gone")},
        wanted.at, page.first, page.packed
    FROM looked
    CROSS JOIN unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS wanted (low, high, at)
    LEFT JOIN LATERAL (
        SELECT first, packed FROM search_pages
        WHERE segment = looked.number AND first <= wanted.high AND first >= coalesce(
            (SELECT max(before.first) FROM search_pages AS before
            WHERE before.segment = looked.number AND before.first <= wanted.low), wanted.low)
    ) AS page ON true
"""  # noqa: S608  of ours


_NO_JIT = "SET LOCAL jit = off"
"""What PostgreSQL thinks that looking costs makes it compile the query for .3 s; it takes .006."""


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


def append(connection: Connection, articles: dict[int, Numbers]) -> None:
    """Index articles, by the numbers of their tokens, and merge what has become too many."""
    if not articles:
        return
    ids = np.array(sorted(articles), dtype=np.int64)
    found = np.concatenate([postings.entries(articles[int(one)], at) for at, one in enumerate(ids)])
    found.sort()
    _write(connection, _add(connection, ids), postings.pages(found))
    if many := due(direct.binary_rows(connection, _SMALL, ())):
        merge(connection, many)


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Take articles out of the index."""
    if not ids:
        return
    found = direct.binary_rows(connection, _GONE, (list(ids),))
    for number, articles, gone in found:
        if 2 * gone >= articles:
            merge(connection, [number])


def merge(connection: Connection, numbers: Sequence[int]) -> None:
    """Make one segment of some, without the articles that are gone."""
    segments = read(connection, numbers)
    ids = postings.once(np.concatenate([one.ids()[one.living(one.ids())] for one in segments]))
    if len(ids):
        places = {
            one.number: np.where(one.living(one.ids()), np.searchsorted(ids, one.ids()), -1)
            for one in segments
        }
        pages = direct.binary_rows(connection, _PAGES, (list(numbers),))
        pages.sort(key=lambda page: page[1])
        _write(connection, _add(connection, ids), _merged(pages, places))
    drop(connection, numbers)


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Take out segments with all that they hold."""
    for statement in (_DROP_PAGES, _DROP):
        direct.many(connection, statement, [(list(numbers),)])


def read(connection: Connection, numbers: Sequence[int]) -> list[Segment]:
    """Return segments."""
    return [Segment(*row) for row in direct.binary_rows(connection, _SEGMENTS, (list(numbers),))]


def look(
    connection: Connection, wanted: Sequence[tuple[int, int]]
) -> Iterator[tuple[Segment, list[Numbers]]]:
    """Yield the segments, that with the newest articles first, and for each of ``wanted`` who has it there.

    ``wanted`` are numbers of tokens, the lowest and the highest each; who has one is said by places, each
    once, in their order. A segment that another process made of others meanwhile comes besides these.
    """
    direct.many(connection, _NO_JIT, [()])
    known: list[int] = []
    limit = AT_FIRST
    lows, highs = [low for low, _ in wanted], [high for _, high in wanted]
    while True:
        rows = direct.binary_rows(connection, _LOOK, (known, limit, lows, highs))
        found: dict[int, tuple[Segment, list[list[Numbers]]]] = {}
        for *segment, _, _, _ in rows:
            if segment[0] not in found:
                found[segment[0]] = Segment(*segment), [[] for _ in wanted]
        pages = [(row[0], row[-3] - 1, row[-2:]) for row in rows if row[-2] is not None]
        spans = [(lows[at], highs[at]) for _, at, _ in pages]
        for (number, at, _), these in zip(pages, _found([page for _, _, page in pages], spans), strict=True):
            found[number][1][at].append(these)
        for one, places in sorted(found.values(), key=lambda pair: -pair[0].newest):
            yield (
                one,
                [
                    _joined(parts, exact=low == high)
                    for parts, (low, high) in zip(places, wanted, strict=True)
                ],
            )
        if len(found) < limit:
            return
        known += found
        limit *= 4


def _entries(pages: Sequence[tuple[int, bytes]]) -> list[Numbers]:
    """Return the entries of each page, none of one that cannot be read."""
    if not pages:
        return []
    try:
        found, sizes = postings.read(pages)
    except DamagedPageError as error:
        if len(pages) > 1:
            return [_entries([page])[0] for page in pages]
        logger.error("The search index lacks page %d: %s; `scrapy db check --fix`", pages[0][0], error)  # noqa: TRY400  one line
        return [np.empty(0, dtype=np.int64)]
    return np.split(found, np.cumsum(sizes)[:-1])


def _found(pages: Sequence[Any], spans: Sequence[tuple[int, int]]) -> list[Numbers]:
    """Return for each page the places of the tokens between two, in no order if these are not one."""
    if not pages:
        return []
    try:
        places, sizes = postings.find(pages, *zip(*spans, strict=True))
    except DamagedPageError:
        each = zip(_entries(pages), spans, strict=True)  # tells which
        cut = [
            (one, np.searchsorted(one, (low << ORDINAL, high + 1 << ORDINAL))) for one, (low, high) in each
        ]
        return [postings.places_of(one[begin:end]) for one, (begin, end) in cut]
    return np.split(places, np.cumsum(sizes)[:-1])


def _joined(parts: list[Numbers], *, exact: bool) -> Numbers:
    if not parts:
        return np.empty(0, dtype=np.int64)
    return parts[0] if exact else postings.once(np.concatenate(parts))


def due(small: Iterable[tuple[int, int]]) -> list[int]:
    """Return which segments are to be one: many of a size, and those of the size that these have together."""
    left = list(small)
    chosen: list[int] = []
    total = 0
    for step in _STEPS:
        these = [(number, articles) for number, articles in left if articles < step]
        left = [one for one in left if one[1] >= step]
        joined = total if 0 < total < step else 0
        together = sum(articles for _, articles in these) + joined
        if together >= LARGE or (step < LARGE and len(these) + bool(joined) >= FEW):
            chosen += [number for number, _ in these]
            total = together
        elif joined:
            break
    return chosen


def _add(connection: Connection, ids: Numbers) -> int:
    begins = np.flatnonzero(np.diff(ids, prepend=ids[0] - 2) != 1)
    ends = np.append(begins[1:], len(ids)) - 1
    values = (len(ids), ids[begins].tolist(), (ids[ends] + 1).tolist())
    number: int = direct.binary_rows(connection, _ADD, values)[0][0]
    return number


def _write(connection: Connection, segment: int, pages: Iterator[tuple[int, bytes]]) -> None:
    waiting: list[tuple[int, bytes]] = []

    def write() -> None:
        firsts, packed = zip(*waiting, strict=True)
        direct.many(connection, _WRITE, [(segment, list(firsts), list(packed))])
        waiting.clear()

    for page in pages:
        waiting.append(page)
        if len(waiting) == A_TIME:
            write()
    if waiting:
        write()


def _merged(pages: Sequence[Any], places: dict[int, Numbers]) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of a segment made of others; ``places`` are their articles' new ones, -1 for none."""
    rest: Numbers = np.empty(0, dtype=np.int64)
    for at in range(0, len(pages), BLOCK):
        these = pages[at : at + BLOCK]
        kept = [rest]
        for (segment, _, _), found in zip(these, _entries([page[1:] for page in these]), strict=True):
            known = found[postings.places_of(found) < len(places[segment])]
            where = places[segment][postings.places_of(known)]
            kept.append(postings.entries(postings.tokens_of(known), where)[where >= 0])
        rest = postings.once(np.concatenate(kept))
        if at + BLOCK < len(pages):
            # The other pages hold nothing that comes before the first of them.
            cut = int(np.searchsorted(rest, pages[at + BLOCK][1] << ORDINAL))
            yield from postings.pages(rest[:cut])
            rest = rest[cut:]
    yield from postings.pages(rest)


def _unrolled(lows: list[int], highs: list[int]) -> Numbers:
    return np.concatenate(
        [np.arange(low, high, dtype=np.int64) for low, high in zip(lows, highs, strict=True)]
    )
