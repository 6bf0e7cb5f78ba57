"""Each revision is reached from the one before it with data in the tables, and left again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from sqlalchemy import inspect, text

from crawler.store import migrate, search
from crawler.store.articles import Outcome, save
from crawler.store.database import Database, connect, open_database
from crawler.store.known import Known
from tests.store.builders import article

if TYPE_CHECKING:
    from collections.abc import Callable


def to(url: str, revision: str, step: Callable[..., None] = command.upgrade) -> None:
    database = connect(url)
    config = migrate.configuration()
    engine = database.engine.execution_options(portalwatch_write=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step(config, revision)
    database.close()


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_0002_keeps_what_0001_holds(empty_database_url: str) -> None:
    to(empty_database_url, "0001")
    database = connect(empty_database_url)
    assert "learned" not in tables(database)
    with database.writing() as session:
        first = save(session, article())
    database.close()

    assert migrate.upgrade(empty_database_url) == ("0001", migrate.HEAD)

    database = open_database(empty_database_url)
    assert "learned" in tables(database)
    with database.writing() as session:
        again = save(session, article())
        assert (again.outcome, again.article_id) == (Outcome.SAME, first.article_id)
        assert len(search.find(session, search.Wanted(words=("青石渡",)))) == 1
    database.close()
    asked = Known(empty_database_url)
    assert asked.has("http://portal-a.example/news/1.html")
    assert asked.learned("portal_a").pages.articles == 0
    asked.close()


def test_0002_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
    database.close()
    to(database_url, "0001", command.downgrade)
    database = connect(database_url)
    assert "learned" not in tables(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM articles")).scalar() == 1
    database.close()
