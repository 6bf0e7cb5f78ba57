"""Which addresses are in the database already, or were: what a spider's stop rule asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from crawler.store import runs
from crawler.store.database import open_database
from crawler.store.learned import load
from crawler.store.models import Article, Pruned, SectionState
from crawler.store.pages import Validators, ended, validators
from crawler.store.patience import SECONDS, patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.page.learned import Learned

_T = TypeVar("_T")

BATCH = 500
"""The most addresses of one query; older SQLite libraries take 999 parameters."""


class Known:
    """The stored addresses of a database. Raises ``DatabaseError`` if it cannot be used.

    What passes by itself is waited for, ``patience`` seconds at most; once that was in vain, it is not waited
    for again until the database answers: whoever asks holds up the whole crawl.
    """

    def __init__(self, database_url: str, patience: float = SECONDS) -> None:
        self._database = open_database(database_url)
        self._patience = self._left = patience

    def has(self, address: str) -> bool:
        """Return whether an article of the canonical URL ``address`` is stored or was pruned."""
        return bool(self.among([address]))

    def among(self, addresses: Iterable[str]) -> set[str]:
        """Return those of the canonical URLs ``addresses`` that are stored or were pruned."""
        wanted = list(dict.fromkeys(addresses))
        # A section whose known articles cannot be asked for is lost for this run: it is worth a wait.
        return self._waiting(lambda: self._among(wanted))

    def _among(self, wanted: list[str]) -> set[str]:
        found: set[str] = set()
        with self._database.reading() as session:
            for start in range(0, len(wanted), BATCH):
                batch = wanted[start : start + BATCH]
                for column in (Article.address, Pruned.address):
                    found.update(session.scalars(select(column).where(column.in_(batch))))
        return found

    def ended(self, addresses: Iterable[str]) -> dict[str, datetime | None]:
        """Return those of ``addresses`` that led to no article of theirs; see ``crawler.store.pages``."""
        wanted = list(dict.fromkeys(addresses))

        def found() -> dict[str, datetime | None]:
            said: dict[str, datetime | None] = {}
            with self._database.reading() as session:
                for start in range(0, len(wanted), BATCH):
                    said |= ended(session, wanted[start : start + BATCH])
            return said

        return self._waiting(found)

    def interrupted_since(self, portal: str) -> datetime | None:
        """Return since when visits to ``portal`` came to no good end, ``None`` if the last one did."""
        with self._database.reading() as session:
            return runs.interrupted_since(session, portal)

    def any_since(self, addresses: Iterable[str], moment: datetime) -> bool:
        """Whether an article of the canonical URLs ``addresses`` was stored at ``moment`` or later."""
        wanted = list(dict.fromkeys(addresses))

        def found() -> bool:
            with self._database.reading() as session:
                batches = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
                later = Article.first_seen >= moment
                queries = (select(Article.id).where(Article.address.in_(one), later) for one in batches)
                return any(session.scalar(query.limit(1)) is not None for query in queries)

        return self._waiting(found)

    def learned(self, portal: str) -> Learned:
        """Return what the pages of ``portal`` are known to repeat."""
        with self._database.reading() as session:
            return load(session, portal)

    def validators(self, url: str) -> Validators | None:
        """Return what the server said about ``url`` when all that it brought was stored."""

        def said() -> Validators | None:
            with self._database.reading() as session:
                return validators(session, url)

        return self._waiting(said)

    def section_hashes(self, portal: str) -> dict[str, str]:
        """Return the hashes over what the sections of ``portal`` listed when all of it was stored."""
        query = select(SectionState.url, SectionState.entries_hash).where(SectionState.portal == portal)
        with self._database.reading() as session:
            return {url: kept for url, kept in session.execute(query) if kept}

    def lacking_since(self, portal: str) -> dict[str, datetime]:
        """Return since when something on further pages of sections of ``portal`` is missing, by address."""
        query = select(SectionState.url, SectionState.rhythm).where(SectionState.portal == portal)
        with self._database.reading() as session:
            kept = {url: float(rhythm.get("lacking", 0.0)) for url, rhythm in session.execute(query)}
        return {url: datetime.fromtimestamp(moment, UTC) for url, moment in kept.items() if moment}

    def _waiting(self, ask: Callable[[], _T]) -> _T:
        seconds, self._left = self._left, 0.0
        answer = patiently(ask, seconds=seconds)
        self._left = self._patience
        return answer

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
