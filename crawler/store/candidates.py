"""The index of fingerprints: writing an article's keys, and who shares some of them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import TextClause, delete, insert, text

from crawler.store.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

A_KEY = 20
"""Of each key only so many of the newest articles: a form's sentence may stand in ten thousand notices."""
BEST = 12
"""So many candidates are compared, those that share the most keys."""
PADDING = 16
"""Statements are made for multiples of so many keys, so that few different ones are prepared."""

_SQLITE = (
    "SELECT * FROM (SELECT article_id FROM fingerprints WHERE key = :k{0} ORDER BY article_id DESC LIMIT :a)"
)
_POSTGRESQL = """
    SELECT found.article_id FROM unnest(CAST(:keys AS bigint[])) AS wanted (key) CROSS JOIN LATERAL (
        SELECT article_id FROM fingerprints
        WHERE fingerprints.key = wanted.key ORDER BY article_id DESC LIMIT :a
    ) AS found
"""


def candidates(session: Session, keys: Sequence[int], *, other_than: int) -> list[int]:
    """Return the ids of the articles that share the most of ``keys``, the best first."""
    if not keys:
        return []
    if session.get_bind().dialect.name == "sqlite":
        size = -(-len(keys) // PADDING) * PADDING
        values = {f"k{at}": key for at, key in enumerate([*keys, *[None] * (size - len(keys))])}
        rows = session.execute(_union(size), {**values, "a": A_KEY})
    else:
        rows = session.execute(text(_POSTGRESQL), {"keys": list(keys), "a": A_KEY})
    shared = Counter(row[0] for row in rows)
    shared.pop(other_than, None)
    ranked = sorted(shared.items(), key=lambda item: (-item[1], -item[0]))
    return [article_id for article_id, _ in ranked[:BEST]]


def add(session: Session, article_id: int, keys: Sequence[int]) -> None:
    """Index an article by its keys."""
    if keys:
        rows = [{"key": key, "article_id": article_id} for key in keys]
        session.execute(insert(Fingerprint), rows)


def remove(session: Session, article_id: int, keys: Sequence[int]) -> None:
    """Take an article's old keys out of the index."""
    for key in keys:
        session.execute(
            delete(Fingerprint).where(Fingerprint.key == key, Fingerprint.article_id == article_id)
        )


@cache
def _union(size: int) -> TextClause:
    return text(" UNION ALL ".join(_SQLITE.format(at) for at in range(size)))
