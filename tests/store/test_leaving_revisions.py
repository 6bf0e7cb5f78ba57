"""Each revision can be left for the one before it, with data in the tables, and be reached again."""

from __future__ import annotations

from alembic import command
from sqlalchemy import inspect, select, text

from crawler.store import candidates, key_pages, migrate, robots, stories
from crawler.store.articles import save
from crawler.store.database import connect, open_database
from crawler.store.models import (
    ArticleEvent,
    Delivery,
    KeptPage,
    Lease,
    PortalState,
    Pruned,
    SectionState,
    Version,
    Watch,
)
from crawler.store.packing import compress
from tests.store.builders import NOON, PIECE, article
from tests.store.revisions import indexed, tables, to


def test_0010_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        keys = sorted(candidates.stored(session))
        if not database.is_sqlite:
            key_pages.fold_all(session.connection())
            assert session.scalar(text("SELECT count(*) FROM fingerprints")) == 0
            assert sorted(candidates.stored(session)) == keys
    database.close()
    to(database_url, "0009", command.downgrade)
    database = connect(database_url)
    assert "fingerprint_pages" not in tables(database)
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT article_id, key FROM fingerprints ORDER BY key")).all()
        assert sorted(map(tuple, found)) == keys
    database.close()
    assert migrate.upgrade(database_url) == ("0009", migrate.HEAD)
    database = open_database(database_url)
    with database.reading() as session:
        assert sorted(candidates.stored(session)) == keys
    database.close()


def test_0009_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
    database.close()
    to(database_url, "0008", command.downgrade)
    database = connect(database_url)
    if not database.is_sqlite:
        assert not {"search_segments", "search_pages"} & tables(database)
        with database.engine.connect() as connection:
            query = "SELECT article_id FROM search WHERE tokens @@ CAST(:pair AS tsquery)"
            assert connection.execute(text(query), {"pair": "'青石'"}).all() == [(1,)]
    database.close()
    assert migrate.upgrade(database_url) == ("0008", migrate.HEAD)
    database = open_database(database_url)
    with database.reading() as session:
        assert indexed(session, "青石") == [1]
    database.close()


def test_0008_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        robots.keep(session, "http://x.example", 200, b"User-agent: *", NOON)
    database.close()
    to(database_url, "0007", command.downgrade)
    database = connect(database_url)
    assert "robots" not in tables(database)
    database.close()
    assert migrate.upgrade(database_url) == ("0007", migrate.HEAD)


def test_0007_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        session.add(ArticleEvent(article_id=1, at=NOON, kind="withdrawn", version=1, reason="404"))
        session.add(PortalState(portal="portal_a", wait_until=NOON, wait_reason="blocked"))
        session.add(SectionState(portal="portal_a", url="http://x.example/", due_at=NOON, interval_s=60))
        session.add(Lease(name="portal:portal_a", holder="me", taken_at=NOON, expires_at=NOON))
        session.add(
            KeptPage(
                portal="portal_a",
                url="http://x.example/",
                at=NOON,
                status=412,
                reason="challenge",
                headers={},
                size=3,
                packed=compress(b"raw"),
            )
        )
    with database.reading() as session:
        assert session.scalars(select(KeptPage)).one().body == b"raw"
    database.close()
    to(database_url, "0006", command.downgrade)
    database = connect(database_url)
    assert not {"article_events", "portal_states", "section_states", "leases", "health"} & tables(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT address FROM articles")).all() == [
            ("http://portal-a.example/news/1.html",)
        ]
        assert "check_stage" not in {column["name"] for column in inspect(connection).get_columns("articles")}
    database.close()
    assert migrate.upgrade(database_url) == ("0006", migrate.HEAD)


def test_0006_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        session.add(Watch(uid="w", name="船运", query="码头", created_at=NOON, targets=["chat"]))
        session.add(Delivery(target="chat", next_at=NOON, idempotency_key="k", created_at=NOON))
    database.close()
    to(database_url, "0005", command.downgrade)
    database = connect(database_url)
    assert "deliveries" not in tables(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT name, query FROM watches")).all() == [("船运", "码头")]
    database.close()
    assert migrate.upgrade(database_url) == ("0005", migrate.HEAD)


def test_0005_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        session.add(Pruned(address="http://x.example/1", pruned_at=NOON))
    database.close()
    to(database_url, "0004", command.downgrade)
    database = connect(database_url)
    assert "pruned" not in tables(database)
    database.close()
    assert migrate.upgrade(database_url) == ("0004", migrate.HEAD)


def test_0004_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
    database.close()
    to(database_url, "0003", command.downgrade)
    database = connect(database_url)
    with database.engine.connect() as connection:
        assert inspect(connection).get_view_names() == []
        assert "region" not in {column["name"] for column in inspect(connection).get_columns("portals")}
    database.close()
    assert migrate.upgrade(database_url) == ("0003", migrate.HEAD)


def test_0003_can_be_left(database_url: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
    database.close()
    to(database_url, "0002", command.downgrade)
    database = connect(database_url)
    assert not {"raw_pages", "story_events"} & tables(database)
    with database.engine.connect() as connection:
        row = connection.execute(text("SELECT body, canonical_body, authors FROM versions")).one()
        assert (row[0], row[1]) == (PIECE, article().canonical_body)
    database.close()

    assert migrate.upgrade(database_url) == ("0002", migrate.HEAD)
    database = open_database(database_url)
    with database.reading() as session:
        assert session.scalars(select(Version)).one().body == PIECE
        assert stories.story_of(session, 1) is not None
    database.close()


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
