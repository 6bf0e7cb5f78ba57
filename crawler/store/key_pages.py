"""The fingerprints that PostgreSQL keeps packed, in pages by their keys (``crawler.store.postings``).

A row a key takes eighty bytes with its index, ten times what it says. So new keys are rows of
``fingerprints``, where whole batches look for theirs, and with every batch those of a stretch of the pages
move into these: another stretch each time, by lot, so that no batch waits for all. A key is in the page with
the highest first key that is not above it, or in none.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from crawler.store import direct, postings
from crawler.store.postings import DamagedPageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from crawler.store.postings import Numbers

logger = logging.getLogger(__name__)

PAGE = 460
"""Bytes of a page, some sixty keys: most of those that are asked for have a page each, which is unpacked."""
AN_ARTICLE = 6
"""So many pages are made anew for each article that is added: rows then are of a tenth of the articles."""
ENOUGH = 3
"""So many rows a page at least make it worth while …"""
AT_FIRST = 20_000
"""… and so many, where there are no pages yet."""
A_TIME = 5_000
"""So many pages are read or written at a time."""
WINDOW = 200_000
"""The keys of articles with so many numbers are held in memory at a time."""

_LOT = 0x9E3779B97F4A7C15  # multiples of it lie evenly between 0 and 2**64
_END = 2**62

_OF_KEYS = """SELECT DISTINCT ON (page.first) page.first, page.packed
    FROM unnest(%s::bigint[]) AS wanted (key) CROSS JOIN LATERAL (
        SELECT first, packed FROM fingerprint_pages WHERE first <= wanted.key ORDER BY first DESC LIMIT 1
    ) AS page"""
_STRETCH = """SELECT first, packed FROM fingerprint_pages
    WHERE first >= coalesce((SELECT max(first) FROM fingerprint_pages WHERE first <= %s), 0)
    ORDER BY first LIMIT %s"""
_NEXT = "SELECT first, packed FROM fingerprint_pages WHERE first > %s ORDER BY first LIMIT %s"
_ROWS = "SELECT count(*) FROM fingerprints WHERE key >= %s AND key < %s"
_TAKE = """DELETE FROM fingerprints WHERE key >= %s AND key < %s AND article_id >= 0
    RETURNING key, article_id"""
_ROW = """INSERT INTO fingerprints (key, article_id) SELECT unnest(%s::bigint[]), unnest(%s::int[])
    ON CONFLICT DO NOTHING"""
_DROP = "DELETE FROM fingerprint_pages WHERE first = ANY(%s)"
_ADD = "INSERT INTO fingerprint_pages (first, packed) SELECT unnest(%s::bigint[]), unnest(%s::bytea[])"

_Page = tuple[int, bytes]


def hits(connection: Connection, keys: Sequence[int]) -> list[tuple[int, int]]:
    """Return those of ``keys`` that are in pages, with each article that has them."""
    found, wanted = direct.binary_rows(connection, _OF_KEYS, (list(keys),)), np.array(keys, dtype=np.int64)
    if not found:
        return []
    try:
        having, articles = postings.having(found, wanted)
    except DamagedPageError:
        having, articles = _unpacked(found)  # tells which
        asked = np.isin(having, wanted)
        having, articles = having[asked], articles[asked]
    return list(zip(having.tolist(), articles.tolist(), strict=True))


def remove(connection: Connection, article_id: int, keys: Sequence[int]) -> None:
    """Take keys of an article out of the pages."""
    old: list[int] = []
    new: list[_Page] = []
    wanted = np.array(keys, dtype=np.int64)
    for first, found, articles in _each(direct.binary_rows(connection, _OF_KEYS, (list(keys),))):
        gone = (articles == article_id) & np.isin(found, wanted)
        if gone.any():
            old.append(first)
            new += postings.packed(found[~gone], articles[~gone], PAGE)
    _exchange(connection, old, new)


def fold(connection: Connection, articles: int, last: int) -> None:
    """Move rows of a stretch of the pages into these; ``articles`` were added, ``last`` is one of them."""
    at, number = last * _LOT % 2**64 >> 16, articles * AN_ARTICLE
    pages = direct.binary_rows(connection, _STRETCH, (at, number + 1))
    low = pages[0][0] if pages and pages[0][0] <= at else 0
    high = pages.pop()[0] if len(pages) > number else _END
    (rows,) = direct.binary_rows(connection, _ROWS, (low, high))[0]
    if rows >= (ENOUGH * len(pages) if pages else AT_FIRST):
        _fold(connection, pages, low, high)


def fold_all(connection: Connection) -> None:
    """Move all rows into pages, of which there are none yet."""
    query = "SELECT key, article_id FROM fingerprints WHERE article_id >= 0 ORDER BY key, article_id"
    rest: list[tuple[int, int]] = []
    for rows in direct.portions(connection, query, 100 * A_TIME):
        rest += rows
        cut = next((at for at in range(len(rest) - 1, 0, -1) if rest[at - 1][0] != rest[at][0]), 0)
        _write(connection, rest[:cut])
        del rest[:cut]
    _write(connection, rest)
    direct.many(connection, "TRUNCATE fingerprints", [()])


def unfold_all(connection: Connection) -> None:
    """Make rows of all that is in pages, and take these out."""
    for some in pages(connection):
        keys, articles = _unpacked(some)
        direct.many(connection, _ROW, [(keys.tolist(), articles.tolist())])
        _exchange(connection, [first for first, _ in some], [])


def pages(connection: Connection) -> Iterator[list[_Page]]:
    """Yield all pages, many at a time, in their order."""
    after = -1
    while found := direct.binary_rows(connection, _NEXT, (after, A_TIME)):
        yield found
        after = found[-1][0]


def stored(connection: Connection) -> Iterator[tuple[int, int]]:
    """Yield each article in pages with each of its keys, in the order of their numbers."""
    start, top = 0, 1
    while start < top:
        window: list[tuple[Numbers, Numbers]] = []
        for some in pages(connection):
            keys, articles = _unpacked(some)
            top = max(top, int(articles.max(initial=0)) + 1)
            these = (articles >= start) & (articles < start + WINDOW)
            window.append((articles[these], keys[these]))
        start += WINDOW
        if window:
            articles, keys = (np.concatenate(parts) for parts in zip(*window, strict=True))
            order = np.lexsort((keys, articles))
            yield from zip(articles[order].tolist(), keys[order].tolist(), strict=True)


def damaged(connection: Connection) -> Iterator[int]:
    """Yield the first keys of pages that cannot be read, or hold what belongs into another."""
    last = -1
    for some in pages(connection):
        for first, packed in some:
            try:
                keys, _, _ = postings.unpacked([(first, packed)])
            except DamagedPageError:
                yield first
                continue
            if first <= last or (np.diff(keys) < 0).any():
                yield first
            last = max(last, int(keys[-1]))


def drop(connection: Connection, first: int) -> None:
    """Take a page out with all that it holds."""
    _exchange(connection, [first], [])


def _fold(connection: Connection, old: list[_Page], low: int, high: int) -> None:
    rows = direct.binary_rows(connection, _TAKE, (low, high))
    taken = np.array(rows, dtype=np.int64).reshape(-1, 2)
    keys, articles = _unpacked(old)
    _exchange(
        connection,
        [first for first, _ in old],
        list(_packed(np.append(keys, taken[:, 0]), np.append(articles, taken[:, 1]))),
    )


def _write(connection: Connection, rows: list[tuple[int, int]]) -> None:
    found = np.array(rows, dtype=np.int64).reshape(-1, 2)
    _exchange(connection, [], list(_packed(found[:, 0], found[:, 1])))


def _packed(keys: Numbers, articles: Numbers) -> Iterator[_Page]:
    order = np.lexsort((articles, keys))
    keys, articles = keys[order], articles[order]
    new = (np.diff(keys, prepend=-1) != 0) | (np.diff(articles, prepend=-1) != 0)
    return postings.packed(keys[new], articles[new], PAGE)


def _exchange(connection: Connection, old: list[int], new: list[_Page]) -> None:
    if old:
        direct.many(connection, _DROP, [(old,)])
    for at in range(0, len(new), A_TIME):
        firsts, packed = zip(*new[at : at + A_TIME], strict=True)
        direct.many(connection, _ADD, [(list(firsts), list(packed))])


def _unpacked(found: Sequence[_Page]) -> tuple[Numbers, Numbers]:
    """Return the keys and articles of pages, none of those that cannot be read."""
    nothing = np.empty(0, dtype=np.int64)
    each = _each(found)
    keys = np.concatenate([nothing, *(keys for _, keys, _ in each)])
    return keys, np.concatenate([nothing, *(articles for _, _, articles in each)])


def _each(found: Sequence[_Page]) -> list[tuple[int, Numbers, Numbers]]:
    """Return the first key, the keys and the articles of each page that can be read."""
    if not found:
        return []
    try:
        keys, articles, sizes = postings.unpacked(found)
    except DamagedPageError as error:
        if len(found) > 1:
            return [made for one in found for made in _each([one])]
        logger.error("The fingerprints lack page %d: %s; `scrapy db check --fix`", found[0][0], error)  # noqa: TRY400  one line
        return []
    cuts = np.cumsum(sizes)[:-1]
    firsts = (first for first, _ in found)
    return list(zip(firsts, np.split(keys, cuts), np.split(articles, cuts), strict=True))
