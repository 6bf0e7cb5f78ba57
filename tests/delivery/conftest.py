from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.store.database import open_database
from tests.delivery import servers
from tests.delivery.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    database = open_database(database_url)
    yield World(database, tmp_path)
    database.close()


@pytest.fixture
def hooks() -> Iterator[servers.Hooks]:
    with servers.hooks() as received:
        yield received


@pytest.fixture
def other_hooks() -> Iterator[servers.Hooks]:
    with servers.hooks() as received:
        yield received


@pytest.fixture
def post() -> Iterator[servers.Post]:
    with servers.post() as received:
        yield received
