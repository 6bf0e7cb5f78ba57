"""Another process changes an article or its story while a batch has it."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, text

from crawler.store.articles import Outcome, Saved, Saver
from crawler.store.batches import Batches, Job
from crawler.store.corrections import correct
from crawler.store.database import Database, open_database
from crawler.store.models import Article, Fingerprint, Story, StoryMember, Version
from crawler.store.pruning import By, Pruning, Rule, prune
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


def test_a_story_that_an_article_joins_while_it_is_pruned(database: Database, database_url: str) -> None:
    other = open_database(database_url)
    rule = Rule(before=NOON + timedelta(days=1), by=By.SEEN)
    pruned: list[Pruning] = []
    pruning = Thread(target=lambda: pruned.extend(prune(other, rule)))

    def begin_to_prune(session: Session, _saved: Saved) -> None:
        pruning.start()
        while not database.is_sqlite and not session.scalar(WAITING):
            assert pruning.is_alive()

    copy = article(url="http://b.example/copy", fetched=NOON + timedelta(days=5))
    batches = Batches(database, count=1)
    job = Job(copy, [begin_to_prune])
    batches.put(job)
    batches.close()
    pruning.join()
    other.close()

    assert job.done.result().reprint
    assert [one.articles for one in pruned] == [0] * len(pruned)
    assert pruned
    with database.reading() as session:
        same = select(StoryMember.article_id).where(StoryMember.relation == "same")
        assert set(session.scalars(same)) == set(session.scalars(select(Article.id)))
