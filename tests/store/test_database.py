from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text

from crawler.store import migrate, pages, runs
from crawler.store.database import DatabaseError, connect, open_database
from crawler.store.models import Article, Base, Run
from tests.store.builders import NOON

if TYPE_CHECKING:
    from pathlib import Path


# SQLite's expressions are compared by the test behind this one.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_tables_are_those_of_the_models(database_url: str) -> None:
    database = open_database(database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _object, name, kind, *_: (
                    not (kind == "table" and name.startswith(("search", "fingerprint_pages")))
                )
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_lists_by_date_find_their_index(database_url: str) -> None:
    database = open_database(database_url)
    query = select(Article.id).order_by(func.coalesce(Article.published_at, Article.first_seen).desc())
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.reading() as session:
        if not database.is_sqlite:
            session.execute(text("SET enable_seqscan = off"))
        plan = session.execute(text(explain + str(query.compile(database.engine)))).all()
    assert "ix_articles_listed" in str(plan)
    database.close()


def test_the_newest_revision_is_the_one_named() -> None:
    assert ScriptDirectory.from_config(migrate.configuration()).get_current_head() == migrate.HEAD


def test_upgrade_says_from_where_to_where(empty_database_url: str) -> None:
    assert migrate.upgrade(empty_database_url) == (None, migrate.HEAD)
    assert migrate.upgrade(empty_database_url) == (migrate.HEAD, migrate.HEAD)


def test_downgrade_leaves_nothing(database_url: str) -> None:
    database = connect(database_url)
    config = migrate.configuration()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with database.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    database.close()


def test_a_newer_database_is_refused(database_url: str) -> None:
    database = open_database(database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    for attempt in (open_database, migrate.upgrade):
        with pytest.raises(DatabaseError, match=r"schema 9999, which this program .* newer portalwatch"):
            attempt(database_url)


def test_postgresql_is_migrated_on_request_only(empty_database_url: str) -> None:
    if empty_database_url.startswith("sqlite"):
        open_database(empty_database_url).close()
        return
    with pytest.raises(DatabaseError, match="is empty: run `scrapy db upgrade` first"):
        open_database(empty_database_url)


def test_sqlite_is_set_up_for_many_processes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/deep/folder/x.db")
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30000
    database.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("var/x.db", "not a database address: 'var/x.db'"),
        ("", "not a database address"),
        ("mysql://host/x", "no such kind of database: 'mysql'"),
        ("sqlite+nonsense:///x.db", r"no such database driver: 'sqlite\+nonsense'"),
        ("postgresql://nobody:secret@127.0.0.1:1/x", r"nobody:\*\*\*@127\.0\.0\.1:1/x cannot be used"),
        ("sqlite:////proc/none/x.db", "the folder of the database .* cannot be made"),
    ],
)
def test_a_wrong_address_is_told_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(DatabaseError, match=sentence) as raised:
        open_database(url)
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_folder_and_another_file_are_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="is a folder, not a file"):
        open_database(f"sqlite:///{tmp_path}")
    other = tmp_path / "x.db"
    other.write_text("not a database, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(DatabaseError, match="file is not a database"):
        open_database(f"sqlite:///{other}")
    with pytest.raises(DatabaseError, match="there is no database at"):
        connect(f"sqlite:///{tmp_path}/none.db", create=False)


def test_moments_without_a_zone_are_refused(database_url: str) -> None:
    database = open_database(database_url)
    with pytest.raises(DatabaseError, match="without a time zone"), database.writing() as session:
        session.add(Run(command="patrol", started_at=NOON.replace(tzinfo=None)))
    database.close()


def test_runs_are_recorded(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        run = runs.start(session, "patrol", at=NOON)
        row = runs.start_portal(session, run, "cnxz", at=NOON)
        open_row = runs.start_portal(session, run, "fbdy", at=NOON)
    with database.writing() as session:
        runs.finish_portal(session, row, "finished", {"pages": 7, "new": 3}, at=NOON)
        runs.finish(session, run, failed=True, at=NOON)
        with pytest.raises(LookupError):
            runs.finish(session, run + 1)
        with pytest.raises(LookupError):
            runs.finish_portal(session, open_row + 1, "", {})
    with database.reading() as session:
        (found,) = runs.recent(session, "cnxz")
        assert (found.reason, found.counts, found.started_at) == ("finished", {"pages": 7, "new": 3}, NOON)
        assert runs.recent(session, "fbdy") == []
        assert session.get_one(Run, run).status == "failed"
    database.close()


def test_what_a_server_said_of_a_page_is_remembered(database_url: str) -> None:
    url = "http://p.example/list"
    database = open_database(database_url)
    with database.writing() as session:
        assert pages.validators(session, url) is None
        pages.remember(session, url, pages.Validators('"a"', "Mon, 04 May 2026 04:00:00 GMT"))
    with database.writing() as session:
        pages.remember(session, url, pages.Validators('"b"', None))
    with database.writing() as session:
        assert pages.validators(session, url) == pages.Validators('"b"', "Mon, 04 May 2026 04:00:00 GMT")
        pages.forget(session, url)
        pages.forget(session, url)
    with database.reading() as session:
        assert pages.validators(session, url) is None
    database.close()
