"""Another process changes an article while a batch that has it waits for the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, text

from crawler.store.articles import Outcome, Saver
from crawler.store.batches import Batches, Job
from crawler.store.corrections import correct
from crawler.store.database import Database, open_database
from crawler.store.models import Article, Fingerprint, Story, StoryMember, Version
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        Saver().save(session, article())
    yield opened
    opened.close()


def visited(database: Database, session: Session) -> Job:
    """Put the article with a new sentence into a batch, and return once it waits for ``session``.

    SQLite has one lock for all of the database and tells nobody who waits for it.
    """
    job = Job(article(f"{PIECE}\n渡口的灯也亮了。", fetched=NOON + timedelta(hours=9)))
    batches = Batches(database, count=1)
    batches.put(job)
    while not database.is_sqlite and not session.scalar(WAITING):
        assert not job.done.done()
    return job


def test_an_article_that_was_read_again_meanwhile(database: Database) -> None:
    with database.writing() as session:
        newest = session.scalars(select(Version)).one()
        assert correct(session, newest, newest.content, article(f"{PIECE}\n完。"))
        job = visited(database, session)

    assert job.done.result(60).outcome is Outcome.CHANGED
    with database.reading() as session:
        assert session.scalars(select(Version.number).order_by(Version.number)).all() == [1, 2, 3]


def test_an_article_that_was_taken_out_meanwhile(database: Database) -> None:
    with database.writing() as session:
        for model in (Fingerprint, StoryMember, Story, Article):
            session.execute(delete(model))
        job = visited(database, session)

    assert job.done.result(60).outcome is Outcome.NEW
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == 1
