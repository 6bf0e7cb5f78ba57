"""Finding articles by words: bigrams over canonical text, on SQLite (FTS5) and on PostgreSQL (tsvector).

A trigram index, SQLite's own for such scripts, finds nothing for a word of two characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    false,
    func,
    literal_column,
    not_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from crawler.store.models import Article, Portal
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

TOKENS = 16_000
"""The most tokens of one text that are indexed: PostgreSQL counts positions up to 16,383."""
TITLE_SHIFT = 300
"""Where the body's positions begin on PostgreSQL, beyond any title, so that no phrase spans both."""

_RUNS = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+", re.IGNORECASE)
_SEARCH = table("search", column("search"), column("article_id", Integer), column("tokens"))


@dataclass(frozen=True, slots=True)
class Found:
    """An article in a list; times are aware, UTC."""

    portal: str
    url: str
    title: str
    source: str | None
    published: datetime | None
    published_precision: str | None
    first_seen: datetime
    versions: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for: all ``words`` (either script), none ``without``, one ``portal``, ``since`` (aware).

    ``since`` is compared with the published date, or with the first sight where there is none.
    """

    words: Sequence[str] = ()
    without: Sequence[str] = ()
    portal: str | None = None
    since: datetime | None = None


def find(session: Session, wanted: Wanted, *, limit: int | None = None) -> list[Found]:
    """Return the articles that are ``wanted``, newest first.

    A word that holds no letter and no digit is found nowhere.
    """
    when = func.coalesce(Article.published_at, Article.first_seen)
    query = select(Article, Portal.name).join(Portal, Portal.id == Article.portal_id)
    if wanted.portal is not None:
        query = query.where(Portal.name == wanted.portal)
    if wanted.since is not None:
        query = query.where(when >= wanted.since)
    for word in wanted.words:
        query = query.where(_having(session, word))
    for word in wanted.without:
        query = query.where(not_(_having(session, word)))
    query = query.order_by(when.desc(), Article.id.desc()).limit(limit)
    return [
        Found(
            portal=name,
            url=article.url,
            title=article.title,
            source=article.source,
            published=article.published_at,
            published_precision=article.published_precision,
            first_seen=article.first_seen,
            versions=article.latest,
        )
        for article, name in session.execute(query)
    ]


def add(session: Session, article_id: int, title: str, body: str) -> None:
    """Index an article by its canonical ``title`` and ``body``."""
    if _is_sqlite(session):
        statement = "INSERT INTO search (rowid, title, body) VALUES (:id, :title, :body)"
        values: dict[str, object] = {"id": article_id, "title": _joined(title), "body": _joined(body)}
    else:
        statement = "INSERT INTO search (article_id, tokens) VALUES (:id, CAST(:tokens AS tsvector))"
        values = {"id": article_id, "tokens": _vector(title, body)}
    session.execute(text(statement), values)


def remove(session: Session, article_id: int, title: str, body: str) -> None:
    """Take an article out of the index; ``title`` and ``body`` must be those it was indexed by."""
    if _is_sqlite(session):
        # The index keeps no text, so it must be told what to forget.
        session.execute(
            text("INSERT INTO search (search, rowid, title, body) VALUES ('delete', :id, :title, :body)"),
            {"id": article_id, "title": _joined(title), "body": _joined(body)},
        )
    else:
        session.execute(text("DELETE FROM search WHERE article_id = :id"), {"id": article_id})


def tokens(canonical_text: str) -> list[str]:
    """Return the index tokens of a canonical text: words of Latin letters and digits, else bigrams.

    The last character of a run stands alone as well, so that every character begins a token and a single
    one can be looked up by prefix.
    """
    made: list[str] = []
    for run in _RUNS.findall(canonical_text.lower()):
        if run.isascii():
            made.append(run)
        else:
            made += [first + second for first, second in pairwise(run)]
            made.append(run[-1])
    return made


def _joined(canonical_text: str) -> str:
    return " ".join(tokens(canonical_text)[:TOKENS])


def _vector(title: str, body: str) -> str:
    positions: dict[str, list[int]] = {}
    placed = [
        *enumerate(tokens(title)[: TITLE_SHIFT - 2], start=1),
        *enumerate(tokens(body)[: TOKENS - TITLE_SHIFT], start=TITLE_SHIFT),
    ]
    for position, token in placed:
        positions.setdefault(token, []).append(position)
    # More than 256 positions of one token are dropped by the server, with those the phrases behind them.
    return " ".join(f"'{token}':{','.join(map(str, where))}" for token, where in positions.items())


def _having(session: Session, word: str) -> ColumnElement[bool]:
    phrase = _phrase(word)
    if not phrase:
        return false()
    if _is_sqlite(session):
        rows = select(literal_column("rowid", Integer)).select_from(_SEARCH)
        hits = rows.where(_SEARCH.c.search.op("MATCH")(_fts5(phrase)))
    else:
        match = cast(bindparam(None, _tsquery(phrase), Text), TSQUERY)
        hits = select(_SEARCH.c.article_id).where(_SEARCH.c.tokens.op("@@")(match))
    return Article.id.in_(hits)


def _phrase(word: str) -> list[str]:
    """Return the tokens that stand one after another where ``word`` does; a last ``x*`` is a prefix."""
    runs = _RUNS.findall(canonical(word).lower())
    made = [token for run in runs[:-1] for token in tokens(run)]
    for run in runs[-1:]:
        if run.isascii():
            made.append(run)
        elif len(run) == 1:
            made.append(f"{run}*")
        else:
            made += [first + second for first, second in pairwise(run)]
    return made


def _fts5(phrase: list[str]) -> str:
    last = phrase[-1]
    quoted = '"' + " ".join(token.rstrip("*") for token in phrase) + '"'
    return f"{quoted} *" if last.endswith("*") else quoted


def _tsquery(phrase: list[str]) -> str:
    marked = [f"'{token[:-1]}':*" if token.endswith("*") else f"'{token}'" for token in phrase]
    return f"({' <-> '.join(marked)})"


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
