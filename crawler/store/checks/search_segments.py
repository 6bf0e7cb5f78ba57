"""Whether PostgreSQL's search index holds the tokens of each text.

A sum over the tokens of each article, read from the segments before the texts, must be that of its text. What
is wrong is taken out and indexed anew, a few articles at a time; a segment that cannot be read goes, and its
articles with it, which are found missing then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select, text

from crawler.store import postings, segment_pages, segments, turns
from crawler.store.checks.search_index import KIND
from crawler.store.models import Article, Version
from crawler.store.packing import unpack
from crawler.store.postings import DamagedPageError
from crawler.store.search import index_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from crawler.store.checks.report import Report
    from crawler.store.checks.search_index import Text
    from crawler.store.database import Database
    from crawler.store.postings import Numbers
    from crawler.store.segment_pages import Segment

A_TIME = 1_000
_FACTOR, _KEPT = 0x9E3779B97F4A7C15, 32
"""What spreads the numbers of tokens, of which so many bits are added up: sums stay exact as floats."""

_NOT_ITS_OWN = "a page does not belong where it is"

_Sums = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_SEGMENTS = text("SELECT number FROM search_segments WHERE articles > 0 ORDER BY number")
"""Without one that is being made: those that it is made of still hold its articles."""
_PAGES = text("SELECT first, packed FROM search_pages WHERE segment = :segment ORDER BY first")
_STRAY = text(
    "SELECT DISTINCT segment FROM search_pages WHERE segment NOT IN (SELECT number FROM search_segments)"
)
_NO_ARTICLE = text(
    "SELECT id FROM unnest(CAST(:ids AS integer[])) AS id WHERE id NOT IN (SELECT id FROM articles)"
)


class Check:
    """The check of one database."""

    def __init__(self, database: Database, report: Report) -> None:
        self._database, self._report = database, report
        self._held: tuple[Numbers, _Sums] | None = None

    def unknown(self, article_id: int) -> None:
        """Leave out an article whose text cannot be read."""

    def texts(self, session: Session, batch: Sequence[Text]) -> None:
        """Check the articles of ``batch``, and index those anew that are wrong."""
        ids, sums = self._read(session)
        wrong: list[int] = []
        for one in batch:
            at = int(np.searchsorted(ids, one.article_id))
            held = sums[at] if at < len(ids) and ids[at] == one.article_id else None
            if held != _spread(index_numbers(one.title, one.body)).sum():
                wrong.append(one.article_id)
                self._note(one.url, "its entry is missing or of another text")
        if self._report.fix:
            _index(self._database, wrong)

    def orphans(self, session: Session) -> None:
        """Find entries of what is no article, and pages of no segment."""
        ids, _ = self._read(session)
        for start in range(0, len(ids), A_TIME):
            strange = session.scalars(_NO_ARTICLE, {"ids": ids[start : start + A_TIME].tolist()}).all()
            for article_id in strange:
                self._note(f"article {article_id}", "it is indexed and not there")
            if self._report.fix:
                _index(self._database, strange)
        for number in session.scalars(_STRAY).all():
            self._note(f"segment {number}", "it has pages and is not there")
            self._drop(number)

    def finish(self) -> None:
        """Do nothing more: what was wrong is repaired already."""

    def _read(self, session: Session) -> tuple[Numbers, _Sums]:
        """Return the articles that are indexed, by number, and the sum of each over its tokens."""
        if self._held is None:
            found: list[tuple[Numbers, _Sums]] = [(np.empty(0, dtype=np.int64), np.empty(0))]
            numbers = session.scalars(_SEGMENTS).all()
            for number in numbers:
                (segment,) = segment_pages.read(session.connection(), [number])
                try:
                    found.append(_sums(session, segment))
                except DamagedPageError as error:
                    self._note(f"segment {number}", str(error))
                    self._drop(number)
            every: Numbers = np.concatenate([ids for ids, _ in found])
            ids, where = np.unique(every, return_inverse=True)
            totals: Any = np.bincount(where, np.concatenate([sums for _, sums in found]), len(ids))
            self._held = ids, totals
        return self._held

    def _drop(self, segment: int) -> None:
        if self._report.fix:
            with turns.writing(self._database) as session:
                segment_pages.drop(session.connection(), [segment])

    def _note(self, where: str, reason: str) -> None:
        self._report.add(KIND, where, reason, repaired=self._report.fix)


def _sums(session: Session, segment: Segment) -> tuple[Numbers, _Sums]:
    """Return the living articles of a segment, and their sums. Raises ``DamagedPageError``."""
    ids = segment.ids()
    sums = np.zeros(len(ids))
    last = -1
    pages = session.execute(_PAGES, {"segment": segment.number}).all()
    for at in range(0, len(pages), segment_pages.BLOCK):
        found, _ = postings.read([(first, packed) for first, packed in pages[at : at + segment_pages.BLOCK]])
        places = postings.places_of(found)
        if found[0] <= last or (np.diff(found) <= 0).any() or places.max() >= len(ids):
            raise DamagedPageError(_NOT_ITS_OWN)
        sums += np.bincount(places, _spread(postings.tokens_of(found)), len(ids))
        last = int(found[-1])
    living = segment.living(ids)
    return ids[living], sums[living]


def _spread(tokens: Numbers) -> _Sums:
    """Return a number for each token, such that sums of many are unlikely to be the same."""
    spread = tokens.astype(np.uint64) * np.uint64(_FACTOR) >> np.uint64(64 - _KEPT)
    return spread.astype(np.float64)


def _index(database: Database, ids: Sequence[int]) -> None:
    """Index articles anew, by the texts that they have now: a crawl may have changed them since."""
    if not ids:
        return
    with turns.writing(database) as session:
        rows = session.execute(
            select(Article.id, Version.packed)
            .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
            .where(Article.id.in_(ids))
        )
        texts = {article_id: unpack(packed) for article_id, packed in rows}
        segments.remove(session.connection(), ids)
        segments.append(
            session.connection(),
            {one: index_numbers(kept.canonical_title, kept.canonical_body) for one, kept in texts.items()},
        )
