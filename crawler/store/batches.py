"""The thread that writes to a database: many articles a transaction, so that the crawl waits for none.

All crawlers of a process share one. An article that cannot be written does not take the others of its batch
with it: they are written one by one then. What passes by itself (a lock, a full disk, a server that starts
again) is waited for, a while. A killed process loses the batch that was open, and nothing is ever half there.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store import turns
from crawler.store.articles import Outcome, Saver
from crawler.store.connection import PassingError
from crawler.store.contents import digest
from crawler.store.models import Version
from crawler.store.patience import SECONDS as PATIENCE
from crawler.store.patience import patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from crawler.items import Article
    from crawler.store.articles import Saved
    from crawler.store.connection import Database

logger = logging.getLogger(__name__)

COUNT = 50
"""Articles in a batch."""
SECONDS = 0.5
"""How long a batch waits for more of them."""
QUEUE = 500
"""Articles that may wait; whoever brings another one waits, too."""


@dataclass(frozen=True, slots=True)
class Job:
    """An article to be written, with what else belongs to its transaction."""

    article: Article
    steps: Sequence[Callable[[Session, Saved], object]] = ()
    done: Future[Saved] = field(default_factory=Future)


class Batches:
    """The thread over one database; ``count`` and ``seconds`` bound a batch.

    What passes by itself is waited for ``patience`` seconds, each batch; ``pause`` is called with the seconds
    to wait before another attempt.
    """

    def __init__(  # noqa: PLR0913  all but the database have defaults
        self,
        database: Database,
        *,
        count: int = COUNT,
        seconds: float = SECONDS,
        raw_budget: int = 0,
        patience: float = PATIENCE,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._count = count
        self._seconds = seconds
        self._patience = patience
        self._pause = pause
        self._saver = Saver(raw_budget, batched=True)
        self._jobs: Queue[Job | None] = Queue(QUEUE)
        self.retries = 0  # attempts beyond the first
        self._thread = Thread(target=self._work, name="portalwatch-writer", daemon=True)
        self._thread.start()

    @property
    def full(self) -> bool:
        """Whether ``put`` would wait."""
        return self._jobs.full()

    def put(self, job: Job) -> None:
        """Hand over an article; ``job.done`` tells what became of it, once that is committed.

        Raises ``RuntimeError`` after ``close``.
        """
        if not self._thread.is_alive():
            message = f"{job.article.url}: the writer of {self._database.url} is closed"
            raise RuntimeError(message)
        self._jobs.put(job)

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        more = True
        while more:
            batch, more = self._next()
            if batch:
                self._write(batch)

    def _next(self) -> tuple[list[Job], bool]:
        """Return the next batch, and whether there will be another."""
        job = self._jobs.get()
        batch: list[Job] = []
        end = time.monotonic() + self._seconds
        while job is not None:
            batch.append(job)
            if len(batch) >= self._count:
                return batch, True
            try:
                job = self._jobs.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                return batch, True
        return batch, False

    def _write(self, batch: list[Job]) -> None:
        try:
            written = self._attempt(batch)
        except Exception as error:  # noqa: BLE001  whoever waits for the article gets it, whatever it is
            if len(batch) == 1 or isinstance(error, PassingError):
                if isinstance(error, PassingError):
                    logger.error("%d article(s) are not stored: %s", len(batch), error)  # noqa: TRY400  one line
                for job in batch:
                    job.done.set_exception(error)
                return
            logger.info("A batch of %d articles is written one by one: %s", len(batch), error)
            for job in batch:
                self._write([job])
            return
        for job, saved in zip(batch, written, strict=True):
            job.done.set_result(saved)

    def _attempt(self, batch: list[Job]) -> list[Saved]:
        complete: list[Saved] = []  # of an earlier attempt that failed at its commit, or after it

        def pause(seconds: float) -> None:
            self.retries += 1
            self._pause(seconds)

        return patiently(lambda: self._transaction(batch, complete), pause, self._patience)

    def _transaction(self, batch: list[Job], complete: list[Saved]) -> list[Saved]:
        written: list[Saved] = []
        try:
            with self._database.writing() as session:
                turns.take(session)
                if complete and _is_there(session, batch, complete):
                    return complete  # with the steps: all was committed, only the answer was lost
                self._saver.expect(session, [job.article for job in batch])
                for job in batch:
                    saved = self._saver.save(session, job.article)
                    for step in job.steps:
                        step(session, saved)
                    written.append(saved)
                self._saver.finish(session)
                complete[:] = written
        except BaseException:
            self._saver.forget()
            raise
        return written


def _is_there(session: Session, batch: Sequence[Job], complete: Sequence[Saved]) -> bool:
    """Whether what an earlier attempt wrote is in the database: the versions that it made, and no others'.

    An attempt that changed nothing is made again.
    """
    made = {
        saved.version_id: (saved.article_id, digest(job.article), job.article.fetched)
        for job, saved in zip(batch, complete, strict=True)
        if saved.outcome is not Outcome.SAME
    }
    columns = (Version.id, Version.article_id, Version.digest, Version.fetched_at)
    rows = session.execute(select(*columns).where(Version.id.in_(made)))
    return bool(made) and made == {row[0]: tuple(row[1:]) for row in rows}
