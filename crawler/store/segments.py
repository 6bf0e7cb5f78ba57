"""The search index on PostgreSQL: segments of articles, each with pages (``crawler.store.postings``).

Whoever writes articles appends a segment of them, and merges many small ones into one
(``crawler.store.merging``), so that a search of a million articles has some hundred segments to look into,
and an article is written three times in all. One that changes or goes is noted as gone from its segment, and
leaves it with the next merging, or when half of the segment is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.store import direct, merging, postings, segment_pages
from crawler.store.postings import ORDINAL, DamagedPageError
from crawler.store.segment_pages import RUNS, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from crawler.store.postings import Numbers

AT_FIRST = 2_000
"""The newest segments are looked into first, up to so many articles, then four times as many each time."""
EVERY = (0, 2**31 - 2)
"""The lowest and the highest number of an article."""

_GONE = """UPDATE search_segments SET gone = gone + ids * named.these
    FROM (SELECT range_agg(int4range(id, id + 1)) AS these FROM unnest(%s::int[]) AS id) AS named
    WHERE ids && named.these
    RETURNING number, articles, (
        SELECT coalesce(sum(upper(run) - lower(run)), 0)::int FROM unnest(gone + ids * named.these) AS run
    ), ids <@ (gone + ids * named.these)"""
_LOOK = f"""
    WITH there AS (
        SELECT number, ids, gone, sum(articles) OVER (ORDER BY upper(ids) DESC, number) - articles AS newer,
            count(*) OVER ()::int AS left
        FROM search_segments
        WHERE number <> ALL(%s::int[]) AND articles > 0 AND ids && int4range(%s, %s)
    ), looked AS (SELECT * FROM there WHERE newer < %s)
    SELECT looked.number, {RUNS.format("looked.ids")}, {RUNS.format("looked.gone")},
        looked.left, wanted.at, page.first, page.packed
    FROM looked
    CROSS JOIN unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS wanted (low, high, at)
    LEFT JOIN LATERAL (
        SELECT first, packed FROM search_pages
        WHERE segment = looked.number AND first <= wanted.high AND first >= coalesce(
            (SELECT max(before.first) FROM search_pages AS before
            WHERE before.segment = looked.number AND before.first <= wanted.low), wanted.low)
    ) AS page ON true
"""  # noqa: S608  of ours
_LEFT = -4
"""Where a row says how many segments there were to look into."""


_NO_JIT = "SET LOCAL jit = off"
"""What PostgreSQL thinks that looking costs makes it compile the query for .3 s; it takes .006."""


def append(connection: Connection, articles: dict[int, Numbers]) -> None:
    """Index articles, by the numbers of their tokens, and go on merging."""
    if not articles:
        return
    ids = np.array(sorted(articles), dtype=np.int64)
    found = np.concatenate([postings.entries(articles[int(one)], at) for at, one in enumerate(ids)])
    found.sort()
    pages = list(postings.pages(found))
    segment_pages.write(connection, segment_pages.add(connection, ids), pages)
    merging.go_on(connection, len(pages))


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Take articles out of the index."""
    if ids:
        merging.thin(connection, direct.binary_rows(connection, _GONE, (list(ids),)))
        merging.go_on(connection, len(ids))


def look(
    connection: Connection, wanted: Sequence[tuple[int, int]], among: tuple[int, int] = EVERY
) -> Iterator[tuple[Segment, list[Numbers]]]:
    """Yield the segments, that with the newest articles first, and for each of ``wanted`` who has it there.

    ``wanted`` are numbers of tokens, the lowest and the highest each; who has one is said by places, each
    once, in their order. Segments that have no article from the first of ``among`` to the last are passed
    over. A segment that another process made of others meanwhile comes besides these.
    """
    if among[0] > among[1]:
        return
    direct.many(connection, _NO_JIT, [()])
    known: list[int] = []
    limit = AT_FIRST
    lows, highs = [low for low, _ in wanted], [high for _, high in wanted]
    between = among[0], among[1] + 1
    while True:
        rows = direct.binary_rows(connection, _LOOK, (known, *between, limit, lows, highs))
        found: dict[int, tuple[Segment, list[list[Numbers]]]] = {}
        for *segment, _, _, _, _ in rows:
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
        if not rows or len(found) == rows[0][_LEFT]:
            return
        known += found
        limit *= 4


def _found(pages: Sequence[Any], spans: Sequence[tuple[int, int]]) -> list[Numbers]:
    """Return for each page the places of the tokens between two, in no order if these are not one."""
    if not pages:
        return []
    try:
        places, sizes = postings.find(pages, *zip(*spans, strict=True))
    except DamagedPageError:
        each = zip(segment_pages.entries(pages), spans, strict=True)  # tells which
        cut = [
            (one, np.searchsorted(one, (low << ORDINAL, high + 1 << ORDINAL))) for one, (low, high) in each
        ]
        return [postings.places_of(one[begin:end]) for one, (begin, end) in cut]
    return np.split(places, np.cumsum(sizes)[:-1])


def _joined(parts: list[Numbers], *, exact: bool) -> Numbers:
    if not parts:
        return np.empty(0, dtype=np.int64)
    return parts[0] if exact else postings.once(np.concatenate(parts))
