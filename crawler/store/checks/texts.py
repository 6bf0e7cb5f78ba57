"""The texts: each record can be read, and both indexes hold what the newest text of each article asks for.

One pass over the versions in the order of their articles, beside which the fingerprints run in the same
order; neither is held in memory.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from crawler.store import candidates, key_pages, turns
from crawler.store.checks import search_index, search_segments
from crawler.store.checks.search_index import Text
from crawler.store.fingerprints import keys
from crawler.store.models import Article, Fingerprint, RawPage, Version
from crawler.store.packing import PackingError, decompress, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from crawler.store.checks.report import Report
    from crawler.store.database import Database

A_TIME = 200
KEYS_A_TIME = 400
"""So many keys of a statement; older SQLite libraries take 999 parameters."""


def check(database: Database, report: Report, tick: Callable[[int], None]) -> None:
    """Check all texts; ``tick`` is told how many articles were done. Raises ``DatabaseError``."""
    _raw_pages(database, report)
    index = _index(database, report)
    with database.reading() as session:
        if not database.is_sqlite:  # SQLite's transactions see one state of the database anyway
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            _pages(database, report, session)
        held = _Held(session)
        batch: list[Text] = []
        for text in _newest(session, report, index):
            _fingerprints(database, report, text, held)
            batch.append(text)
            if len(batch) == A_TIME:
                index.texts(session, batch)
                tick(len(batch))
                batch.clear()
        index.texts(session, batch)
        tick(len(batch))
        for article_id, stale in held.rest():
            _strange(database, report, article_id, stale)
        index.orphans(session)
    index.finish()


def _index(database: Database, report: Report) -> search_index.Check | search_segments.Check:
    if database.is_sqlite:
        return search_index.Check(database, report)
    return search_segments.Check(database, report)


def _pages(database: Database, report: Report, session: Session) -> None:
    """Take out pages of fingerprints that cannot be read: what they held is found missing then."""
    for first in key_pages.damaged(session.connection()):
        if report.fix:
            with turns.writing(database) as other:
                key_pages.drop(other.connection(), first)
        report.add("fingerprints", f"page {first}", "it cannot be read", repaired=report.fix)


class _Held:
    """The keys that the index holds, by articles in the order of their numbers."""

    def __init__(self, session: Session) -> None:
        self._groups = groupby(candidates.stored(session), key=itemgetter(0))
        self._next = self._step()
        self._strange: list[tuple[int, set[int]]] = []

    def of(self, article_id: int) -> set[int]:
        """Return the keys of an article; numbers must rise."""
        while self._next is not None and self._next[0] < article_id:
            self._strange.append(self._next)
            self._next = self._step()
        if self._next is None or self._next[0] != article_id:
            return set()
        found = self._next[1]
        self._next = self._step()
        return found

    def passed(self) -> list[tuple[int, set[int]]]:
        """Return, once, what was passed over without being asked for."""
        found, self._strange = self._strange, []
        return found

    def rest(self) -> Iterator[tuple[int, set[int]]]:
        """Yield what was not asked for."""
        yield from self.passed()
        while self._next is not None:
            yield self._next
            self._next = self._step()

    def _step(self) -> tuple[int, set[int]] | None:
        for article_id, rows in self._groups:
            return article_id, {key for _, key in rows}
        return None


def _newest(
    session: Session, report: Report, index: search_index.Check | search_segments.Check
) -> Iterator[Text]:
    """Yield the newest text of each article, and note every version that cannot be read."""
    query = (
        select(Version.article_id, Version.number, Version.packed, Article.latest, Article.url)
        .join(Article, Article.id == Version.article_id)
        .order_by(Version.article_id, Version.number)
        .execution_options(yield_per=A_TIME)
    )
    for article_id, number, packed, latest, url in session.execute(query):
        try:
            content = unpack(packed)
        except PackingError as error:
            report.add("texts", url, f"version {number}: {error}; `scrapy warc` may have its page")
            if number == latest:
                index.unknown(article_id)
            continue
        if number == latest:
            yield Text(article_id, url, content.canonical_title, content.canonical_body)


def _fingerprints(database: Database, report: Report, text: Text, held: _Held) -> None:
    found, wanted = held.of(text.article_id), set(keys(text.body))
    for article_id, stale in held.passed():
        _strange(database, report, article_id, stale)
    if found == wanted:
        return
    if report.fix:
        _mend(database, text.article_id, found)
    reason = f"{len(wanted - found)} fingerprints are missing, {len(found - wanted)} are of no present text"
    report.add("fingerprints", text.url, reason, repaired=report.fix)


def _mend(database: Database, article_id: int, found: set[int]) -> None:
    """Index an article anew, by the text that it has now: a crawl may have changed it since it was read."""
    with turns.writing(database) as session:
        packed = session.scalar(
            select(Version.packed)
            .join(Article, (Article.id == Version.article_id) & (Article.latest == Version.number))
            .where(Article.id == article_id)
        )
        wanted = set() if packed is None else set(keys(unpack(packed).canonical_body))
        _forget(session, article_id, found - wanted)
        if wanted:
            dialect = sqlite if database.is_sqlite else postgresql
            rows = [{"key": key, "article_id": article_id} for key in wanted]
            session.execute(dialect.insert(Fingerprint).on_conflict_do_nothing(), rows)


def _strange(database: Database, report: Report, article_id: int, stale: set[int]) -> None:
    """Deal with the keys of what is no article, or one whose text cannot be read."""
    with turns.writing(database) if report.fix else database.reading() as session:
        if session.scalar(select(Article.id).where(Article.id == article_id)) is not None:
            return
        if report.fix:
            _forget(session, article_id, stale)
    reason = f"it has {len(stale)} fingerprints and is not there"
    report.add("fingerprints", f"article {article_id}", reason, repaired=report.fix)


def _forget(session: Session, article_id: int, stale: set[int]) -> None:
    left = sorted(stale)
    for start in range(0, len(left), KEYS_A_TIME):
        candidates.remove(session, article_id, left[start : start + KEYS_A_TIME])


def _raw_pages(database: Database, report: Report) -> None:
    query: Any = (
        select(RawPage.version_id, RawPage.part, RawPage.url, RawPage.size, RawPage.packed)
        .order_by(RawPage.version_id, RawPage.part)
        .execution_options(yield_per=A_TIME)
    )
    damaged: list[tuple[int, int]] = []
    with database.reading() as session:
        for version_id, part, url, size, packed in session.execute(query):
            try:
                reason = "" if len(decompress(packed)) == size else "it has another length than it had"
            except PackingError as error:
                reason = str(error)
            if reason:
                damaged.append((version_id, part))
                report.add("raw pages", url, f"{reason}; it is of no more use", repaired=report.fix)
    if report.fix:
        for version_id, part in damaged:
            with turns.writing(database) as session:
                these = (RawPage.version_id == version_id) & (RawPage.part == part)
                session.execute(delete(RawPage).where(these))
