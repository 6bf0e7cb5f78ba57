"""The tables of the queue: procrastinate's own, beside ours in the same schema of the same database.

Procrastinate keeps no note of which of its migrations were applied; a comment on its table of jobs does.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from crawler.store.connection import DatabaseError, MissingDatabaseError, connect

_MARK = "portalwatch: "
_ONE_MACHINE = (
    "the database {} is of one machine only: workers share a PostgreSQL database, named by "
    "PORTALWATCH_DATABASE_URL (scrapy patrol --daemon needs none)"
)
_LOCK = 0x706F7274
"""Of nobody else: two programs that prepare the tables at the same time follow each other."""


def address(url: str) -> str:
    """Return how libpq reaches the database at ``url``. Raises DatabaseError if it is not PostgreSQL."""
    try:
        database = connect(url, create=False)
    except MissingDatabaseError:
        raise DatabaseError(_ONE_MACHINE.format(url)) from None
    database.close()
    if database.is_sqlite:
        raise DatabaseError(_ONE_MACHINE.format(database.url))
    found = database.engine.url.set(drivername="postgresql")
    return found.render_as_string(hide_password=False)


def prepare(url: str) -> None:
    """Make the tables of the queue, or bring them up to this procrastinate. Raises DatabaseError."""
    with _connected(url) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        applied = _applied(connection)
        if applied is None:
            connection.execute(SchemaManager.get_schema())
        else:
            for path in _migrations():
                if path.name > applied:
                    connection.execute(path.read_bytes())
        comment = sql.SQL("COMMENT ON TABLE procrastinate_jobs IS {}")
        connection.execute(comment.format(sql.Literal(_MARK + _newest())))


def check(url: str) -> None:
    """Raise DatabaseError unless the tables are what this procrastinate expects."""
    with _connected(url) as connection:
        applied = _applied(connection)
    if applied is None or applied < _newest():
        state = "has no tables for jobs yet" if applied is None else "has older tables for jobs"
        message = f"the database {_shown(url)} {state}: run `scrapy db upgrade` first"
        raise DatabaseError(message)


def _connected(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(address(url), connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as error:
        message = f"the database {_shown(url)} cannot be used: {' '.join(str(error).split())}"
        raise DatabaseError(message) from error


def _shown(url: str) -> str:
    database = connect(url, create=False)
    database.close()
    return database.url


def _applied(connection: psycopg.Connection) -> str | None:
    """Return the name of the last migration that was applied, None where there are no tables."""
    query = "SELECT obj_description(to_regclass('procrastinate_jobs')), to_regclass('procrastinate_jobs')"
    row = connection.execute(query).fetchone()
    if row is None or row[1] is None:
        return None
    comment = str(row[0] or "")
    if not comment.startswith(_MARK):
        message = "the tables procrastinate_* of the database were not made by portalwatch; give it its own"
        raise DatabaseError(message)
    return comment.removeprefix(_MARK)


def _newest() -> str:
    return _migrations()[-1].name


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
