"""Articles given to the writing thread, and a database that fails when it is told to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store.batches import Batches, Job
from crawler.store.connection import translated
from crawler.store.models import Article
from tests.store.builders import PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from crawler.store.articles import Saved
    from crawler.store.database import Database


@dataclass
class Transactions:
    """Stands for a database: counts transactions, and fails the first ones in a given way."""

    database: Database
    failures: list[Exception] = field(default_factory=list)
    count: int = 0
    answers: list[Exception] = field(default_factory=list)  # instead of "committed"

    @property
    def url(self) -> str:
        return self.database.url

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self.count += 1
        with self.database.writing() as session:
            yield session
            if self.failures:
                with translated(self.url):
                    raise self.failures.pop(0)
        if self.answers:
            with translated(self.url):
                raise self.answers.pop(0)


def written(
    database: Database | Transactions, jobs: list[Job], *, count: int = 50, pauses: list[float] | None = None
) -> list[Saved | BaseException]:
    """Write the jobs; return what became of each."""
    pause = (pauses if pauses is not None else []).append
    batches = Batches(database, count=count, seconds=5.0, raw_budget=10**6, pause=pause)  # type: ignore[arg-type]  # a stand-in
    for job in jobs:
        batches.put(job)
    batches.close()
    return [job.done.exception() or job.done.result() for job in jobs]


def several(number: int, **of_all: object) -> list[Job]:
    return [Job(article(f"{PIECE}\n{n}", url=f"http://p.example/{n}", **of_all)) for n in range(number)]  # type: ignore[arg-type]  # keywords of many kinds


def addresses(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Article.address)))
