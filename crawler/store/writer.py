"""One transaction an article, shared by the pipelines that write: `store` begins it, the last one commits.

A pipeline that wants to write after `store` says so once (``expect``), adds its step to the article's unit
and commits it. The units of all crawlers of a process go through one thread a database, many in one
transaction (``crawler.store.batches``). A unit that is never committed, because a pipeline between the two
failed, is never written.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from crawler.store import batches, patience, raw
from crawler.store.batches import Batches, Job
from crawler.store.database import Database, open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from crawler.items import Article
    from crawler.store.articles import Saved


class Settings(Protocol):
    """What is needed of Scrapy's settings."""

    def getint(self, name: str, default: int) -> int:
        """Return a setting as a whole number."""

    def getfloat(self, name: str, default: float) -> float:
        """Return a setting as a number."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How the writer of a database goes about it; see ``crawler.store.batches`` and ``crawler.store.raw``."""

    count: int = batches.COUNT
    seconds: float = batches.SECONDS
    raw_budget: int = raw.DEFAULT_BUDGET
    patience: float = patience.SECONDS

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Read ``PORTALWATCH_BATCH_ARTICLES``, ``…_BATCH_SECONDS``, ``…_RAW_BUDGET`` and ``…_PATIENCE``."""
        return cls(
            count=settings.getint("PORTALWATCH_BATCH_ARTICLES", batches.COUNT),
            seconds=settings.getfloat("PORTALWATCH_BATCH_SECONDS", batches.SECONDS),
            raw_budget=settings.getint("PORTALWATCH_RAW_BUDGET", raw.DEFAULT_BUDGET),
            patience=settings.getfloat("PORTALWATCH_PATIENCE", patience.SECONDS),
        )


DEFAULT_LIMITS = Limits()


@dataclass(slots=True)
class Unit:
    """An article with what belongs to its transaction, and who wants to know when it is committed."""

    article: Article
    steps: list[Callable[[Session, Saved], object]] = field(default_factory=list)
    committed: list[Callable[[Saved], object]] = field(default_factory=list)


class Writer:
    """A crawler's way to the database. Raises ``DatabaseError`` if the address cannot be used.

    All its methods are called from one thread, the crawl's. The limits are those of whoever opened the
    database first.
    """

    def __init__(self, database_url: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self._shared = _Shared.take(database_url, limits)
        self.abandoned = 0  # articles whose unit nobody committed
        self._later = False
        self._units: dict[int, Unit] = {}
        self.closed = False

    @property
    def database(self) -> Database:
        """The database, for queries."""
        return self._shared.database

    @property
    def retries(self) -> int:
        """How often a batch was written anew so far, by any crawler of the process."""
        return self._shared.batches.retries

    def expect(self) -> None:
        """Say that another pipeline writes after `store` and will commit."""
        self._later = True

    @property
    def waits(self) -> bool:
        """Whether `store` leaves the commit to a later pipeline."""
        return self._later

    def begin(self, article: Article) -> Unit:
        """Return a new unit for ``article``."""
        unit = self._units[id(article)] = Unit(article)
        return unit

    def unit(self, article: Article) -> Unit:
        """Return the open unit of ``article``. Raises ``LookupError`` if there is none."""
        unit = self._units.get(id(article))
        if unit is None:
            message = f"{article.url}: no open transaction (is the pipeline `store` switched on, and before?)"
            raise LookupError(message)
        return unit

    async def commit(self, unit: Unit) -> Saved:
        """Write the article with all steps, and return what became of it once that is committed.

        Raises ``DatabaseError``, or what a step raised; then nothing of the article is kept.
        """
        self._units.pop(id(unit.article), None)
        job = Job(unit.article, unit.steps)
        shared = self._shared.batches
        if shared.full:
            await asyncio.to_thread(shared.put, job)
        else:
            shared.put(job)
        saved = await asyncio.wrap_future(job.done)
        for tell in unit.committed:
            tell(saved)
        return saved

    def close(self) -> None:
        """Count what nobody committed; the last crawler of the process lets go of the database."""
        self.abandoned += len(self._units)
        self._units.clear()
        if not self.closed:
            self.closed = True
            self._shared.leave()


class _Shared:
    """The thread and the database behind the writers of one address."""

    _lock = Lock()
    _open: dict[str, _Shared] = {}  # noqa: RUF012  the one registry of the process

    def __init__(self, database_url: str, limits: Limits) -> None:
        self.url = database_url
        self.database = open_database(database_url)
        self.batches = Batches(
            self.database,
            count=limits.count,
            seconds=limits.seconds,
            raw_budget=limits.raw_budget,
            patience=limits.patience,
        )
        self.users = 0

    @classmethod
    def take(cls, database_url: str, limits: Limits) -> _Shared:
        with cls._lock:
            shared = cls._open.get(database_url)
            if shared is None:
                shared = cls._open[database_url] = cls(database_url, limits)
            shared.users += 1
            return shared

    def leave(self) -> None:
        with self._lock:
            self.users -= 1
            if self.users:
                return
            del self._open[self.url]
        self.batches.close()
        self.database.close()


def flush() -> None:
    """Write what waits in this process, for one that ends without closing its crawlers; nothing follows."""
    for shared in list(_Shared._open.values()):  # noqa: SLF001  the registry of this module
        shared.batches.close()


_writers: WeakKeyDictionary[object, Writer] = WeakKeyDictionary()


def writer_of(owner: object, database_url: str, limits: Limits = DEFAULT_LIMITS) -> Writer:
    """Return the writer of ``owner`` (a crawler), the same one for all its pipelines."""
    writer = _writers.get(owner)
    if writer is None or writer.closed:
        writer = _writers[owner] = Writer(database_url, limits)
    return writer
