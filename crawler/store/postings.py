"""Lists of the articles that have a token, packed into pages: what the search index on PostgreSQL is made of.

An entry is the number of a token (``crawler.store.tokens.number``) with the place of an article in its
segment behind it (``ORDINAL`` bits). Entries in their order are cut into pages between two tokens. A page is
a row of numbers of seven bits a byte, the lowest first: how many tokens it has, how far each but the first is
from the one before it, how many articles each has, and the places of these, each but a token's first as the
distance from the one before it. The first token is kept beside the page: by it the page is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

ORDINAL = 20
"""Bits of an article's place."""
PAGE = 1_960
"""Bytes of a page, unless one token alone has more: four with their rows fill a page of PostgreSQL."""
_PLACES = (1 << ORDINAL) - 1
_BITS, _MORE, _NUMBER = 7, 0x80, 63


class DamagedPageError(ValueError):
    """The bytes are no page."""


def entries(tokens: Numbers, place: int | Numbers) -> Numbers:
    """Return the entries of the numbers ``tokens`` and the article at ``place`` of its segment."""
    made: Numbers = tokens << ORDINAL | place
    return made


def tokens_of(found: Numbers) -> Numbers:
    """Return the numbers of the tokens of entries."""
    made: Numbers = found >> ORDINAL
    return made


def places_of(found: Numbers) -> Numbers:
    """Return the places of the articles of entries."""
    made: Numbers = found & _PLACES
    return made


def once(found: Numbers) -> Numbers:
    """Return numbers in their order, each once: ``numpy.unique`` takes thirty times as long."""
    ordered = np.sort(found)
    made: Numbers = ordered[np.diff(ordered, prepend=-1) != 0]
    return made


def pages(found: Numbers) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of entries in their order, each with its first token."""
    return packed(tokens_of(found), places_of(found))


def packed(tokens: Numbers, places: Numbers, size: int = PAGE) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of tokens and places (31 bits) in their order, of ``size`` bytes, as ``pages`` does."""
    if not len(tokens):
        return
    places = places.astype(np.int32)
    starts = np.flatnonzero(np.diff(tokens, prepend=-1))
    gaps = np.diff(places, prepend=np.int32(0))
    gaps[starts] = places[starts]
    ends = np.append(starts[1:], len(tokens))
    tokens = tokens[starts]
    parts = [_Row(np.diff(tokens, prepend=0)), _Row(ends - starts), _Row(gaps)]
    # What a page takes up to the end of each token, counted from the first.
    taken = parts[0].ends[1:] + parts[1].ends[1:] + parts[2].ends[ends]
    at = 0
    while at < len(tokens):
        before = taken[at - 1] if at else 0
        end = max(at + 1, int(np.searchsorted(taken, before + size, "right")))
        count = _Row(np.array([end - at])).slice(0, 1)
        distances, counts = parts[0].slice(at + 1, end), parts[1].slice(at, end)
        yield int(tokens[at]), count + distances + counts + parts[2].slice(starts[at], ends[end - 1])
        at = end


def read(found: Sequence[tuple[int, bytes]]) -> tuple[Numbers, Numbers]:
    """Return the entries of pages, each with its first token, and how many each page has.

    Many pages at once take a fifth of the time. Raises ``DamagedPageError`` if one of them is none.
    """
    tokens, places, sizes = unpacked(found)
    return entries(tokens, places), sizes


def unpacked(found: Sequence[tuple[int, bytes]]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the tokens and the places of pages, and how many each page has. Raises ``DamagedPageError``."""
    opened = _Opened(found)
    places = opened.places(np.arange(len(opened.tokens)))
    return np.repeat(opened.tokens, opened.counts), places, opened.entries


def having(found: Sequence[tuple[int, bytes]], tokens: Numbers) -> tuple[Numbers, Numbers]:
    """Return those of ``tokens`` that are in pages with each of their places. Raises ``DamagedPageError``."""
    opened = _Opened(found)
    wanted = np.flatnonzero(np.isin(opened.tokens, tokens))
    return np.repeat(opened.tokens[wanted], opened.counts[wanted]), opened.places(wanted)


def find(
    found: Sequence[tuple[int, bytes]], lows: Sequence[int], highs: Sequence[int]
) -> tuple[Numbers, Numbers]:
    """Return the places of tokens, of each page those from one of ``lows`` to one of ``highs``, and how many.

    Nothing else of the pages is unpacked. Raises ``DamagedPageError``.
    """
    opened = _Opened(found)
    wanted = np.flatnonzero(
        (opened.tokens >= np.repeat(np.array(lows, dtype=np.int64), opened.many))
        & (opened.tokens <= np.repeat(np.array(highs, dtype=np.int64), opened.many))
    )
    pages = np.repeat(np.arange(len(found)), opened.many)[wanted]
    sizes: Numbers = np.zeros(len(found), dtype=np.int64)
    np.add.at(sizes, pages, opened.counts[wanted])
    return opened.places(wanted), sizes


_NO_PAGE = "the bytes are no page of an index"


class _Opened:
    """Pages of which the tokens are unpacked, and how many places each has: ``many`` tokens a page."""

    def __init__(self, found: Sequence[tuple[int, bytes]]) -> None:
        self._data = np.frombuffer(b"".join([data for _, data in found]), dtype=np.uint8)
        self._ends = np.flatnonzero(self._data < _MORE)
        behind = np.cumsum([len(data) for _, data in found])
        sizes = np.diff(np.searchsorted(self._ends, behind), prepend=0)
        if (sizes < 1).any() or (self._data[behind - 1] >= _MORE).any():
            raise DamagedPageError(_NO_PAGE)
        begins = np.cumsum(sizes) - sizes
        self.many: Numbers = self._numbers(begins)
        if (self.many < 1).any() or (2 * self.many > sizes).any():
            raise DamagedPageError(_NO_PAGE)
        starts = np.cumsum(self.many) - self.many
        distances = self._numbers(_ranges(begins, self.many))
        distances[starts] = [first for first, _ in found]
        self.tokens: Numbers = _summed(distances, starts, self.many)
        self.counts: Numbers = self._numbers(_ranges(begins + self.many, self.many))
        self.entries: Numbers = np.add.reduceat(self.counts, starts)
        if (self.entries != sizes - 2 * self.many).any() or (self.counts < 1).any():
            raise DamagedPageError(_NO_PAGE)
        before = np.cumsum(self.counts) - self.counts
        self._places = before + np.repeat(begins + 2 * self.many - before[starts], self.many)

    def places(self, tokens: Numbers) -> Numbers:
        """Return the places that the tokens at ``tokens`` have."""
        counts = self.counts[tokens]
        gaps = self._numbers(_ranges(self._places[tokens], counts))
        return _summed(gaps, np.cumsum(counts) - counts, counts)

    def _numbers(self, at: Numbers) -> Numbers:
        ends = self._ends[at]
        starts = np.where(at > 0, self._ends[at - 1] + 1, 0)
        made: Numbers = (self._data[starts] & (_MORE - 1)).astype(np.int64)
        where, byte = np.flatnonzero(ends > starts), 1
        while len(where):
            if byte * _BITS >= _NUMBER:
                raise DamagedPageError(_NO_PAGE)
            made[where] |= (self._data[starts[where] + byte].astype(np.int64) & (_MORE - 1)) << byte * _BITS
            byte += 1
            where = where[ends[where] >= starts[where] + byte]
        return made


def _ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """Return ``counts`` numbers from each of ``starts`` on."""
    before = np.cumsum(counts) - counts
    made: Numbers = np.arange(int(counts.sum())) + np.repeat(starts - before, counts)
    return made


def _summed(distances: Numbers, starts: Numbers, counts: Numbers) -> Numbers:
    """Return the sums of distances, begun anew at each of ``starts``."""
    sums = np.cumsum(distances)
    made: Numbers = sums - np.repeat(sums[starts] - distances[starts], counts)
    return made


class _Row:
    """Numbers written one after another; ``ends`` are the bytes before each and behind the last."""

    def __init__(self, values: Numbers | np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> None:
        bounds = [1 << bits for bits in range(_BITS, values.dtype.itemsize * 8 - 1, _BITS)]
        longer = [np.flatnonzero(values >= bounds[0])] if len(values) else [np.empty(0, dtype=np.int64)]
        for bound in bounds[1:]:
            longer.append(longer[-1][values[longer[-1]] >= bound])
        lengths = np.ones(len(values), dtype=np.int64)
        for where in longer:
            lengths[where] += 1
        self.ends = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(lengths, out=self.ends[1:])
        made = np.empty(int(self.ends[-1]), dtype=np.uint8)
        made[self.ends[:-1]] = values & (_MORE - 1)
        for at, where in enumerate(longer):
            made[self.ends[where] + at] |= _MORE
            made[self.ends[where] + at + 1] = values[where] >> _BITS * (at + 1) & (_MORE - 1)
        self._bytes = made.tobytes()

    def slice(self, begin: int, end: int) -> bytes:
        """Return the bytes of the numbers from ``begin`` up to ``end``."""
        return self._bytes[self.ends[begin] : self.ends[end]]
