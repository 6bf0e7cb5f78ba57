"""Statements that go to the driver as they are, for what is done with every article.

What SQLAlchemy does around a statement takes many times as long as SQLite does with it. The statements are
still SQLAlchemy's, compiled once, and errors become SQLAlchemy's own.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Dialect

    from crawler.store.models import Base

    Process = Callable[[Any], Any] | None


def rows(connection: Connection, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return what a query in the driver's own language finds."""
    with _cursor(connection, statement) as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def binary_rows(connection: Connection, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return what a query of PostgreSQL finds, without a text of each value on its way."""
    with _cursor(connection, statement, binary=True) as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def portions(connection: Connection, statement: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield what a query of PostgreSQL finds, ``size`` rows at a time: the server keeps the rest."""
    with _cursor(connection, statement, name="portions", binary=True) as cursor:
        cursor.execute(statement)
        while found := cursor.fetchmany(size):
            yield found


def many(connection: Connection, statement: str, values: Sequence[Any]) -> None:
    """Execute a statement in the driver's own language with each of ``values``."""
    with _cursor(connection, statement) as cursor:
        cursor.executemany(statement, values)


class Rows:
    """Inserting rows of a table: ``columns`` are those that every row brings, none is filled in."""

    def __init__(self, model: type[Base], *columns: str) -> None:
        self._model, self._columns = model, columns

    def insert(self, connection: Connection, found: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, a mapping of the columns each."""
        statement, order = _compiled(self._model, self._columns, connection.dialect)
        if connection.dialect.positional:
            made: list[Any] = [
                [row[name] if how is None else how(row[name]) for name, how in order] for row in found
            ]
        else:
            made = [
                {name: row[name] if how is None else how(row[name]) for name, how in order} for row in found
            ]
        many(connection, statement, made)


@lru_cache(maxsize=16)  # the tables of two databases: a daemon opens one again and again
def _compiled(
    model: type[Base], columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, list[tuple[str, Process]]]:
    compiled: Any = insert(model).inline().compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup if dialect.positional else list(compiled.binds)
    assert sorted(names) == sorted(columns), f"{model.__tablename__}: a column is filled in by SQLAlchemy"
    types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names}
    return str(compiled), [(name, types[name].bind_processor(dialect)) for name in names]


@contextmanager
def _cursor(connection: Connection, statement: str, **how: bool | str) -> Iterator[Any]:
    dbapi: Any = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor(**how)
    try:
        yield cursor
    except dbapi.Error as error:
        raise DBAPIError.instance(statement, None, error, dbapi.Error, dialect=connection.dialect) from error
    finally:
        cursor.close()
