"""A crawl that is killed at moments drawn by lot: nothing twice, nothing half, nothing lost for good.

The moment is a request that the portals were sent, and a part of the time until the next few. So many moments
as ``PORTALWATCH_TEST_KILLS`` says are drawn for each database; `make faults` takes 50.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import psycopg

from crawler.store.database import open_database
from tests.faults.crawls import CountingServer, Crawl, State, assert_whole, let_leases_end, state

KILLS = int(os.environ.get("PORTALWATCH_TEST_KILLS", "4"))
SEED = int(os.environ.get("PORTALWATCH_TEST_SEED", "1"))
A_DATABASE = 5
"""So many kills befall one database before it is crawled to the end."""
SPREAD = 0.3
"""Seconds after a request in which the kill may come: a page takes .03 to .1."""


def test_a_crawl_is_killed_at_any_moment(
    server: CountingServer, undisturbed: tuple[State, int], database_url: str, tmp_path: Path
) -> None:
    wanted, requests = undisturbed
    lot = random.Random(SEED)  # noqa: S311  moments, no secrets
    kills, at_work = 0, 0
    while kills < KILLS:
        crawl = _crawl(server, database_url, tmp_path, kills)
        database = open_database(crawl.url)
        stored = assert_whole(database)
        for _ in range(min(A_DATABASE, KILLS - kills)):
            if not _killed(crawl, lot, max(2, requests - stored)):
                break  # it had ended before
            kills += 1
            let_leases_end(database)
            now = assert_whole(database)
            at_work += now > stored
            stored = now
        done = crawl.run()
        assert done.returncode == 0, done.stdout + done.stderr
        assert_whole(database)
        found = state(database, crawl.folder)
        assert found.differences(wanted) == [], done.stdout + done.stderr
        assert crawl.run("db", "check").returncode == 0
        database.close()
    print(f"{kills} kills, {at_work} of them of a run that had stored something")  # noqa: T201  what the run was like


def _crawl(server: CountingServer, url: str, tmp_path: Path, number: int) -> Crawl:
    folder = tmp_path / str(number)
    folder.mkdir()
    if url.startswith("sqlite"):
        url = f"sqlite:///{folder}/test.db"
    elif number:
        _empty(url)
    crawl = Crawl(server, url, folder)
    crawl.prepare()
    return crawl


def _empty(url: str) -> None:
    """Take everything out of the test's schema, whose name the address ends with."""
    with psycopg.connect(url, autocommit=True) as connection:
        schema = connection.execute("SELECT current_schema").fetchone()
        assert schema is not None
        connection.execute(f"DROP SCHEMA {schema[0]} CASCADE; CREATE SCHEMA {schema[0]}")  # type: ignore[call-overload]  # a name of ours


def _killed(crawl: Crawl, lot: random.Random, requests: int) -> bool:
    """Kill a run after so many of the requests that it will send, drawn by lot; ``False`` if it ended."""
    process = crawl.start()
    crawl.server.wait_for(crawl.server.count + lot.randrange(requests), process)
    threading.Event().wait(lot.uniform(0, SPREAD))  # the moment is what is tested
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL
