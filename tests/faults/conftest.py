"""What an undisturbed crawl of the replicas leaves: what a disturbed one is compared with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.store.database import open_database
from tests.faults.crawls import CountingServer, Crawl, State, assert_whole, state


@pytest.fixture(scope="session")
def server() -> Iterator[CountingServer]:
    with CountingServer() as started:
        yield started


@pytest.fixture(scope="session")
def undisturbed(server: CountingServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[State, int]:
    """Return what a crawl that nothing happens to leaves, and how many requests it sends."""
    folder = tmp_path_factory.mktemp("undisturbed")
    crawl = Crawl(server, f"sqlite:///{folder}/test.db", folder)
    crawl.prepare()
    before = server.count
    done = crawl.run()
    assert done.returncode == 0, done.stdout + done.stderr
    database = open_database(crawl.url)
    assert assert_whole(database) > 30
    found = state(database, folder)
    database.close()
    return found, server.count - before
