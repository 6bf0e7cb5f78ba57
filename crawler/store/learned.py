"""What a portal repeats on its pages: counted during a run, kept when the spider closes.

Counts are of articles that were new to the database, so that no article counts twice. They are written once a
run and not with each article: a transaction stays as short as it was, and a killed run costs nothing but the
counts of its own articles. What a run learns is used from the next run on, since articles come a section at a
time, and what half a run repeats may be what one section repeats.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.page import learned, title
from crawler.page.learned import NOTHING, Learned, Seen
from crawler.store import migrate
from crawler.store.connection import connect
from crawler.store.models import LearnedText, Portal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.items import Article

BLOCK, TAIL, PAGE = "block", "tail", "page"
WINDOW = 400  # articles; beyond it all counts are halved, so that what left the pages is forgotten
MAX_ROWS = 600  # kept of one portal
MAX_COUNTED = 6_000  # texts counted in one run
MAX_SECTIONS = 4  # named with a text: one more than matter
SHOWN = 120  # characters of a text that are kept, for whoever reads the table


@dataclass(slots=True)
class _Count:
    text: str
    articles: int = 0
    sections: tuple[str, ...] = ()  # a set takes four times as much, six thousand times
    last: datetime | None = None

    def add(self, section: str, at: datetime) -> None:
        self.articles += 1
        self.last = at
        if len(self.sections) < MAX_SECTIONS and section not in self.sections:
            self.sections += (section,)


@dataclass(slots=True)
class _New:
    """A row that is not there yet: most never are, and thousands of rows would take 30 MB."""

    kind: str
    key: str
    text: str
    articles: int
    sections: list[str]
    last_seen: datetime


class Tally:
    """What the new articles of a run repeat, by portal; at most ``MAX_COUNTED`` texts of one."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[tuple[str, str], _Count]] = defaultdict(dict)

    @property
    def portals(self) -> list[str]:
        """The portals of which articles were counted."""
        return list(self._counts)

    def add(self, article: Article) -> None:
        """Count an article that the database did not have before."""
        counts = self._counts[article.portal]
        section = article.section[-1] if article.section else ""
        found = {(BLOCK, key): text[:SHOWN] for key, text in learned.remembered(article).items()}
        for tail in title.endings(article.meta.get(title.DOCUMENT, "")):
            found[TAIL, _digest(tail)] = tail
        found[PAGE, ""] = ""
        for known, text in found.items():
            counts.setdefault(known, _Count(text)).add(section, article.fetched)
        if len(counts) > MAX_COUNTED:
            for known in [known for known, count in counts.items() if count.articles == 1]:
                del counts[known]

    def keep(self, session: Session, portal: str) -> None:
        """Add the counts of ``portal`` to the database, within the session's transaction.

        Beyond ``WINDOW`` articles all counts are halved; the most frequent and newest texts are kept.
        """
        # The lock keeps two processes from adding to the same row, and from making it twice.
        portal_id = session.scalar(select(Portal.id).where(Portal.name == portal).with_for_update())
        if portal_id is None:
            return
        query = select(LearnedText).where(LearnedText.portal_id == portal_id)
        rows: dict[tuple[str, str], LearnedText | _New] = {
            (row.kind, row.key): row for row in session.scalars(query)
        }
        for (kind, key), count in self._counts[portal].items():
            assert count.last is not None
            row = rows.get((kind, key))
            if row is None:
                row = rows[kind, key] = _New(kind, key, count.text, 0, [], count.last)
            row.articles += count.articles
            row.sections = sorted({*row.sections, *count.sections})[:MAX_SECTIONS]
            row.last_seen = count.last
        _age(session, portal_id, rows)


def load(session: Session, portal: str) -> Learned:
    """Return what is known of ``portal``: one query of at most ``MAX_ROWS`` rows."""
    query = select(LearnedText).join(Portal, Portal.id == LearnedText.portal_id).where(Portal.name == portal)
    rows = list(session.scalars(query))
    pages = next((_seen(row) for row in rows if row.kind == PAGE), Seen())
    tails = [row.text for row in rows if row.kind == TAIL and learned.is_enough(row.articles, pages.articles)]
    return Learned(
        pages,
        {
            row.key: _seen(row)
            for row in rows
            if row.kind == BLOCK and learned.is_enough(row.articles, pages.articles)
        },
        tuple(sorted(tails, key=len, reverse=True)),
    )


def look_up(url: str, portal: str) -> Learned:
    """Return what the database at ``url`` knows of ``portal``, nothing if it has another schema.

    Changes nothing and makes no file. Raises ``MissingDatabaseError`` if there is none, ``DatabaseError``.
    """
    database = connect(url, create=False)
    try:
        if migrate.current(database) != migrate.HEAD:
            return NOTHING
        with database.reading() as session:
            return load(session, portal)
    finally:
        database.close()


def _age(session: Session, portal_id: int, rows: dict[tuple[str, str], LearnedText | _New]) -> None:
    """Halve the counts of a portal with many articles, and write what is worth keeping."""
    while rows[PAGE, ""].articles > WINDOW:
        for row in rows.values():
            row.articles //= 2
    ordered = sorted(
        rows.values(), key=lambda row: (row.kind == PAGE, row.articles, row.last_seen, row.key), reverse=True
    )
    for number, row in enumerate(ordered):
        if number < MAX_ROWS and row.articles:
            if isinstance(row, _New):
                session.add(LearnedText(portal_id=portal_id, **asdict(row)))
        elif isinstance(row, LearnedText):
            session.delete(row)


def _seen(row: LearnedText) -> Seen:
    return Seen(row.articles, frozenset(row.sections))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
