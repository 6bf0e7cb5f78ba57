"""The raw pages of versions, for reading them again: kept in the article's transaction, within a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, or_, select

from crawler.store.models import RawPage, Version
from crawler.store.packing import PackingError, compress, decompress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from crawler import items

DEFAULT_BUDGET = 2_000_000_000
"""Bytes that the bodies may take, compressed."""
ROOM = 0.05
"""The share of the budget that is made free at once, so that not every article has to."""
RECOUNT = 2_000
"""After so many pages the bytes are counted anew: other processes write as well."""
A_TIME = 200


class RawBudget:
    """Keeps raw pages and lets the oldest go. ``budget`` is in bytes, 0 keeps none.

    One object serves one process; it is used within a transaction, and told (``forget``) if that fails.
    """

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self._used: int | None = None  # None: to be counted
        self._since = 0  # pages since they were counted

    def forget(self) -> None:
        """Count anew before the next page: what was counted was not kept."""
        self._used = None

    def rows(self, version_id: int, pages: Sequence[items.RawPage]) -> list[dict[str, Any]]:
        """Return the rows of the pages that a version was read from, in the order of its parts."""
        return (
            [_row(version_id, part, page) for part, page in enumerate(pages, start=1)] if self.budget else []
        )

    def keep(self, connection: Connection, version_id: int, pages: Sequence[items.RawPage]) -> None:
        """Keep the pages that a version was read from."""
        if rows := self.rows(version_id, pages):
            connection.execute(insert(RawPage), rows)
            self.count(connection, rows)

    def count(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Count rows that were written, or will be before the next statement; let the oldest go."""
        self._since += len(rows)
        if self._used is None or self._since > RECOUNT:
            self._used, self._since = stored(connection), 0
        else:
            self._used += sum(row["stored"] for row in rows)
        if self._used > self.budget:
            self._used = prune(connection, int(self.budget * (1 - ROOM)))


def is_kept(connection: Connection, article_id: int, pages: Sequence[items.RawPage]) -> bool:
    """Return whether ``pages`` are, byte by byte, what is kept of the newest version that has pages."""
    newest = (
        select(func.max(RawPage.version_id))
        .join(Version, Version.id == RawPage.version_id)
        .where(Version.article_id == article_id)
    )
    of_newest = RawPage.version_id == newest.scalar_subquery()
    sizes = connection.scalars(select(RawPage.size).where(of_newest).order_by(RawPage.part)).all()
    if not pages or sizes != [len(page.body) for page in pages]:
        return False
    packed = connection.scalars(select(RawPage.packed).where(of_newest).order_by(RawPage.part)).all()
    try:
        return [decompress(one) for one in packed] == [page.body for page in pages]
    except PackingError:  # `scrapy db check` finds it; what cannot be compared counts as changed
        return False


def stored(connection: Connection) -> int:
    """Return the bytes that all raw pages take, compressed."""
    return int(connection.scalar(select(func.coalesce(func.sum(RawPage.stored), 0))) or 0)


def prune(connection: Connection, budget: int) -> int:
    """Delete the oldest raw pages until the others take at most ``budget`` bytes; return what they take."""
    used = stored(connection)
    oldest = (
        select(RawPage.version_id, RawPage.part, RawPage.stored).order_by(RawPage.fetched_at).limit(A_TIME)
    )
    while used > budget and (rows := connection.execute(oldest).all()):
        gone = []
        for version_id, part, size in rows:
            if used <= budget:
                break
            gone.append(and_(RawPage.version_id == version_id, RawPage.part == part))
            used -= size
        connection.execute(delete(RawPage).where(or_(*gone)))
    return used


def _row(version_id: int, part: int, page: items.RawPage) -> dict[str, Any]:
    packed = compress(page.body)
    return {
        "version_id": version_id,
        "part": part,
        "url": page.url,
        "fetched_at": page.fetched,
        "status": page.status,
        "headers": page.headers,
        "charset": page.charset,
        "charset_reason": page.charset_reason.replace("\0", ""),
        "size": len(page.body),
        "stored": len(packed),
        "packed": packed,
    }
