"""PostgreSQL's search index while segments of it become one: piece by piece, and nobody sees it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import text

from crawler.store import checking, hits, merging, postings, search, segment_pages
from crawler.store.articles import save
from crawler.store.checks.report import Finding, Report
from crawler.store.database import Database
from tests.store.builders import article

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["公告", "通知", "桥梁", "公路", "5g", "低空经济", "运河", "公"]
SOUGHT = ["公告", "通知", "公*", "5g", "低空", "空经", "运河", "路*", "桥梁", "桥头"]

pytestmark = pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)

Indexed = dict[int, list[str]]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be merged at once, and a page or two with each batch."""
    for name, value in {"FEW": 4, "AT_ONCE": 0, "A_PIECE": 1, "TIMES": 1}.items():
        monkeypatch.setattr(merging, name, value)
    monkeypatch.setattr(postings.packed, "__defaults__", (30,))


def change(database: Database, added: Indexed, removed: Sequence[int] = ()) -> None:
    """Index and take out articles in one transaction, as a batch does."""
    changes = search.Changes()
    for article_id in removed:
        changes.remove(article_id, "", "")
    for article_id, words in added.items():
        changes.add(article_id, "题", "，".join(words))
    with database.writing() as session:
        changes.write(session)


def holding(database: Database, token: str) -> list[int]:
    with database.reading() as session:
        return [int(one) for ids in hits.newest_first(session, token) for one in ids]


def sizes(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(text("SELECT articles FROM search_segments ORDER BY number")))


def check(database: Database, indexed: Indexed) -> None:
    """Search for each of ``SOUGHT`` and compare with the words themselves."""
    for token in SOUGHT:
        sought = token.removesuffix("*")
        expected = [one for one, words in indexed.items() if any(sought in word for word in words)]
        assert holding(database, token) == sorted(expected, reverse=True), token


@pytest.mark.usefixtures("small_steps")
def test_a_large_merge_takes_many_batches_and_is_not_seen(database: Database) -> None:
    draw = random.Random(3)  # noqa: S311  the same each time
    indexed: Indexed = {}
    pieces = 0
    for number in range(1, 60):
        new = {number: draw.sample(WORDS, 3)}
        indexed |= new
        change(database, new)
        check(database, indexed)
        pieces += min(sizes(database)) < 0
    assert pieces > 20
    assert sum(size for size in sizes(database) if size > 0) == 59
    assert len(sizes(database)) < 30


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("seed", range(6))
def test_articles_change_and_go_meanwhile(database: Database, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  the same each time
    indexed: Indexed = {}
    for number in range(1, 120):
        several = range(3 * number, 3 * number + draw.randrange(1, 4))
        old = draw.sample(sorted(indexed), min(len(indexed), draw.choice([0, 0, 1, 2, 9])))
        again = old[: draw.randrange(len(old) + 1)]
        new = {one: draw.sample(WORDS, 2) for one in (*several, *again)}
        if draw.random() < 0.1:
            new = {}
        for one in old:
            del indexed[one]
        indexed |= new
        change(database, new, old)
        if number % 5 == 0:
            check(database, indexed)
    check(database, indexed)
    change(database, {}, sorted(indexed))
    for _ in range(200):
        change(database, {1: ["公告"]}, [1])
    check(database, {1: ["公告"]})
    assert sum(sizes(database)) < 10


@pytest.mark.usefixtures("small_steps")
def test_a_batch_that_fails_leaves_the_merge_where_it_was(database: Database) -> None:
    indexed: Indexed = {number: WORDS[number % 4 :] for number in range(1, 40)}
    for number, words in indexed.items():
        with suppress(ZeroDivisionError), database.writing() as session:
            changes = search.Changes()
            changes.add(number, "题", "，".join(words))
            changes.write(session)
            raise ZeroDivisionError
        change(database, {number: words})
    check(database, indexed)


@pytest.mark.usefixtures("small_steps")
def test_a_damaged_page_of_what_is_being_made_is_no_loss(database: Database) -> None:
    indexed: Indexed = {}
    damaged = 0
    for number in range(1, 80):
        indexed[number] = WORDS[number % 5 :]
        change(database, {number: indexed[number]})
        with database.writing() as session:
            ruin = """UPDATE search_pages SET packed = '123' WHERE segment IN
                (SELECT number FROM search_segments WHERE articles < 0) AND :now"""
            damaged += session.execute(text(ruin), {"now": number % 20 == 0}).rowcount  # type: ignore[attr-defined]  # an UPDATE has a count of rows
    assert damaged
    check(database, indexed)


@pytest.mark.usefixtures("small_steps")
def test_a_large_segment_of_which_half_is_gone_is_made_anew_piece_by_piece(database: Database) -> None:
    with database.writing() as session:
        ids = np.arange(1, 31)
        numbers = search.index_numbers("题", "，".join(WORDS))
        found = np.concatenate([postings.entries(numbers, place) for place in range(30)])
        made = segment_pages.add(session.connection(), ids)
        segment_pages.write(session.connection(), made, postings.pages(np.sort(found)))
    indexed = {int(one): WORDS for one in ids}
    for number in range(1, 18):
        del indexed[number]
        change(database, {}, [number])
        check(database, indexed)
        if number == 16:
            assert min(sizes(database)) == -15
    for _ in range(10):
        change(database, {99: ["山"]}, [99])
    assert sorted(sizes(database)) == [1, 15]
    check(database, indexed)


KILLED = """
import os, signal, sys
from crawler.store import direct, merging, postings
from crawler.store.batches import Batches, Job
from crawler.store.database import open_database
from tests.store.builders import PIECE, article

url, first, last, deadly = sys.argv[1], *map(int, sys.argv[2:])
merging.FEW, merging.AT_ONCE, merging.A_PIECE, merging.TIMES = 3, 0, 1, 1
postings.packed.__defaults__ = (40,)
many, calls = direct.many, 0


def counted(connection, statement, values):
    global calls
    calls += "search_" in statement
    if calls == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    many(connection, statement, values)


direct.many = counted
batches = Batches(open_database(url), count=2, seconds=60)
for n in range(first, last):
    batches.put(Job(article(f"{PIECE}\\n{n}", url=f"http://p.example/{n}")))
batches.close()
"""


def run(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, stderr=subprocess.PIPE)


def findings(database: Database) -> list[Finding]:
    found: list[Finding] = []
    checking.check(database, Report(False, found.append), lambda _: None)
    return found


@pytest.mark.parametrize("deadly", ["15", "30", "42"])
def test_a_killed_process_leaves_nothing_lost_or_double(
    database: Database, database_url: str, deadly: str
) -> None:
    process = run(database_url, "0", "50", deadly)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert findings(database) == []
    again = run(database_url, "0", "50", "-1")
    assert (again.communicate(timeout=120)[1], again.returncode) == (b"", 0)
    assert findings(database) == []
    assert len(holding(database, "码头")) == 50
    assert max(sizes(database)) >= 6  # three of two articles


def test_two_processes_merge_at_once(database: Database, database_url: str) -> None:
    both = [run(database_url, "0", "40", "-1"), run(database_url, "20", "60", "-1")]
    assert [one.communicate(timeout=240)[1] for one in both] == [b"", b""]
    assert [one.returncode for one in both] == [0, 0]
    assert findings(database) == []
    assert len(holding(database, "码头")) == 60
    with database.writing() as session:
        save(session, article("码头", url="http://p.example/60"))
    assert len(holding(database, "码头")) == 61
