"""Finding articles by words: an index of character pairs over canonical text, SQLite (FTS5) and PostgreSQL.

A trigram index, SQLite's own for such scripts, finds nothing for a word of two characters.

What the index holds: for each article the set of the ``tokens`` of the newest version's canonical title
and body, and those of the title once more with ``IN_TITLE`` in front. It holds no positions, no counts and no
text (on SQLite FTS5 with ``content=''``, ``detail=none``; on PostgreSQL ``crawler.store.segments``), which
keeps it small. So it answers which articles hold all of some tokens, on SQLite by ``MATCH`` with tokens, AND,
OR and prefixes (``"低" *``); that the tokens of a longer word stand together is verified in the text itself
(``crawler.store.finding``).
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVarTuple

import numpy as np
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
    text,
)

from crawler.query.syntax import And, Near, Or, Pattern, Term
from crawler.store import hits, segments, turns
from crawler.store.models import Article
from crawler.store.tokens import IN_TITLE, LONGEST, numbers, pairs, runs, tokens, written
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from crawler.query.syntax import Query
    from crawler.store.hits import Needed
    from crawler.store.postings import Numbers

_Row = TypeVarTuple("_Row")
TOKENS = 20_000
"""The most tokens of one article that are indexed: a table of a thousand pages has more."""

_SEARCH = table("search", column("search"))


class Changes:
    """What is to change in the index, gathered for the end of a transaction; ``write`` keeps the order.

    FTS5 writes out what it holds in memory whenever another table's statement follows: article by article
    that takes three times as long and leaves as many pieces to be merged. On PostgreSQL the articles of a
    batch are one segment.
    """

    def __init__(self) -> None:
        self._changes: list[tuple[bool, int, str, str]] = []  # whether it is added, and what

    def add(self, article_id: int, title: str, body: str) -> None:
        """Index an article by its canonical ``title`` and ``body``."""
        self._changes.append((True, article_id, title, body))

    def remove(self, article_id: int, title: str, body: str) -> None:
        """Take an article out of the index; ``title`` and ``body`` must be those it was indexed by."""
        # SQLite's index keeps no text, so it must be told what to forget.
        self._changes.append((False, article_id, title, body))

    def write(self, session: Session) -> None:
        """Write the changes and forget them."""
        if not self._changes:
            return
        if _is_sqlite(session):
            self._to_fts5(session)
        else:
            self._to_segments(session)
        self._changes.clear()

    def _to_fts5(self, session: Session) -> None:
        connection = session.connection()
        for added, changes in groupby(self._changes, key=lambda change: change[0]):
            values = [{"id": one, "tokens": index_text(title, body)} for _, one, title, body in changes]
            connection.execute(_FTS5_STATEMENTS[added], values)

    def _to_segments(self, session: Session) -> None:
        turns.take(session)  # two that merge the same segments would write them twice
        connection = session.connection()
        segments.remove(connection, [one for added, one, _, _ in self._changes if not added])
        last = {one: (added, title, body) for added, one, title, body in self._changes}
        segments.append(
            connection,
            {one: index_numbers(title, body) for one, (added, title, body) in last.items() if added},
        )

    def forget(self) -> None:
        """Forget the changes: their transaction failed."""
        self._changes.clear()


def add(session: Session, article_id: int, title: str, body: str) -> None:
    """Index one article at once."""
    changes = Changes()
    changes.add(article_id, title, body)
    changes.write(session)


def remove(session: Session, article_id: int, title: str, body: str) -> None:
    """Take one article out of the index at once."""
    changes = Changes()
    changes.remove(article_id, title, body)
    changes.write(session)


_FTS5_STATEMENTS = {
    True: text("INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)"),
    False: text("INSERT INTO search (search, rowid, tokens) VALUES ('delete', :id, :tokens)"),
}


def index_text(title: str, body: str) -> str:
    """Return what is indexed of a canonical ``title`` and ``body``: each token once, a blank between two."""
    made = [written(f"{title}\n{body}"), *(IN_TITLE + token for token in dict.fromkeys(tokens(title)))]
    indexed = " ".join(filter(None, made))
    if indexed.count(" ") < TOKENS:
        return indexed
    of_title = tokens(title)
    first = dict.fromkeys((*of_title, *(IN_TITLE + token for token in of_title), *tokens(body)))
    return " ".join(islice(first, TOKENS))


def _among(ids: Sequence[int]) -> ColumnElement[bool]:
    # As a text: the driver takes many times as long to write a list of a hundred thousand.
    return Article.id == any_(cast(literal(f"{{{','.join(map(str, ids))}}}", Text), ARRAY(Integer)))


def index_numbers(title: str, body: str) -> Numbers:
    """Return the numbers of the tokens of ``index_text``, each once."""
    found = np.concatenate((numbers(f"{title}\n{body}"), numbers(title) | hits.TITLE))
    if len(found) <= TOKENS:
        return found
    return np.unique(np.array([hits.numbered(token)[0] for token in index_text(title, body).split()]))


def condition(session: Session, query: Query) -> ColumnElement[bool] | None:
    """Return what the index can say of ``query`` about ``Article.id``, ``None`` if that is nothing.

    It is true of every article that matches, and of some that do not.
    """
    wanted = _needed(query)
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
    wanted = _needed(query) if query else None
    if query is None or wanted is None or not _is_sqlite(session):
        possible = condition(session, query) if query else None
        return (rows if possible is None else rows.where(possible)).order_by(Article.id.desc())
    rowid = literal_column("search.rowid", Integer)
    matching = _SEARCH.c.search.op("MATCH")(_expression(wanted))
    return rows.join(_SEARCH, rowid == Article.id).where(matching).order_by(rowid.desc())


def portions(session: Session, rows: Select[*_Row], query: Query | None) -> Iterator[Select[*_Row]]:
    """Yield what ``newest_first`` returns, on PostgreSQL in portions, the newest first.

    Its index is asked for older articles when the next portion is.
    """
    wanted = _needed(query) if query else None
    if wanted is None or _is_sqlite(session):
        yield newest_first(session, rows, query)
        return
    for ids in hits.portions(hits.newest_first(session, wanted)):
        yield rows.where(_among(ids)).order_by(Article.id.desc())


_FTS5 = {"and": " AND ", "or": " OR "}


def _needed(query: Query) -> Needed | None:
    match query:
        case Term(field=None | "title"):
            where = IN_TITLE if query.field else ""
            return _all([where + token for token in word_tokens(query.text)])
        case Pattern(field=None):
            # Of what stands beside a wildcard, a Latin word may be only the beginning of one.
            inner = query.literal if not query.literal.isascii() else ""
            return _all([token for token in word_tokens(inner) if not token.isascii()])
        case Near():
            return _needed(And((Or(query.left), Or(query.right))))
        case And():
            return _all([part for part in map(_needed, query.of) if part is not None])
        case Or():
            parts = [_needed(part) for part in query.of]
            known = [part for part in parts if part is not None]
            return ("or", known) if len(known) == len(parts) else None
        case _:
            return None


def _all(parts: Sequence[Needed]) -> Needed | None:
    return ("and", list(parts)) if parts else None


def _expression(wanted: Needed) -> str:
    if isinstance(wanted, str):
        return f'"{wanted[:-1]}" *' if wanted.endswith("*") else f'"{wanted}"'
    sign, parts = wanted
    return f"({_FTS5[sign].join(map(_expression, parts))})"


def word_tokens(word: str) -> list[str]:
    """Return the tokens that every text with ``word`` has; a last ``x*`` is a prefix."""
    found = runs(canonical(word).lower())
    made = [token for run in found[:-1] for token in tokens(run)]
    for run in found[-1:]:
        if run.isascii():
            made.append(run[:LONGEST])
        elif len(run) == 1:
            made.append(f"{run}*")
        else:
            made += pairs(run)
    return list(dict.fromkeys(made))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
