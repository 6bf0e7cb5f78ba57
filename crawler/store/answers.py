"""What the search index answers to a query: articles that may match, the newest first."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, TypeVarTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)

from crawler.store import hits, looks
from crawler.store.models import Article
from crawler.store.needed import needed, without_prefixes
from crawler.store.segments import EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from crawler.query.syntax import Query
    from crawler.store.hits import Needed
    from crawler.store.looks import Looking

_Row = TypeVarTuple("_Row")

_SEARCH = table("search", column("search"))


def condition(session: Session, query: Query) -> ColumnElement[bool] | None:
    """Return what the index can say of ``query`` about ``Article.id``, ``None`` if that is nothing.

    It is true of every article that matches, and of some that do not.
    """
    wanted = needed(query)
    if wanted is None:
        return None
    if not _is_sqlite(session):
        found = [int(one) for ids in hits.newest_first(session, wanted) for one in ids]
        return _among(session, found)
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
    looking: Looking,
) -> Iterator[Select[*_Row]]:
    """Yield what ``newest_first`` returns in portions, the newest first: asking goes on with the next.

    Whoever reads the rows counts in ``looking`` what came of them.
    """
    wanted = needed(query) if query else None
    if wanted is None:
        yield newest_first(session, rows, query)
    elif _is_sqlite(session):
        yield from _of_fts5_by_looks(session, rows, wanted, looking)
    else:
        yield from _of_segments(session, rows, wanted, looking)


def _of_segments(
    session: Session,
    rows: Select[*_Row],
    wanted: Needed,
    looking: Looking,
) -> Iterator[Select[*_Row]]:
    ordered = partial(_ordered, session, rows)
    offered = 0
    for ids in hits.portions(hits.newest_first(session, wanted)):
        yield ordered(ids)
        offered += len(ids)
        if looking.own and looking.scarce(offered):
            yield from looks.among(
                looking.own(ids[-1] - 1),
                ordered,
                partial(_hits_of, session, wanted),
                looking,
                _share(session, offered, ids[-1]),
            )
            return
        if looking.within and looking.scarce(offered):
            least, most = looking.within()
            # From the lowest to what is below all that were offered, which may be nothing.
            others = hits.newest_first(session, wanted, (least, min(most, ids[-1] - 1)))
            yield from map(ordered, hits.portions(others))
            return


def _of_fts5_by_looks(
    session: Session,
    rows: Select[*_Row],
    wanted: Needed,
    looking: Looking,
) -> Iterator[Select[*_Row]]:
    """Yield all in one portion, but for a prefix: FTS5 puts all that it may be together before the first hit.

    Of one that many articles have the newest are found sooner by reading these; that ends where few have it.
    """
    weaker = without_prefixes(wanted)
    (least, most), size, offered, within = EVERY, looks.A_LOOK, 0, looking.within
    while size < looks.LONG_LOOK and looking.rich and (within or looking.own or weaker != wanted):
        last = session.scalar(_candidates(weaker, most).offset(size - 1).limit(1))
        low = least if last is None else max(least, last)
        yield _of_fts5(rows, weaker, (low, most))
        if low == least:
            return
        most, size, offered = low - 1, size * looks.WIDER, offered + size
        if looking.own and looking.scarce(offered):
            yield from looks.among(
                looking.own(most),
                partial(_ordered, session, rows),
                partial(_hits_of, session, weaker),
                looking,
                _share(session, offered, low),
            )
            return
        if within and looking.scarce(offered):
            lowest, highest = within()
            least, most, within = lowest, min(most, highest), None
    yield _of_fts5(rows, wanted, (least, most))


def _ordered(session: Session, rows: Select[*_Row], ids: Sequence[int]) -> Select[*_Row]:
    return rows.where(_among(session, ids)).order_by(Article.id.desc())


def _hits_of(session: Session, wanted: Needed | None, ids: Sequence[int]) -> Sequence[int]:
    """Return which of some articles, the highest number first, the index has for what is wanted."""
    if wanted is None:
        return ids
    if _is_sqlite(session):
        offered = _candidates(wanted, ids[0]).where(ids[-1] <= _ROWID).order_by(None)
        one = _values(ids)
        return session.scalars(select(one).where(one.in_(offered)).order_by(one.desc())).all()
    looked = hits.newest_first(session, wanted, (ids[-1], ids[0]))
    return sorted({one for some in looked for one in some.tolist()}.intersection(ids), reverse=True)


def _share(session: Session, offered: int, last: int) -> float:
    """Return which part of the newest articles the index offered, down to one."""
    newest = session.scalar(select(func.max(Article.id))) or last
    return offered / (newest - last + 1)


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


def _among(session: Session, ids: Sequence[int]) -> ColumnElement[bool]:
    # As a text: a driver takes many times as long to write a list of a hundred thousand, or takes none.
    if _is_sqlite(session):
        return Article.id.in_(select(_values(ids)))
    return Article.id == any_(cast(literal(f"{{{','.join(map(str, ids))}}}", Text), ARRAY(Integer)))


def _values(ids: Sequence[int]) -> ColumnElement[int]:
    values = func.json_each(json.dumps(ids)).table_valued(column("value", Integer))
    return values.c.value


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
