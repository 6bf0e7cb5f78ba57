"""Finding articles by words: an index of character pairs over canonical text, SQLite (FTS5) and PostgreSQL.

A trigram index, SQLite's own for such scripts, finds nothing for a word of two characters.

What the index holds: for each article the set of the ``tokens`` of the newest version's canonical title
and body, and those of the title once more with ``IN_TITLE`` in front. It holds no positions, no counts and no
text (on SQLite FTS5 with ``content=''``, ``detail=none``; on PostgreSQL ``crawler.store.segments``), which
keeps it small. So it answers which articles hold all of some tokens (``crawler.store.answers``), on SQLite
by ``MATCH`` with tokens, AND, OR, NOT and prefixes (``"低" *``); that the tokens of a longer word stand
together is verified in the text itself (``crawler.store.finding``).
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

from crawler.store import hits, segments, turns
from crawler.store.tokens import IN_TITLE, numbers, tokens, written

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.store.postings import Numbers

TOKENS = 20_000
"""The most tokens of one article that are indexed: a table of a thousand pages has more."""


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


def index_numbers(title: str, body: str) -> Numbers:
    """Return the numbers of the tokens of ``index_text``, each once."""
    found = np.concatenate((numbers(f"{title}\n{body}"), numbers(title) | hits.TITLE))
    if len(found) <= TOKENS:
        return found
    return np.unique(np.array([hits.numbered(token)[0] for token in index_text(title, body).split()]))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
