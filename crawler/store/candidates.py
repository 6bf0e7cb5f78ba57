"""The index of fingerprints: writing an article's keys, and who shares some of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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

# These statements go to the driver as they are: an article has some forty keys, and the layers between would
# take longer than the database does.
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
_ADD_POSTGRESQL = "INSERT INTO fingerprints (key, article_id) SELECT unnest(%s::bigint[]), %s"
_REMOVE_SQLITE = "DELETE FROM fingerprints WHERE key = ? AND article_id = ?"
_REMOVE_POSTGRESQL = "DELETE FROM fingerprints WHERE key = ANY(%s::bigint[]) AND article_id = %s"


def candidates(session: Session, keys: Sequence[int], *, other_than: int) -> dict[int, list[int]]:
    """Return the ids of the articles that share the most of ``keys``, the best first, and which keys."""
    if not keys:
        return {}
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        size = -(-len(keys) // PADDING) * PADDING
        padded = (*keys, *[None] * (size - len(keys)))
        rows = connection.exec_driver_sql(_union(size), padded)
    else:
        rows = connection.exec_driver_sql(_POSTGRESQL, (list(keys),))
    return _best([(key, article_id) for key, article_id in rows if article_id != other_than])


def _best(hits: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
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
    _write(session, (_ADD_SQLITE, _ADD_POSTGRESQL), article_id, keys)


def remove(session: Session, article_id: int, keys: Sequence[int]) -> None:
    """Take an article's old keys out of the index."""
    _write(session, (_REMOVE_SQLITE, _REMOVE_POSTGRESQL), article_id, keys)


def _write(session: Session, statements: tuple[str, str], article_id: int, keys: Sequence[int]) -> None:
    if not keys:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statements[0], [(key, article_id) for key in keys])
    else:
        connection.exec_driver_sql(statements[1], (list(keys), article_id))


@cache
def _union(size: int) -> str:
    return " UNION ALL ".join([_SQLITE.format(A_KEY)] * size)
