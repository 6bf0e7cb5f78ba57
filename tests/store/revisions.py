"""Going to a revision of the database, and what it holds then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import command
from sqlalchemy import inspect, text

from crawler.store import migrate, segments, tokens
from crawler.store.database import Database, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session


def to(url: str, revision: str, step: Callable[..., None] = command.upgrade) -> None:
    database = connect(url)
    config = migrate.configuration()
    engine = database.engine.execution_options(portalwatch_write=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step(config, revision)
    database.close()


def insert(url: str, statements: str, values: dict[str, Any]) -> None:
    database = connect(url)
    with database.writing() as session:
        for statement in statements.split(";"):
            names = text(statement)._bindparams
            session.execute(text(statement), {name: values[name] for name in names})
    database.close()


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def indexed(session: Session, pair: str) -> list[int]:
    """Return the articles of which the search index holds a pair of characters."""
    if session.get_bind().dialect.name == "sqlite":
        query = "SELECT rowid FROM search WHERE search MATCH :pair"
        return sorted(session.scalars(text(query), {"pair": f'"{pair}"'}))
    number = tokens.number(pair)
    looked = segments.look(session.connection(), [(number, number)])
    return sorted(int(one) for segment, (places,) in looked for one in segment.articles(places))
