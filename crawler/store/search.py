"""Finding articles by words: an index of character pairs over canonical text, SQLite (FTS5) and PostgreSQL.

A trigram index, SQLite's own for such scripts, finds nothing for a word of two characters.

What the index holds: for each article (``rowid`` on SQLite, ``article_id`` on PostgreSQL) the set of the
``tokens`` of the newest version's canonical title and body, and those of the title once more with
``IN_TITLE`` in front. It holds no positions, no counts and no text (FTS5 ``content=''``, ``detail=none``; a
stripped tsvector), which keeps it small. So it answers which articles hold all of some tokens, on SQLite by
``MATCH`` with tokens, AND, OR and prefixes (``"低" *``), on PostgreSQL by ``@@``; that the tokens of a
longer word stand together is verified in the text itself (``crawler.store.finding``).
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from crawler.query.syntax import And, Near, Or, Pattern, Term
from crawler.store.models import Article
from crawler.store.tokens import LONGEST, pairs, runs, tokens, written
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from crawler.query.syntax import Query

_Row = TypeVarTuple("_Row")
TOKENS = 20_000
"""The most tokens of one article that are indexed: a table of a thousand pages has more."""
IN_TITLE = "\ue000"
"""Stands before a token of the title: a character for private use, which no canonical text has a need for."""

_SEARCH = table("search", column("search"), column("article_id", Integer), column("tokens"))


class Changes:
    """What is to change in the index, gathered for the end of a transaction; ``write`` keeps the order.

    FTS5 writes out what it holds in memory whenever another table's statement follows: article by article
    that takes three times as long and leaves as many pieces to be merged.
    """

    def __init__(self) -> None:
        self._changes: list[tuple[bool, dict[str, object]]] = []  # whether something is added, and what

    def add(self, article_id: int, title: str, body: str) -> None:
        """Index an article by its canonical ``title`` and ``body``."""
        self._changes.append((True, {"id": article_id, "tokens": index_text(title, body)}))

    def remove(self, article_id: int, title: str, body: str) -> None:
        """Take an article out of the index; ``title`` and ``body`` must be those it was indexed by."""
        # SQLite's index keeps no text, so it must be told what to forget.
        self._changes.append((False, {"id": article_id, "tokens": index_text(title, body)}))

    def write(self, session: Session) -> None:
        """Write the changes and forget them."""
        statements = _SQLITE if _is_sqlite(session) else _POSTGRESQL
        connection = session.connection()
        for added, changes in groupby(self._changes, key=lambda change: change[0]):
            connection.execute(statements[added], [values for _, values in changes])
        self._changes.clear()

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


_SQLITE = {
    True: text("INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)"),
    False: text("INSERT INTO search (search, rowid, tokens) VALUES ('delete', :id, :tokens)"),
}
_POSTGRESQL = {
    True: text(
        "INSERT INTO search (article_id, tokens) "
        "VALUES (:id, array_to_tsvector(string_to_array(:tokens, ' ')))"
    ),
    False: text("DELETE FROM search WHERE article_id = :id"),
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


def condition(session: Session, query: Query) -> ColumnElement[bool] | None:
    """Return what the index can say of ``query`` about ``Article.id``, ``None`` if that is nothing.

    It is true of every article that matches, and of some that do not.
    """
    wanted = _needed(query)
    if wanted is None:
        return None
    if _is_sqlite(session):
        rows = select(literal_column("rowid", Integer)).select_from(_SEARCH)
        hits = rows.where(_SEARCH.c.search.op("MATCH")(_expression(wanted, _FTS5)))
    else:
        match = cast(bindparam(None, _expression(wanted, _TSQUERY), Text), TSQUERY)
        hits = select(_SEARCH.c.article_id).where(_SEARCH.c.tokens.op("@@")(match))
    return Article.id.in_(hits)


def newest_first(session: Session, rows: Select[*_Row], query: Query | None) -> Select[*_Row]:
    """Return ``rows`` of articles that ``query`` may match, those stored last first.

    SQLite's index gives them in this order one after another: whoever stops after some of them has not waited
    for a list of all.
    """
    wanted = _needed(query) if query else None
    if query is None or wanted is None or not _is_sqlite(session):
        hits = condition(session, query) if query else None
        return (rows if hits is None else rows.where(hits)).order_by(Article.id.desc())
    number = literal_column("search.rowid", Integer)
    matching = _SEARCH.c.search.op("MATCH")(_expression(wanted, _FTS5))
    return rows.join(_SEARCH, number == Article.id).where(matching).order_by(number.desc())


_Needed = str | tuple[str, list["_Needed"]]
"""A token (``x*`` is a prefix), or AND and OR before several of these."""
_FTS5 = {"and": " AND ", "or": " OR ", "token": '"{}"', "prefix": '"{}" *'}
_TSQUERY = {"and": " & ", "or": " | ", "token": "'{}'", "prefix": "'{}':*"}


def _needed(query: Query) -> _Needed | None:
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


def _all(parts: Sequence[_Needed]) -> _Needed | None:
    return ("and", list(parts)) if parts else None


def _expression(wanted: _Needed, language: dict[str, str]) -> str:
    if isinstance(wanted, str):
        kind = "prefix" if wanted.endswith("*") else "token"
        return language[kind].format(wanted.removesuffix("*"))
    sign, parts = wanted
    return f"({language[sign].join(_expression(part, language) for part in parts)})"


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
