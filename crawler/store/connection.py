"""Connections to the database of an address, whatever its schema; ``crawler.store.database`` opens it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.store.packing import PackingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.pool import ConnectionPoolEntry

DEFAULT_URL = "sqlite:///var/portalwatch.db"
BUSY_MS = 30_000
CACHE_KB = 16_000
"""What SQLite keeps of a large database: a batch of articles touches two thousand pages of indexes, which the
default of 2 MB would write out and read again within the transaction; they take 8 MB."""
# Busy, locked, read or write error, full, cannot open, lost the locking protocol.
_PASSING_SQLITE = {5, 6, 10, 13, 14, 15}
# Classes of states: connection, deadlock or serialisation, resources (disk, memory, connections), shutdown.
_PASSING_POSTGRESQL = {"08", "40", "53", "57", "58"}
EXAMPLES = "sqlite:///var/portalwatch.db or postgresql://user@host/name"


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for the person who gave the address."""


class PassingError(DatabaseError):
    """What may pass by itself: a lock, a full disk, a server that is restarting or not to be reached."""


class MissingDatabaseError(DatabaseError):
    """There is no file at the address of a SQLite database that was not to be made."""


@dataclass(frozen=True)
class Database:
    """An open database. ``url`` is safe to show: its password is hidden."""

    engine: Engine
    url: str

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for queries; whatever it changes is not kept. Raises ``DatabaseError``."""
        with translated(self.url), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that is committed at the end and rolled back on any error."""
        with translated(self.url), self.writer() as session, session.begin():
            yield session

    def writer(self) -> Session:
        """Return a session whose transactions take the write lock at once (see ``_begin``)."""
        return Session(self.engine.execution_options(portalwatch_write=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def connect(url: str, *, create: bool = True) -> Database:
    """Return the database at ``url`` without a look at its schema. Raises ``DatabaseError``.

    With ``create`` false, a SQLite file that does not exist is refused too (``MissingDatabaseError``).
    """
    address = _address(url)
    shown = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite":
        _make_folder(address, shown, create=create)
    try:
        engine = create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    except ImportError as error:
        message = f"the database {shown} needs a driver that is not installed: {error}"
        raise DatabaseError(message) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    return Database(engine, shown)


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn what the driver raises into a ``DatabaseError`` of one sentence that names ``url``."""
    try:
        yield
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split()) or type(error.orig).__name__
        message = f"the database {url} cannot be used: {reason}"
        kind = PassingError if _passes(error) else DatabaseError
        raise kind(message) from error
    except SQLAlchemyError as error:
        message = f"the database {url} cannot be used: {' '.join(str(error).split())}"
        raise DatabaseError(message) from error
    except PackingError as error:
        message = f"the database {url} has a damaged record: {error}; `scrapy db check` finds all such"
        raise DatabaseError(message) from error


def _passes(error: DBAPIError) -> bool:
    """Tell whether the same may work a little later."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _PASSING_SQLITE
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)  # no answer at all
    return str(state)[:2] in _PASSING_POSTGRESQL


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError):
        message = f"not a database address: {url!r} (one looks like {EXAMPLES})"
        raise DatabaseError(message) from None
    if backend in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        message = f"no such kind of database: {backend!r} (there are {EXAMPLES})"
        raise DatabaseError(message)
    try:
        address.get_dialect()
    except NoSuchModuleError:
        message = f"no such database driver: {address.drivername!r} (one address is {EXAMPLES})"
        raise DatabaseError(message) from None
    return address


def _make_folder(address: URL, shown: str, *, create: bool) -> None:
    if address.database in {None, "", ":memory:"} or str(address.database).startswith("file:"):
        return
    path = Path(str(address.database))
    if not create and not path.exists():
        message = f"there is no database at {shown} yet"
        raise MissingDatabaseError(message)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder of the database {shown} cannot be made: {error.strerror}"
        raise DatabaseError(message) from None
    if path.is_dir():
        message = f"the database {shown} is a folder, not a file"
        raise DatabaseError(message)


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin at the first write and leave DDL outside; `_begin` does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        f"busy_timeout = {BUSY_MS}",
        "foreign_keys = ON",
        "synchronous = NORMAL",
        f"cache_size = -{CACHE_KB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another process wrote in between,
    # whatever the busy timeout says; one that is going to write therefore asks for the lock first.
    write = connection.get_execution_options().get("portalwatch_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
