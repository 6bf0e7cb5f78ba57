"""The writing thread: batches, articles that cannot be written, raw pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from crawler.items import RawPage as Page
from crawler.store.articles import Outcome, Saved
from crawler.store.batches import Batches, Job
from crawler.store.models import RawPage, Version
from tests.store.builders import NOON, PIECE, article
from tests.store.writing import Transactions, addresses, several, written

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.store.database import Database


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
    jobs.append(Job(article(portal=None, url="http://p.example/none")))  # type: ignore[arg-type]  # the fault that is tested
    found = written(database, jobs)

    assert [type(one).__name__ for one in found] == ["Saved", "Saved", "ValueError", "Saved", "DatabaseError"]
    assert addresses(database) == ["http://p.example/0", "http://p.example/1", "http://p.example/3"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Version)) == 3


def test_a_closed_writer_says_so(database: Database) -> None:
    batches = Batches(database)
    batches.close()
    with pytest.raises(RuntimeError, match="is closed"):
        batches.put(Job(article()))


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
