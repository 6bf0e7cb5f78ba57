"""Making one segment of many in PostgreSQL's search index, a large one piece by piece.

Merging some thousand articles takes a second, which no batch should wait for. So such a segment is begun, and
every batch then merges a stretch of tokens into it; until it is complete the index is read from those that it
is made of, and each piece is kept by the transaction of its batch. How far it has come says its last page.
What it is made of is not written down either: of the segments before it, those whose living articles all are
its own. An article that goes meanwhile is noted as gone from both.
"""

from __future__ import annotations

from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.store import direct, postings, segment_pages
from crawler.store.postings import ORDINAL, DamagedPageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from crawler.store.postings import Numbers

FEW = 16
"""So many small segments of about the same size are merged."""
LARGE = 8_000
"""A segment of so many articles at least is not merged any more."""
_STEPS = (16, 256, LARGE)
AT_ONCE = 256
"""So many articles at most are merged within one batch …"""
MOST = 4 * LARGE
"""… and about so many by and by."""
A_PIECE = 50
"""So many pages are merged by a batch at least, as each of the segments has one to be read twice …"""
TIMES = 3
"""… and so many for each page that it adds: merging takes a third of the time until as much is due again."""

_SMALL = f"SELECT number, articles FROM search_segments WHERE articles < {LARGE} ORDER BY number"  # noqa: S608  a number of ours
_PARTS = """SELECT part.number FROM search_segments AS made JOIN search_segments AS part
    ON part.number < made.number AND part.articles > 0
    AND part.ids && made.ids AND part.ids - part.gone <@ made.ids
    WHERE made.number = %s ORDER BY part.number"""
_LAST = "SELECT first, packed FROM search_pages WHERE segment = %s ORDER BY first DESC LIMIT 1"
_BEHIND = """SELECT page.first FROM unnest(%s::int[]) AS part (number) CROSS JOIN LATERAL (
        SELECT first FROM search_pages WHERE segment = part.number AND first > %s ORDER BY first LIMIT %s
    ) AS page ORDER BY page.first OFFSET %s LIMIT 1"""
_STRETCH = """SELECT part.number, page.first, page.packed FROM unnest(%s::int[], %s::bigint[], %s::bigint[])
    AS part (number, low, high) CROSS JOIN LATERAL (
        SELECT first, packed FROM search_pages
        WHERE segment = part.number AND first < part.high AND first >= coalesce(
            (SELECT max(before.first) FROM search_pages AS before
            WHERE before.segment = part.number AND before.first <= part.low), part.low)
    ) AS page ORDER BY page.first"""
_COMPLETE = """UPDATE search_segments SET articles = -articles WHERE number = %s RETURNING ids <@ gone"""
_END = (1 << 43) - 1
"""Behind all tokens."""


def go_on(connection: Connection, pages: int) -> None:
    """Merge segments of which there are too many, or a piece of these; so many ``pages`` were added."""
    small = direct.binary_rows(connection, _SMALL, ())
    begun = _Begun(connection, small)
    for made, parts in begun.parts.items():
        _merge(connection, made, parts, max(A_PIECE, TIMES * pages))
    if many := due(begun.left(small)):
        begun.make(many, [dict(small)[number] for number in many])


def thin(connection: Connection, found: Sequence[tuple[Any, ...]]) -> None:
    """Make those segments anew of which half is gone, and take out those of which all is.

    ``found`` are their numbers, how many articles they had, how many of these went, and whether all.
    """
    if gone := [number for number, articles, _, every in found if every and articles > 0]:
        segment_pages.drop(connection, gone)
    halves = [one for one in found if 0 < one[1] <= 2 * one[2] and not one[3]]
    for number, articles, _, _ in halves:
        begun = _Begun(connection, direct.binary_rows(connection, _SMALL, ()))
        if number not in begun.taken:
            begun.make([number], [articles])


def merge(connection: Connection, numbers: Sequence[int]) -> None:
    """Make one segment of some, without the articles that are gone."""
    made = _begin(connection, numbers)
    if made is not None:
        _merge(connection, made, numbers, None)


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


class _Begun:
    """The segments that are being made: a large one and a small one at most, each of its ``parts``."""

    def __init__(self, connection: Connection, small: Iterable[tuple[int, int]]) -> None:
        self._connection = connection
        sizes = {number: -articles for number, articles in small if articles < 0}
        self._kinds = {articles >= LARGE for articles in sizes.values()}
        self.parts = {
            made: [number for (number,) in direct.binary_rows(connection, _PARTS, (made,))] for made in sizes
        }
        self.taken = {number for parts in self.parts.values() for number in parts}

    def left(self, small: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return those of the segments ``small`` of which another one may be made."""
        highest = _STEPS[1] if True in self._kinds else LARGE
        return [one for one in small if 0 < one[1] < highest and one[0] not in self.taken]

    def make(self, numbers: Sequence[int], sizes: Sequence[int]) -> None:
        """Merge segments now, if that is little, or begin it, if no other of this kind is begun."""
        total = sum(sizes)
        if total <= AT_ONCE:
            merge(self._connection, numbers)
        elif (total >= LARGE) not in self._kinds:
            enough = sum(1 for _ in takewhile(lambda before: before < MOST, accumulate(sizes, initial=0)))
            _begin(self._connection, numbers[:enough])


def _begin(connection: Connection, numbers: Sequence[int]) -> int | None:
    """Return the number of a segment that is to be made of others, which go if nothing in them lives."""
    parts = segment_pages.read(connection, numbers)
    ids = postings.once(np.concatenate([one.ids()[one.living(one.ids())] for one in parts]))
    if len(ids):
        return segment_pages.add(connection, ids, complete=False)
    segment_pages.drop(connection, numbers)
    return None


def _merge(connection: Connection, made: int, parts: Sequence[int], pages: int | None) -> None:
    """Merge about so many pages of ``parts`` (``None``: all) into the segment ``made``; see it completed."""
    low = _reached(connection, made)
    if low is None:
        segment_pages.drop(connection, [made])  # damaged; it is begun anew
        return
    places = _places(connection, made, parts)
    left, stored = pages, False
    while low < _END and (left is None or left > 0 or not stored):
        size = segment_pages.BLOCK if left is None else max(A_PIECE, min(left, segment_pages.BLOCK))
        behind = direct.binary_rows(connection, _BEHIND, (list(parts), low, size, size - 1))
        high = behind[0][0] if behind else _END
        written = list(postings.pages(_stretch(connection, places, low, high)))
        if high < _END and len(written) > 1:
            high = written.pop()[0]  # not full yet: the next piece begins with it
        segment_pages.write(connection, made, written)
        low, left, stored = high, left and left - size, stored or bool(written)
    if low >= _END:
        segment_pages.drop(connection, parts)
        ((empty,),) = direct.binary_rows(connection, _COMPLETE, (made,))
        if empty:
            segment_pages.drop(connection, [made])


def _reached(connection: Connection, made: int) -> int | None:
    """Return the first token that is not yet in a segment; ``None`` if its last page cannot be read."""
    last = direct.binary_rows(connection, _LAST, (made,))
    if not last:
        return 0
    try:
        tokens, _, _ = postings.unpacked(last)
    except DamagedPageError:
        return None
    return int(tokens[-1]) + 1


def _places(connection: Connection, made: int, parts: Sequence[int]) -> dict[int, Numbers]:
    """Return for each of ``parts`` the places that its articles have in ``made``, -1 for none."""
    *segments, whole = segment_pages.read(connection, [*parts, made])  # its number is the highest
    ids = whole.ids()
    return {
        one.number: np.where(one.living(one.ids()), np.searchsorted(ids, one.ids()), -1) for one in segments
    }


def _stretch(connection: Connection, places: dict[int, Numbers], low: int, high: int) -> Numbers:
    """Return the entries of tokens from ``low`` up to ``high`` of segments, at their new places."""
    numbers = list(places)
    values = (numbers, [low] * len(numbers), [high] * len(numbers))
    rows: Sequence[Any] = direct.binary_rows(connection, _STRETCH, values)
    kept: list[Numbers] = [np.empty(0, dtype=np.int64)]
    for at in range(0, len(rows), segment_pages.BLOCK):
        these = rows[at : at + segment_pages.BLOCK]
        found = segment_pages.entries([page[1:] for page in these])
        for (segment, _, _), one in zip(these, found, strict=True):
            begin, end = np.searchsorted(one, (low << ORDINAL, high << ORDINAL))
            inside = one[begin:end]
            known = inside[postings.places_of(inside) < len(places[segment])]
            where = places[segment][postings.places_of(known)]
            kept.append(postings.entries(postings.tokens_of(known), where)[where >= 0])
    return postings.once(np.concatenate(kept))
