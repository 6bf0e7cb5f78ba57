"""Whether SQLite's search index holds the tokens of each text, although it keeps no text.

FTS5 is asked how many tokens an article has, and for some of them; a sum over all it holds, an article's
number with each token, must be that of the texts. What is wrong there cannot be taken out singly (that needs
the text it was indexed by), so that the whole index is made anew, in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from crawler.store import search, turns
from crawler.store.models import Article, Version
from crawler.store.packing import PackingError, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from crawler.store.checks.report import Report
    from crawler.store.database import Database

KIND = "search index"
SAMPLES = 8
"""So many tokens of a text are looked up."""
A_TIME = 200
LEFT_OUT = 500
"""Of so many articles at most the text may be unknown for the sum to be made."""

_FACTOR, _PRIME = 48_271, 2**31 - 1  # what spreads the numbers of articles (Lehmer); sums stay below 2**63
_HELD = (
    f"SELECT term, sum((doc * {_FACTOR}) % {_PRIME}) FROM temp.vocabulary "  # noqa: S608  numbers
    "WHERE doc NOT IN ({}) GROUP BY term"
)
_ORPHANS = "SELECT id FROM search_docsize WHERE id NOT IN (SELECT id FROM articles)"


@dataclass(frozen=True, slots=True)
class Text:
    """The newest text of an article, as it must be indexed."""

    article_id: int
    url: str
    title: str
    body: str


class Check:
    """The check of one database."""

    def __init__(self, database: Database, report: Report) -> None:
        self._database, self._report = database, report
        self._anew = False
        self._sum = 0
        self._unknown: list[int] = []

    def unknown(self, article_id: int) -> None:
        """Leave out an article whose text cannot be read."""
        self._unknown.append(article_id)

    def texts(self, session: Session, batch: Sequence[Text]) -> None:
        """Check the articles of ``batch``."""
        if not batch:
            return
        ids = ", ".join(str(one.article_id) for one in batch)
        query = text(f"SELECT id, sz FROM search_docsize WHERE id IN ({ids})")  # noqa: S608  numbers
        sizes: dict[int, bytes] = {row[0]: row[1] for row in session.execute(query)}
        for one in batch:
            tokens = search.index_text(one.title, one.body).split()
            self._sum += one.article_id * _FACTOR % _PRIME * sum(map(crc32, map(str.encode, tokens)))
            reason = _fault(session, one.article_id, tokens, sizes.get(one.article_id))
            if reason:
                self._note(one.url, reason)

    def orphans(self, session: Session) -> None:
        """Find entries that are of no article."""
        for article_id in session.scalars(text(_ORPHANS).execution_options(yield_per=A_TIME)):
            self._note(f"article {article_id}", "it is indexed and not there")
        if not self._anew and len(self._unknown) <= LEFT_OUT:
            self._compare_sum(session)

    def finish(self) -> None:
        """Make the index anew, if that is needed and allowed."""
        if self._anew and self._report.fix:
            rebuild(self._database)

    def _compare_sum(self, session: Session) -> None:
        session.execute(
            text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search, instance)")
        )
        query = text(_HELD.format(", ".join(map(str, self._unknown)))).execution_options(yield_per=10_000)
        try:
            held = sum(crc32(term.encode()) * part for term, part in session.execute(query))
        except DBAPIError as error:
            self._note("all articles", f"the index cannot be read: {error.orig}")
            return
        if held != self._sum:
            self._note("all articles", "the index holds other tokens than the texts ask for")

    def _note(self, where: str, reason: str) -> None:
        self._anew = True
        self._report.add(KIND, where, reason, repaired=self._report.fix)


def rebuild(database: Database) -> None:
    """Index all articles anew on SQLite; other writers wait. Raises ``DatabaseError``."""
    with turns.writing(database) as session:
        session.execute(text("INSERT INTO search (search) VALUES ('delete-all')"))
        after = 0
        while rows := session.execute(
            select(Article.id, Version.packed)
            .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
            .where(Article.id > after)
            .order_by(Article.id)
            .limit(A_TIME)
        ).all():
            for article_id, packed in rows:
                try:
                    content = unpack(packed)
                except PackingError:
                    continue  # it was reported as a text
                search.add(session, article_id, content.canonical_title, content.canonical_body)
            after = rows[-1][0]


def _fault(session: Session, article_id: int, tokens: Sequence[str], size: bytes | None) -> str:
    """Return what is wrong with the entry of a text on SQLite, empty if nothing shows."""
    if size is None:
        return "it is not indexed"
    if _number(size) != len(tokens):
        return "its entry is of another text"
    sample = tokens[:: -(-len(tokens) // SAMPLES) or 1]
    if not sample:
        return ""
    match = " AND ".join(f'"{token}"' for token in sample)
    query = text("SELECT rowid FROM search WHERE search MATCH :match AND rowid = :id")
    try:
        found = session.scalar(query, {"match": match, "id": article_id})
    except DBAPIError as error:
        return f"its entry cannot be read: {error.orig}"
    return "" if found is not None else "its entry is of another text"


def _number(size: bytes) -> int:
    """Return the number that SQLite wrote with as few bytes as it needs, seven bits in each."""
    made = 0
    for byte in size:
        made = made << 7 | byte & 0x7F
    return made
