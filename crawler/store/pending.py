"""The rows of new articles, gathered while a batch goes on and written together, a statement a table.

Their numbers are known before: the transaction has the write lock of SQLite, and PostgreSQL gives numbers
ahead. Whoever asks the database through SQLAlchemy in the same transaction finds all of them written.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import event

from crawler.store import candidates, direct, key_pages
from crawler.store.models import Article, Fingerprint, RawPage, Story, StoryMember, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

AHEAD = 50
"""So many numbers are made at once on SQLite, where nobody else writes meanwhile."""

# In the order of their foreign keys.
_TABLES = {
    "stories": direct.Rows(Story, "id", "created_at"),
    "articles": direct.Rows(
        Article,
        *("id", "portal_id", "section_id", "address", "url", "title", "source", "published_at"),
        *("published_precision", "published_raw", "state", "latest", "first_seen", "last_seen"),
        *("next_check_at", "check_stage"),
    ),
    "versions": direct.Rows(
        Version,
        *("id", "article_id", "number", "change", "digest", "fetched_at", "title", "charset", "packed"),
    ),
    "members": direct.Rows(StoryMember, "article_id", "story_id", "relation", "cover", "joined_at"),
    "fingerprints": direct.Rows(Fingerprint, "key", "article_id"),
    "raw_pages": direct.Rows(
        RawPage,
        *("version_id", "part", "url", "fetched_at", "status", "headers", "charset", "charset_reason"),
        *("size", "stored", "packed"),
    ),
}
_IS_THERE = {
    "sqlite": "SELECT id FROM articles WHERE address = ?",
    "postgresql": "SELECT id FROM articles WHERE address = %s",
}
_ARE_THERE = "SELECT address FROM articles WHERE address = ANY(%s)"
_LAST = "SELECT (SELECT max(id) FROM articles), (SELECT max(id) FROM versions), (SELECT max(id) FROM stories)"
_NEXT = """SELECT nextval(pg_get_serial_sequence('articles', 'id')),
    nextval(pg_get_serial_sequence('versions', 'id')), nextval(pg_get_serial_sequence('stories', 'id'))
    FROM generate_series(1, %s)"""


class Numbers(NamedTuple):
    """The numbers of an article's rows."""

    article: int
    version: int
    story: int


class Pending:
    """What one transaction at a time has not written yet.

    ``begin`` before each article; ``write`` before the commit and ``forget`` after it, or after a failure.
    """

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._reset()

    def _reset(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
        self._numbers: deque[Numbers] = deque()
        self._addresses: set[str] = set()  # of this transaction
        self._unwritten: set[int] = set()
        self._recent: dict[int, list[int]] = {}  # by key, the articles of this transaction
        self._indexed: list[int] = []
        self._expected: dict[str, bool] = {}  # by address, whether it was stored before
        self._hits: dict[int, list[int]] = {}  # by key that was asked for, the articles stored before

    def begin(self, session: Session) -> Connection:
        """Take part in the session's transaction, and return its connection."""
        connection = session.connection()
        if connection is not self._connection:
            self.forget()
            self._connection = connection
            event.listen(connection, "before_cursor_execute", self._before)
        return connection

    def expect(self, session: Session, addresses: Sequence[str]) -> set[str]:
        """Return those of ``addresses`` that are new, in one question; for PostgreSQL."""
        connection = self.begin(session)
        there = {row[0] for row in direct.rows(connection, _ARE_THERE, (list(addresses),))}
        self._expected = {address: address in there for address in addresses}
        new = {address for address, known in self._expected.items() if not known}
        self._take(connection, len(new))
        return new

    def look_up(self, keys: Iterable[int]) -> None:
        """Ask at once which stored articles have some of ``keys``."""
        wanted = list(dict.fromkeys(keys))
        if wanted and self._connection is not None:
            found = candidates.hits(self._connection, wanted)
            self._hits = {key: found.get(key, []) for key in wanted}

    def knows(self, address: str) -> bool:
        """Whether an article with this canonical URL is stored, or about to be."""
        if address in self._addresses:
            return True
        assert self._connection is not None
        if address in self._expected:
            return self._expected[address]
        return bool(direct.rows(self._connection, _IS_THERE[self._connection.dialect.name], (address,)))

    def numbers(self) -> Numbers:
        """Return the numbers of the next article."""
        if not self._numbers:
            assert self._connection is not None
            self.write()  # SQLite counts on from what is there
            self._take(self._connection, 1)
        return self._numbers.popleft()

    def article(self, values: dict[str, Any]) -> None:
        """Put off the row of an article."""
        self._rows["articles"].append(values)
        self._addresses.add(values["address"])
        self._unwritten.add(values["id"])

    def version(self, values: dict[str, Any]) -> None:
        """Put off the row of a version."""
        self._rows["versions"].append(values)

    def raw_pages(self, values: list[dict[str, Any]]) -> None:
        """Put off the rows of a version's pages."""
        self._rows["raw_pages"] += values

    def story(self, article_id: int, story_id: int, when: datetime) -> None:
        """Put off the row of a story that an article opens, and that of its membership."""
        self._unwritten.add(article_id)  # its other rows may have been written for its own comparison
        self._rows["stories"].append({"id": story_id, "created_at": when})
        self._rows["members"].append(
            {
                "article_id": article_id,
                "story_id": story_id,
                "relation": "same",
                "cover": 1.0,
                "joined_at": when,
            }
        )

    def index(self, article_id: int, keys: Sequence[int]) -> None:
        """Put off writing an article's keys."""
        self._indexed.append(article_id)
        self._rows["fingerprints"] += [{"key": key, "article_id": article_id} for key in keys]
        for key in keys:
            self._recent.setdefault(key, []).append(article_id)

    def candidates(self, keys: Sequence[int], *, other_than: int) -> dict[int, list[int]]:
        """Return what ``candidates.candidates`` does, with the articles that are not written yet."""
        assert self._connection is not None
        recent, known = self._recent, self._hits
        if unasked := [key for key in keys if key not in known]:
            known = known | candidates.hits(self._connection, unasked)
        merged: list[tuple[int, int]] = []
        for key in keys:
            if key in recent:
                both = {*known.get(key, ()), *recent[key]}
                newest: Iterable[int] = sorted(both, reverse=True)[: candidates.A_KEY + 1]
            else:
                newest = known.get(key, ())
            merged += [(key, article_id) for article_id in newest if article_id != other_than]
        shared = candidates.best(merged)
        if not self._unwritten.isdisjoint(shared):
            self.write()
        return shared

    def outdated(self) -> None:
        """Say that a stored article gets other keys: what is remembered of keys may be wrong from now on."""
        self.write()  # the database is asked for all of them again
        self._hits = {}
        self._recent = {}

    def write(self) -> None:
        """Write what was put off."""
        connection = self._connection
        if connection is None or not any(self._rows.values()):
            return
        for name, table in _TABLES.items():
            found, self._rows[name] = self._rows[name], []
            if not found:
                continue
            if name == "fingerprints":
                candidates.write(connection, [(row["key"], row["article_id"]) for row in found])
            else:
                table.insert(connection, found)
        self._unwritten.clear()

    def fold(self) -> None:
        """Pack some of the keys that earlier transactions wrote, on PostgreSQL, as many as this one wrote."""
        connection = self._connection
        if connection is not None and connection.dialect.name != "sqlite" and self._indexed:
            key_pages.fold(connection, len(self._indexed), self._indexed[-1])

    def forget(self) -> None:
        """Let go of a transaction that is over."""
        if self._connection is not None:
            event.remove(self._connection, "before_cursor_execute", self._before)
            self._connection = None
        self._reset()

    def _before(self, *_: object) -> None:
        self.write()
        if self._connection is not None and self._connection.dialect.name == "sqlite":
            self._numbers.clear()  # the statement may take the next one

    def _take(self, connection: Connection, count: int) -> None:
        if connection.dialect.name == "sqlite":
            last = Numbers(*(number or 0 for number in direct.rows(connection, _LAST, ())[0]))
            self._numbers += (Numbers(*(number + more for number in last)) for more in range(1, AHEAD + 1))
        elif count:
            self._numbers += [Numbers(*row) for row in direct.rows(connection, _NEXT, (count,))]
