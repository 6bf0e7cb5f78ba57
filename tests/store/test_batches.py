"""The writing thread: batches, articles that cannot be written, faults that pass, kills, two processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from crawler.items import RawPage as Page
from crawler.store.articles import Outcome, Saved
from crawler.store.batches import Batches, Job
from crawler.store.connection import DatabaseError, PassingError, translated
from crawler.store.database import Database, open_database
from crawler.store.models import Article, Fingerprint, RawPage, StoryMember, Version
from crawler.store.patience import PATIENCE
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


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
    return [Job(article(f"{PIECE}\n{n}", url=f"http://p.example/{n}", **of_all)) for n in range(number)]  # type: ignore[arg-type]


def addresses(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Article.address)))


def test_many_articles_share_a_transaction(database: Database) -> None:
    transactions = Transactions(database)
    found = written(transactions, several(7), count=3)

    assert [one.outcome for one in found if isinstance(one, Saved)] == [Outcome.NEW] * 7
    assert transactions.count == 3
    assert len(addresses(database)) == 7


def test_an_article_that_cannot_be_written_goes_alone(database: Database) -> None:
    def fail(_session: Session, _saved: Saved) -> None:
        message = "poison"
        raise ValueError(message)

    jobs = several(4)
    jobs[2] = Job(jobs[2].article, [fail])
    jobs.append(Job(article(portal=None, url="http://p.example/none")))  # type: ignore[arg-type]
    found = written(database, jobs)

    assert [type(one).__name__ for one in found] == ["Saved", "Saved", "ValueError", "Saved", "DatabaseError"]
    assert addresses(database) == ["http://p.example/0", "http://p.example/1", "http://p.example/3"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Version)) == 3


def busy() -> OperationalError:
    cause = __import__("sqlite3").OperationalError("database is locked")
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
    found = written(Transactions(database, failures), several(4), count=2)  # type: ignore[arg-type]

    assert [type(one).__name__ for one in found] == ["PassingError", "PassingError", "Saved", "Saved"]
    assert "database is locked" in str(found[0])
    assert addresses(database) == ["http://p.example/2", "http://p.example/3"]


def test_a_closed_writer_says_so(database: Database) -> None:
    batches = Batches(database)
    batches.close()
    with pytest.raises(RuntimeError, match="is closed"):
        batches.put(Job(article()))


def test_a_real_lock_passes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]
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


def test_raw_pages_are_kept_for_each_version_within_the_budget(database: Database) -> None:
    jobs = several(3)
    for number, job in enumerate(jobs):
        body = f"<html>{PIECE * 30}{number}</html>".encode("gb18030")
        headers = {"Content-Type": "text/html"}
        page = Page(job.article.url, NOON, 200, headers, "gb18030", "the bytes say so", body)
        job.article.raw = [page, page]
    written(database, [*jobs, *(Job(job.article) for job in jobs)])
    with database.reading() as session:
        kept = session.scalars(select(RawPage).order_by(RawPage.version_id, RawPage.part)).all()
        assert [one.part for one in kept] == [1, 2] * 3
        assert kept[0].body == jobs[0].article.raw[0].body
        assert (kept[0].size, kept[0].stored) == (len(kept[0].body), len(kept[0].packed))
        each = kept[0].stored
    batches = Batches(database, raw_budget=3 * each)
    changed = article(f"{PIECE}\n改", url="http://p.example/0")
    changed.raw = jobs[0].article.raw[:1]
    batches.put(Job(changed))
    batches.close()
    with database.reading() as session:
        left = session.scalars(select(RawPage.version_id)).all()
        assert 1 <= len(left) <= 3
        assert session.scalar(select(func.count()).select_from(Version)) == 4


KILLED = """
import os, signal, sys
from crawler.store.batches import Batches, Job
from crawler.store.database import open_database
from tests.store.builders import PIECE, article

def die(session, saved):
    os.kill(os.getpid(), signal.SIGKILL)

url, deadly = sys.argv[1], int(sys.argv[2])
batches = Batches(open_database(url), count=4, seconds=60)
jobs = [
    Job(article(f"{PIECE}\\n{n}", url=f"http://p.example/{n}"), [die] if n == deadly else [])
    for n in range(12)
]
for job in jobs:
    batches.put(job)
batches.close()
"""


def run(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stderr=subprocess.PIPE)


@pytest.mark.parametrize("deadly", [0, 6, 11])
def test_a_killed_process_loses_the_open_batch_and_nothing_else(
    database: Database, database_url: str, deadly: int
) -> None:
    process = run(KILLED, database_url, str(deadly))
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL

    whole = deadly // 4 * 4
    assert sorted(addresses(database)) == sorted(f"http://p.example/{n}" for n in range(whole))
    check_whole(database, whole)
    again = run(KILLED, database_url, "99")
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert len(addresses(database)) == 12
    check_whole(database, 12)


def check_whole(database: Database, articles: int) -> None:
    """Each article has one version, a story, keys and an entry of the search index."""
    index = "SELECT count(*) FROM search_docsize"
    if not database.is_sqlite:
        index = "SELECT sum(upper(run) - lower(run)) FROM search_segments, unnest(ids - gone) AS run"
    with database.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(Version)),
            session.scalar(select(func.count(StoryMember.article_id.distinct()))),
            session.scalar(select(func.count(Fingerprint.article_id.distinct()))),
            session.scalar(text(index)) or 0,
        ]
    assert counts == [articles] * 4


TWO = """
import sys
from crawler.store.batches import Batches, Job
from crawler.store.database import open_database
from tests.store.builders import PIECE, article

url, first = sys.argv[1], int(sys.argv[2])
batches = Batches(open_database(url), count=3, seconds=60)
jobs = [Job(article(f"{PIECE}\\n{n}", url=f"http://p.example/{n}")) for n in range(first, first + 20)]
for job in jobs:
    batches.put(job)
batches.close()
print(sum(job.done.result().outcome == "new" for job in jobs), file=sys.stderr)
"""


def test_two_processes_write_into_one_database(database: Database, database_url: str) -> None:
    both = [run(TWO, database_url, "0"), run(TWO, database_url, "10")]
    new = [int(process.communicate(timeout=300)[1].split()[-1]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(new) == 30
    assert len(addresses(database)) == 30
    check_whole(database, 30)
