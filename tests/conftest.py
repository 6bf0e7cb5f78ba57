"""What the tests share: databases of both kinds, each test with one of its own."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import settings

from crawler.store.database import Database, open_database
from crawler.store.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POSTGRESQL = os.environ.get("PORTALWATCH_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")

# How long an example takes is measured in bench/, and the first one loads tables.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """Return the address of a PostgreSQL server that answers; without one skip, but fail in CI."""
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = f"no PostgreSQL at {POSTGRESQL} (PORTALWATCH_TEST_POSTGRESQL names another): {error}"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason)
        pytest.skip(reason)
    return POSTGRESQL


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without tables, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/portalwatch.db"
        return
    server = request.getfixturevalue("postgresql_server")
    # A schema of its own keeps several test runs on one server apart.
    schema = f"portalwatch_{os.getpid()}_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """Return the address of a database with all tables and no rows, on both kinds in turn."""
    upgrade(empty_database_url)
    return empty_database_url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield an open database with all tables and no rows, on both kinds in turn."""
    opened = open_database(database_url)
    yield opened
    opened.close()
