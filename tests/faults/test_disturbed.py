"""Crawls whose database is locked, cut off, or written to by another crawl at the same time."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.faults.crawls import CountingServer, Crawl, State, assert_as_undisturbed, under_way


@pytest.fixture
def sqlite(server: CountingServer, tmp_path: Path) -> Crawl:
    crawl = Crawl(server, f"sqlite:///{tmp_path}/test.db", tmp_path)
    crawl.prepare()
    return crawl


def _waiting(crawl: Crawl) -> sqlite3.Connection:
    """Connect to a crawl's database; for its lock it waits as long as it takes."""
    return sqlite3.connect(crawl.folder / "test.db", timeout=120, isolation_level=None)


def test_a_lock_is_waited_for(sqlite: Crawl, undisturbed: tuple[State, int]) -> None:
    with under_way(sqlite) as (_, ended), closing(_waiting(sqlite)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Event().wait(2)  # the crawl meets the lock, which nothing tells
        other.execute("ROLLBACK")
    assert ended[0] == 0, ended
    assert_as_undisturbed(sqlite, undisturbed[0])


def test_all_connections_end_in_the_middle(
    server: CountingServer, undisturbed: tuple[State, int], database_url: str, tmp_path: Path
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has no server")
    name = f"portalwatch_{secrets.token_hex(6)}"
    crawl = Crawl(server, f"{database_url}&application_name={name}", tmp_path)
    crawl.prepare()
    query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s"
    ended_connections = 0
    with under_way(crawl) as (process, ended), psycopg.connect(database_url, autocommit=True) as other:
        for requests in (0, 10, 20):
            server.wait_for(server.count + requests, process)
            row = other.execute(query, [name]).fetchone()
            assert row is not None
            ended_connections += row[0]
    assert ended_connections > 2
    assert ended[0] == 0, ended
    assert "trying again in" in ended[2]
    assert_as_undisturbed(crawl, undisturbed[0])


def test_two_crawls_share_a_database(
    server: CountingServer, undisturbed: tuple[State, int], database_url: str, tmp_path: Path
) -> None:
    crawl = Crawl(server, database_url, tmp_path)
    crawl.prepare()
    both = [crawl.start("patrol", "--only", name) for name in ("xian", "zhenggong")]
    for process in both:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
        assert "deadlock" not in err
    assert_as_undisturbed(crawl, undisturbed[0])
