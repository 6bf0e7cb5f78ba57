"""Which addresses are in the database already: what a spider's stop rule asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store.database import open_database
from crawler.store.learned import load
from crawler.store.models import Article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.page.learned import Learned

BATCH = 500
"""The most addresses of one query; older SQLite libraries take 999 parameters."""


class Known:
    """The stored addresses of a database. Raises ``DatabaseError`` if it cannot be used."""

    def __init__(self, database_url: str) -> None:
        self._database = open_database(database_url)

    def has(self, address: str) -> bool:
        """Return whether an article of the canonical URL ``address`` is stored."""
        return bool(self.among([address]))

    def among(self, addresses: Iterable[str]) -> set[str]:
        """Return those of the canonical URLs ``addresses`` that are stored."""
        wanted = list(dict.fromkeys(addresses))
        found: set[str] = set()
        with self._database.reading() as session:
            for start in range(0, len(wanted), BATCH):
                batch = wanted[start : start + BATCH]
                found.update(session.scalars(select(Article.address).where(Article.address.in_(batch))))
        return found

    def learned(self, portal: str) -> Learned:
        """Return what the pages of ``portal`` are known to repeat."""
        with self._database.reading() as session:
            return load(session, portal)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
