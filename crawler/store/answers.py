"""What the search index answers to a query: articles that may match, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVarTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    any_,
    cast,
    column,
    literal,
    literal_column,
    select,
    table,
)

from crawler.store import hits
from crawler.store.models import Article
from crawler.store.needed import needed, without_prefixes
from crawler.store.segments import EVERY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from crawler.query.syntax import Query
    from crawler.store.hits import Needed

_Row = TypeVarTuple("_Row")
A_LOOK = 100
"""So many candidates are read before FTS5 is asked for a prefix …"""
WIDER, LONG_LOOK = 4, 50_000
"""… then so many times as many, up to so many at a time …"""
SHARE = 4
"""… as long as one of so many matches: where fewer do, putting the prefix together takes less."""

_SEARCH = table("search", column("search"))


@dataclass(slots=True)
class Tally:
    """How many rows of candidates were read, and how many of these matched."""

    read: int = 0
    matched: int = 0

    @property
    def rich(self) -> bool:
        """Whether many match, as far as is known."""
        return self.read < A_LOOK // 2 or SHARE * self.matched >= self.read


def condition(session: Session, query: Query) -> ColumnElement[bool] | None:
    """Return what the index can say of ``query`` about ``Article.id``, ``None`` if that is nothing.

    It is true of every article that matches, and of some that do not.
    """
    wanted = needed(query)
    if wanted is None:
        return None
    if not _is_sqlite(session):
        found = [int(one) for ids in hits.newest_first(session, wanted) for one in ids]
        return _among(found)
    rows = select(literal_column("rowid", Integer)).select_from(_SEARCH)
    return Article.id.in_(rows.where(_SEARCH.c.search.op("MATCH")(_expression(wanted))))


def newest_first(session: Session, rows: Select[*_Row], query: Query | None) -> Select[*_Row]:
    """Return ``rows`` of articles that ``query`` may match, those stored last first.

    SQLite's index gives them in this order one after another: whoever stops after some of them has not waited
    for a list of all.
    """
    wanted = needed(query) if query else None
    if query is None or wanted is None or not _is_sqlite(session):
        possible = condition(session, query) if query else None
        return (rows if possible is None else rows.where(possible)).order_by(Article.id.desc())
    return _of_fts5(rows, wanted)


def portions(
    session: Session,
    rows: Select[*_Row],
    query: Query | None,
    *,
    tally: Tally | None = None,
    within: Callable[[], tuple[int, int]] | None = None,
) -> Iterator[Select[*_Row]]:
    """Yield what ``newest_first`` returns in portions, the newest first: asking goes on with the next.

    Whoever reads the rows counts in ``tally`` what came of them. ``within`` says the lowest and the highest
    number that they can have; it is asked where few candidates become rows.
    """
    wanted = needed(query) if query else None
    if wanted is None:
        yield newest_first(session, rows, query)
    elif _is_sqlite(session):
        yield from _of_fts5_by_looks(session, rows, wanted, tally or Tally(), within)
    else:
        yield from _of_segments(session, rows, wanted, tally or Tally(), within)


def _of_segments(
    session: Session,
    rows: Select[*_Row],
    wanted: Needed,
    tally: Tally,
    within: Callable[[], tuple[int, int]] | None,
) -> Iterator[Select[*_Row]]:
    offered = 0
    for ids in hits.portions(hits.newest_first(session, wanted)):
        yield rows.where(_among(ids)).order_by(Article.id.desc())
        offered += len(ids)
        if within and 2 * tally.read < offered:
            least, most = within()
            # From the lowest to what is below all that were offered, which may be nothing.
            others = hits.newest_first(session, wanted, (least, min(most, ids[-1] - 1)))
            yield from (
                rows.where(_among(some)).order_by(Article.id.desc()) for some in hits.portions(others)
            )
            return


def _of_fts5_by_looks(
    session: Session,
    rows: Select[*_Row],
    wanted: Needed,
    tally: Tally,
    within: Callable[[], tuple[int, int]] | None,
) -> Iterator[Select[*_Row]]:
    """Yield all in one portion, but for a prefix: FTS5 puts all that it may be together before the first hit.

    Of one that many articles have the newest are found sooner by reading these; that ends where few have it.
    """
    weaker = without_prefixes(wanted)
    (least, most), size, offered = EVERY, A_LOOK, 0
    while size < LONG_LOOK and tally.rich and (within or weaker != wanted):
        last = session.scalar(_candidates(weaker, most).offset(size - 1).limit(1))
        low = least if last is None else max(least, last)
        yield _of_fts5(rows, weaker, (low, most))
        if low == least:
            return
        most, size, offered = low - 1, size * WIDER, offered + size
        if within and 2 * tally.read < offered:
            lowest, highest = within()
            least, most, within = lowest, min(most, highest), None
    yield _of_fts5(rows, wanted, (least, most))


_ROWID = literal_column("search.rowid", Integer)


def _candidates(wanted: Needed | None, most: int) -> Select[int]:
    if wanted is None:
        return select(Article.id).where(Article.id <= most).order_by(Article.id.desc())
    matching = _SEARCH.c.search.op("MATCH")(_expression(wanted))
    return (
        select(_ROWID).select_from(_SEARCH).where(matching, _ROWID.between(0, most)).order_by(_ROWID.desc())
    )


def _of_fts5(
    rows: Select[*_Row], wanted: Needed | None, among: tuple[int, int] | None = None
) -> Select[*_Row]:
    which = Article.id if wanted is None else _ROWID
    if wanted is not None:
        matching = _SEARCH.c.search.op("MATCH")(_expression(wanted))
        rows = rows.join(_SEARCH, Article.id == _ROWID).where(matching)
    return (rows if among is None else rows.where(which.between(*among))).order_by(which.desc())


_FTS5 = {"and": " AND ", "or": " OR ", "not": " NOT "}


def _expression(wanted: Needed) -> str:
    if isinstance(wanted, str):
        return f'"{wanted[:-1]}" *' if wanted.endswith("*") else f'"{wanted}"'
    sign, parts = wanted
    return f"({_FTS5[sign].join(map(_expression, parts))})"


def _among(ids: Sequence[int]) -> ColumnElement[bool]:
    # As a text: the driver takes many times as long to write a list of a hundred thousand.
    return Article.id == any_(cast(literal(f"{{{','.join(map(str, ids))}}}", Text), ARRAY(Integer)))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
