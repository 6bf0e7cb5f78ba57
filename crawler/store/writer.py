"""One transaction an article, shared by the pipelines that write: `store` opens it, the last one commits.

A pipeline that wants to write after `store` says so once (``expect``); then `store` leaves the commit to it.
An article whose transaction was never ended, because a pipeline between the two failed, is rolled back when
the next one begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from crawler.store.articles import save
from crawler.store.database import Database, open_database, translated

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from crawler.items import Article
    from crawler.store.articles import Saved


@dataclass(frozen=True, slots=True)
class Unit:
    """An article within its open transaction."""

    session: Session
    article: Article
    saved: Saved


class Writer:
    """The unit of work over one database. Raises ``DatabaseError`` if the address cannot be used."""

    def __init__(self, database_url: str) -> None:
        self.database: Database = open_database(database_url)
        self.abandoned = 0  # transactions that nobody ended
        self._later = False
        self._unit: Unit | None = None

    def expect(self) -> None:
        """Say that another pipeline writes after `store` and will end the transaction."""
        self._later = True

    @property
    def waits(self) -> bool:
        """Whether ``save`` leaves the commit to a later pipeline."""
        return self._later

    def save(self, article: Article) -> Saved:
        """Keep ``article``; commit unless a later pipeline is expected. Raises ``DatabaseError``."""
        self.abandon()
        session = self.database.writer()
        try:
            with translated(self.database.url):
                saved = save(session, article)
                self._unit = Unit(session, article, saved)
                if not self._later:
                    self.commit()
        except BaseException:
            self._unit = None
            session.close()
            raise
        return saved

    def unit(self, article: Article) -> Unit:
        """Return the open transaction of ``article``. Raises ``LookupError`` if there is none."""
        if self._unit is None or self._unit.article is not article:
            message = f"{article.url}: no open transaction (is the pipeline `store` switched on, and before?)"
            raise LookupError(message)
        return self._unit

    def translated(self) -> AbstractContextManager[None]:
        """Return the guard for using the session: what the driver raises becomes ``DatabaseError``."""
        return translated(self.database.url)

    def commit(self) -> None:
        """End the open transaction and keep what it wrote; it is rolled back if that fails."""
        if self._unit is None:
            return
        session, self._unit = self._unit.session, None
        with session, translated(self.database.url):
            session.commit()

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        if self._unit is None:
            return
        session, self._unit = self._unit.session, None
        session.close()

    def abandon(self) -> None:
        """Undo and count an article whose transaction nobody ended."""
        if self._unit is not None:
            self.abandoned += 1
            self.rollback()

    def close(self) -> None:
        """Undo what is open and let go of the database."""
        self.abandon()
        self.database.close()


_writers: WeakKeyDictionary[object, Writer] = WeakKeyDictionary()


def writer_of(owner: object, database_url: str) -> Writer:
    """Return the writer of ``owner`` (a crawler), the same one for all its pipelines."""
    if owner not in _writers:
        _writers[owner] = Writer(database_url)
    return _writers[owner]
