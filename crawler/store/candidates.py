"""The index of fingerprints: writing an article's keys, and who shares some of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store import direct, key_pages, turns
from crawler.store.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

A_KEY = 20
"""Of each key only so many of the newest articles: a form's sentence may stand in ten thousand notices."""
BEST = 32
"""So many candidates are compared at most, those that share the most keys …"""
OF_A_KEY = 6
"""… and of those that share the same keys only so many: each piece of a digest has its candidates."""
FIRST_OF_A_KEY = (1, 2, 3)
"""So many of each key come first, or the copies of four pieces would keep out the fifth of a digest."""
PADDING = 16
"""Statements are made for multiples of so many keys, so that few different ones are prepared."""

_SQLITE = """SELECT * FROM (
    SELECT key, article_id FROM fingerprints WHERE key = ? ORDER BY article_id DESC LIMIT {}
)"""
_POSTGRESQL = f"""
    SELECT found.key, found.article_id
    FROM unnest(%s::bigint[]) AS wanted (key) CROSS JOIN LATERAL (
        SELECT key, article_id FROM fingerprints
        WHERE fingerprints.key = wanted.key ORDER BY article_id DESC LIMIT {A_KEY}
    ) AS found
"""  # noqa: S608  a number of ours
_ADD_SQLITE = "INSERT INTO fingerprints (key, article_id) VALUES (?, ?)"
_ADD_POSTGRESQL = "INSERT INTO fingerprints (key, article_id) SELECT unnest(%s::bigint[]), unnest(%s::int[])"
_REMOVE_SQLITE = "DELETE FROM fingerprints WHERE key = ? AND article_id = ?"
_REMOVE_POSTGRESQL = "DELETE FROM fingerprints WHERE key = ANY(%s::bigint[]) AND article_id = %s"
_MOST = 480
"""SQLite takes so many parts of a statement that is made of others."""


def candidates(session: Session, keys: Sequence[int], *, other_than: int) -> dict[int, list[int]]:
    """Return the ids of the articles that share the most of ``keys``, the best first, and which keys."""
    found = hits(session.connection(), keys)
    return best([(key, one) for key, articles in found.items() for one in articles if one != other_than])


def hits(connection: Connection, keys: Sequence[int]) -> dict[int, list[int]]:
    """Return for those of ``keys`` that articles have the newest of these, the newest first."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    if connection.dialect.name == "sqlite":
        for start in range(0, len(keys), _MOST):
            these = keys[start : start + _MOST]
            size = -(-len(these) // PADDING) * PADDING
            padded = (*these, *[None] * (size - len(these)))
            for key, article_id in direct.rows(connection, _union(size), padded):
                found[key].append(article_id)
    elif keys:
        for key, article_id in direct.rows(connection, _POSTGRESQL, (list(keys),)):
            found[key].append(article_id)
        for key, article_id in key_pages.hits(connection, keys):
            found[key].append(article_id)
        for key, articles in found.items():
            found[key] = sorted(set(articles), reverse=True)[:A_KEY]
    return found


def best(hits: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Return of pairs of a key and an article the articles with the most keys, the best first, and these."""
    shared: defaultdict[int, list[int]] = defaultdict(list)
    for key, article_id in hits:
        shared[article_id].append(key)
    order = sorted(shared, key=lambda one: (-len(shared[one]), -one))
    taken: Counter[int] = Counter()
    chosen: set[int] = set()
    for most in (*FIRST_OF_A_KEY, OF_A_KEY):
        for article_id in order:
            if len(chosen) == BEST:
                break
            if article_id not in chosen and min(taken[key] for key in shared[article_id]) < most:
                chosen.add(article_id)
                taken.update(shared[article_id])
    return {article_id: shared[article_id] for article_id in order if article_id in chosen}


def add(session: Session, article_id: int, keys: Sequence[int]) -> None:
    """Index an article by its keys."""
    write(session.connection(), [(key, article_id) for key in keys])


def write(connection: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """Index articles: pairs of a key and an article."""
    if not pairs:
        return
    if connection.dialect.name == "sqlite":
        direct.many(connection, _ADD_SQLITE, pairs)
    else:
        keys, articles = zip(*pairs, strict=True)
        direct.many(connection, _ADD_POSTGRESQL, [(list(keys), list(articles))])


def stored(session: Session) -> Iterator[tuple[int, int]]:
    """Yield each article with each of its keys, in the order of the articles' numbers."""
    query = select(Fingerprint.article_id, Fingerprint.key).order_by(Fingerprint.article_id)
    rows = ((row[0], row[1]) for row in session.execute(query.execution_options(yield_per=10_000)))
    if session.get_bind().dialect.name == "sqlite":
        yield from rows
    else:
        yield from merge(rows, key_pages.stored(session.connection()), key=itemgetter(0))


def remove(session: Session, article_id: int, keys: Sequence[int]) -> None:
    """Take an article's old keys out of the index."""
    if not keys:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_REMOVE_SQLITE, [(key, article_id) for key in keys])
    else:
        turns.take(session)  # two that make a page anew would lose what one of them did
        connection.exec_driver_sql(_REMOVE_POSTGRESQL, (list(keys), article_id))
        key_pages.remove(connection, article_id, keys)


@cache
def _union(size: int) -> str:
    return " UNION ALL ".join([_SQLITE.format(A_KEY)] * size)
