"""A crawl whose PostgreSQL server is stopped in the middle, as by a power cut, and started again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from crawler.store.database import open_database
from tests.faults.crawls import (
    CountingServer,
    Crawl,
    State,
    assert_as_undisturbed,
    assert_whole,
    let_leases_end,
    under_way,
)
from tests.faults.servers import Server, postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def database_server() -> Iterator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture
def crawl(server: CountingServer, database_server: Server, tmp_path: Path) -> Crawl:
    made = Crawl(server, database_server.url, tmp_path)
    made.prepare()
    return made


def test_a_server_that_restarts_is_waited_for(
    crawl: Crawl, database_server: Server, undisturbed: tuple[State, int]
) -> None:
    crawl.settings = {"PORTALWATCH_PATIENCE": "60"}
    with under_way(crawl) as (_, ended):
        database_server.stop()
        threading.Event().wait(2)  # the crawl meets no server, which nothing tells
        database_server.start()
    code, out, err = ended
    assert code == 0, (out, err)
    assert "trying again in" in err
    assert "Traceback" not in err
    assert_as_undisturbed(crawl, undisturbed[0])


def test_what_found_no_server_is_said_and_found_again(
    crawl: Crawl, database_server: Server, undisturbed: tuple[State, int]
) -> None:
    crawl.settings = {"PORTALWATCH_PATIENCE": "1", "PORTALWATCH_BATCH_ARTICLES": "200"}
    with under_way(crawl) as (_, ended):
        database_server.stop()
    code, out, err = ended
    assert code == 1, (out, err)
    assert "Failed: xian, zhenggong." in out
    assert "article(s) are not stored: the database postgresql" in err
    assert "Refused" not in err
    assert "Traceback" not in err

    database_server.start()
    database = open_database(crawl.url)
    assert assert_whole(database) < len(undisturbed[0].texts)
    let_leases_end(database)  # nobody could write that they are over
    database.close()
    again = crawl.run()
    assert again.returncode == 0, again
    assert_as_undisturbed(crawl, undisturbed[0])
