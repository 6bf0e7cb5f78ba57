"""The writing thread and faults that pass: locks, lost answers, a lost server, a full disk."""

from __future__ import annotations

import sqlite3
from concurrent.futures import Future
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from crawler.store.articles import Outcome, Saved
from crawler.store.batches import Batches, Job
from crawler.store.connection import DatabaseError, PassingError
from crawler.store.database import Database, open_database
from crawler.store.models import Version
from crawler.store.patience import PATIENCE
from tests.store.builders import PIECE, article
from tests.store.writing import Transactions, addresses, several, written

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session


def busy() -> OperationalError:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = 5
    return OperationalError("COMMIT", {}, cause)


def test_what_passes_by_itself_is_waited_for(database: Database) -> None:
    pauses: list[float] = []
    found = written(Transactions(database, [busy(), busy()]), several(3), pauses=pauses)

    assert pauses == list(PATIENCE[:2])
    assert [one.outcome for one in found if isinstance(one, Saved)] == [Outcome.NEW] * 3


def test_a_commit_whose_answer_was_lost_is_told_as_what_it_was(database: Database) -> None:
    written(database, several(1))
    steps: list[Outcome] = []
    jobs = [
        Job(job.article, [lambda _session, saved: steps.append(saved.outcome)])
        for job in (*several(3), *several(1))
    ]
    transactions = Transactions(database, answers=[busy(), busy()])
    found = written(transactions, jobs, pauses=[])

    outcomes = [one.outcome for one in found if isinstance(one, Saved)]
    assert outcomes == [Outcome.SAME, Outcome.NEW, Outcome.NEW, Outcome.SAME]
    assert steps.count(Outcome.NEW) == 2  # what was committed with the article is not done again
    assert transactions.count == 3
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Version)) == 3


def test_an_article_that_came_twice_in_a_batch_whose_answer_was_lost(database: Database) -> None:
    steps: list[Outcome] = []
    jobs = [
        Job(article(text), [lambda _session, saved: steps.append(saved.outcome)])
        for text in (PIECE, f"{PIECE}\n渡口的灯也亮了。", PIECE)
    ]
    found = written(Transactions(database, answers=[busy()]), jobs, pauses=[])

    assert [one.outcome for one in found if isinstance(one, Saved)] == steps
    assert steps == [Outcome.NEW, Outcome.CHANGED, Outcome.CHANGED]
    with database.reading() as session:
        assert session.scalars(select(Version.number).order_by(Version.number)).all() == [1, 2, 3]


def test_patience_ends_and_the_next_batch_is_tried_again(database: Database) -> None:
    failures = [busy() for _ in range(len(PATIENCE) + 1)]
    found = written(Transactions(database, failures), several(4), count=2)  # type: ignore[arg-type]  # the double has what is used

    assert [type(one).__name__ for one in found] == ["PassingError", "PassingError", "Saved", "Saved"]
    assert "database is locked" in str(found[0])
    assert addresses(database) == ["http://p.example/2", "http://p.example/3"]


def test_a_real_lock_passes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]  # the driver's own
    holder = open_database(f"sqlite:///{tmp_path}/x.db").writer()
    holder.execute(text("SELECT 1"))
    pauses: list[float] = []

    def release(seconds: float) -> None:
        pauses.append(seconds)
        holder.rollback()

    batches = Batches(database, pause=release)
    job = Job(article())
    batches.put(job)
    batches.close()
    assert job.done.result().outcome is Outcome.NEW
    assert pauses == [PATIENCE[0]]
    assert batches.retries == 1
    holder.close()
    database.close()


def test_a_server_that_ends_the_connection_is_asked_again(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has no server")
    database = open_database(database_url)
    ended: Future[None] = Future()

    def end(session: Session, _saved: Saved) -> None:
        if not ended.done():
            ended.set_result(None)
            own = session.scalar(text("SELECT pg_backend_pid()"))
            other = open_database(database_url)
            with other.writing() as session_of_another:
                session_of_another.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
            other.close()

    pauses: list[float] = []
    jobs = several(3)
    jobs[1] = Job(jobs[1].article, [end])
    found = written(database, jobs, pauses=pauses)
    assert [one.outcome for one in found if isinstance(one, Saved)] == [Outcome.NEW] * 3
    assert len(pauses) == 1
    database.close()


def test_a_full_disk_is_an_error_that_passes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    written(database, several(1))
    with database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    big = [
        Job(article("".join(chr(0x4E00 + n * 7 % 20000) for n in range(20000)), url="http://p.example/big"))
    ]
    (found,) = written(database, big)
    assert isinstance(found, PassingError)
    assert "full" in str(found)
    assert addresses(database) == ["http://p.example/0"]
    database.close()


def test_wrong_values_do_not_pass(database: Database) -> None:
    with pytest.raises(DatabaseError) as raised, database.writing() as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    assert not isinstance(raised.value, PassingError)
