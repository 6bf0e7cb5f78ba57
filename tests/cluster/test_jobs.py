"""The jobs themselves, on a PostgreSQL server: what is queued, tried again, taken over, and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
import pytest
from scrapy.settings import Settings

from crawler.cluster import schema
from crawler.cluster.children import Children
from crawler.cluster.jobs import Terms, application
from crawler.store.database import DatabaseError
from tests.world import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from procrastinate import App

on_postgresql = pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)


@dataclass
class Due:
    """An agenda that says what it is told to, and visits that end as they are told to."""

    portals: Sequence[str] = ()
    statuses: Mapping[str, int | None] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    def due(self) -> dict[str, list[str]]:
        return {portal: [f"http://{portal}.example/"] for portal in self.portals}

    async def run(self, portal: str, seconds: float | None) -> int | None:  # noqa: ARG002  as it is called
        self.visited.append(portal)
        return self.statuses.get(portal, 0)


def jobs(url: str) -> list[tuple[object, ...]]:
    """Return portal, status and whether it waits for its time, of each visit in the queue."""
    query = (
        "SELECT args->>'portal', status::text, scheduled_at > now() FROM procrastinate_jobs "
        "WHERE task_name = 'portalwatch.visit' ORDER BY id"
    )
    with psycopg.connect(schema.address(url)) as connection:
        return connection.execute(query).fetchall()


async def work(app: App, *tasks: str) -> None:
    """Queue tasks, and do what is in the queue."""
    async with app.open_async():
        for task in tasks:
            await app.tasks[task].defer_async(timestamp=1)
        await app.run_worker_async(
            wait=False, listen_notify=False, delete_jobs="successful", install_signal_handlers=False
        )


def go(url: str, due: Due, *tasks: str) -> None:
    """Do a round of work as a worker would; the clock queues nothing but on New Year."""
    asyncio.run(work(application(url, due, due, Terms(every="0 0 1 1 *", stalled=3)), *tasks))


@on_postgresql
def test_what_is_due_is_queued_and_done_once(empty_database_url: str) -> None:
    schema.prepare(empty_database_url)
    due = Due(["one", "two"])
    go(empty_database_url, due, "portalwatch.dispatch")
    go(empty_database_url, Due(), "portalwatch.dispatch")
    assert sorted(due.visited) == ["one", "two"]
    assert jobs(empty_database_url) == []


@on_postgresql
@pytest.mark.parametrize("status", [-9, 2])
def test_a_visit_whose_process_broke_is_tried_later(empty_database_url: str, status: int) -> None:
    schema.prepare(empty_database_url)
    due = Due(["one"], {"one": status})
    go(empty_database_url, due, "portalwatch.dispatch")
    go(empty_database_url, due, "portalwatch.dispatch")
    assert due.visited == ["one"], "not before its time"
    assert jobs(empty_database_url) == [("one", "todo", True)]


@on_postgresql
@pytest.mark.parametrize("status", [1, None])
def test_a_visit_that_failed_or_was_cut_short_is_left_to_the_monitor(
    empty_database_url: str, status: int | None
) -> None:
    schema.prepare(empty_database_url)
    go(empty_database_url, Due(["one"], {"one": status}), "portalwatch.dispatch")
    assert jobs(empty_database_url) == []


@on_postgresql
@pytest.mark.parametrize("another_waits", [False, True])
def test_the_job_of_a_dead_worker_is_taken_over(empty_database_url: str, another_waits: bool) -> None:
    schema.prepare(empty_database_url)
    with psycopg.connect(schema.address(empty_database_url)) as connection:
        connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        insert = (
            "INSERT INTO procrastinate_jobs "
            "(queue_name, task_name, status, lock, queueing_lock, args, worker_id) "
            "VALUES ('default', 'portalwatch.visit', %s, 'one', 'one', '{\"portal\": \"one\"}', %s)"
        )
        row = connection.execute("SELECT max(id) FROM procrastinate_workers").fetchone()
        assert row
        connection.execute(insert, ("doing", row[0]))
        if another_waits:
            connection.execute(insert, ("todo", None))
    due = Due()
    go(empty_database_url, due, "portalwatch.take_over")
    go(empty_database_url, due)
    assert due.visited == ["one"]
    assert jobs(empty_database_url) == []


@on_postgresql
def test_tables_are_made_once_and_missed_clearly(empty_database_url: str) -> None:
    with pytest.raises(DatabaseError, match="no tables for jobs yet: run `scrapy db upgrade` first"):
        schema.check(empty_database_url)
    schema.prepare(empty_database_url)
    schema.prepare(empty_database_url)
    schema.check(empty_database_url)
    with psycopg.connect(schema.address(empty_database_url)) as connection:
        connection.execute("COMMENT ON TABLE procrastinate_jobs IS 'portalwatch: 03.01.00_01_pre_x.sql'")
    with pytest.raises(DatabaseError, match="older tables for jobs: run `scrapy db upgrade` first"):
        schema.check(empty_database_url)


@on_postgresql
def test_tables_of_somebody_else_are_left_alone(empty_database_url: str) -> None:
    schema.prepare(empty_database_url)
    with psycopg.connect(schema.address(empty_database_url)) as connection:
        connection.execute("COMMENT ON TABLE procrastinate_jobs IS NULL")
    with pytest.raises(DatabaseError, match="not made by portalwatch"):
        schema.prepare(empty_database_url)


def test_sqlite_is_refused_in_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTALWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/test.db"}
    command = [sys.executable, "-m", "scrapy", "worker"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "workers share a PostgreSQL database" in done.stderr
    assert done.stderr.count("\n") == 1


def ends_well(_settings: Settings, _portal: str) -> int:
    return 1


def dies(_settings: Settings, _portal: str) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def wedged(_settings: Settings, portal: str) -> int:
    """Stand still, deaf to SIGTERM as a loop in C would be."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if portal:
        os.write(int(portal), b"x")
    while True:
        signal.pause()


@pytest.mark.parametrize(("do", "status"), [(ends_well, 1), (dies, -9)])
def test_a_visit_has_a_process_of_its_own(do: Callable[[Settings, str], int], status: int) -> None:
    assert asyncio.run(Children(Settings(), do).run("one", 60)) == status


def test_a_visit_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.cluster.children.STOPPING", 0.1)
    assert asyncio.run(Children(Settings(), wedged).run("", 0.1)) is None
