"""The views: what people see who ask the database in SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from crawler.store import runs
from crawler.store.articles import save
from crawler.store.database import Database, open_database
from crawler.store.models import Alert, Portal, RawPage, Watch
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

LATE = datetime(2026, 5, 4, 17, 30, tzinfo=UTC)  # half past one of the next day, where it was published


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        first = save(session, article(list_url="http://www.portal-a.example/news/"))
        second = save(session, article(url="http://b.example/1", portal="portal_b", published=LATE))
        saved = save(session, article(PIECE.replace("茶馆", "旅店")))
        session.add(RawPage(version_id=saved.version_id, part=1, url="", fetched_at=NOON, status=200,
            headers={}, charset="", charset_reason="", size=9, stored=7, packed=b""))  # fmt: skip
        save(
            session,
            article(
                "另一件事，与船无关。",
                url="http://b.example/2",
                title="别的",
                portal="portal_b",
                published=None,
            ),
        )
        session.get_one(Portal, 1).region = "江苏 徐州"
        watch = Watch(uid="w", name="船运", query="码头", created_at=NOON)
        session.add(watch)
        session.flush()
        session.add(Alert(uid="a", watch_id=watch.id, story_id=first.story_id, article_id=first.article_id,
            version_id=first.version_id, occasion="new", kind="new", words=["码头", "船"], excerpts=[],
            reprints=1, created_at=NOON, updated_at=NOON, fed=True))  # fmt: skip
        assert second.story_id == first.story_id
    yield opened
    opened.close()


def rows(database: Database, query: str) -> list[dict[str, Any]]:
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def test_articles(database: Database) -> None:
    first, second, third = rows(database, "SELECT * FROM article_list ORDER BY id")
    assert (first["portal"], first["region"], first["title"]) == ("portal_a", "江苏 徐州", "青石渡的船又多了")
    assert (first["versions"], first["story"], first["reprints"]) == (2, 1, 1)
    assert first["list_url"] == "http://portal-a.example/news/"
    assert [str(one["day"]) for one in (first, second, third)] == ["2026-05-04", "2026-05-05", "2026-05-04"]
    assert (third["published"], third["section"], third["reprints"]) == (None, None, 0)


def test_versions(database: Database) -> None:
    found = rows(
        database,
        "SELECT number, change, newest, raw_bytes FROM version_list WHERE article = 1 ORDER BY number",
    )
    assert [(one["number"], one["change"], bool(one["newest"]), one["raw_bytes"]) for one in found] == [
        (1, "first", False, 0),
        (2, "major", True, 7),
    ]


def test_stories_begin_with_their_first_source(database: Database) -> None:
    first, second = rows(database, "SELECT * FROM story_list ORDER BY id")
    assert (first["articles"], first["portals"], first["parts"]) == (2, 2, 0)
    assert (first["first_portal"], first["first_article"]) == ("portal_a", 1)
    assert (second["title"], second["articles"]) == ("别的", 1)


def test_alerts(database: Database) -> None:
    (found,) = rows(database, "SELECT * FROM alert_list")
    assert (found["watch"], found["words"], found["version"], bool(found["fed"])) == (
        "船运",
        "码头 船",
        1,
        True,
    )


def test_runs(database: Database) -> None:
    with database.writing() as session:
        run = runs.start(session, "patrol", at=NOON)
        row = runs.start_portal(session, run, "portal_a", at=NOON)
        runs.finish_portal(session, row, "finished", {"pages": 7, "new": 3}, at=NOON + timedelta(seconds=90))
        runs.start(session, "patrol", at=NOON)
    one, other = rows(database, "SELECT * FROM run_list ORDER BY id")
    assert (one["portal"], one["pages"], one["new"], one["errors"], one["seconds"]) == (
        "portal_a",
        7,
        3,
        None,
        90,
    )
    assert (other["portal"], other["status"]) == (None, "running")
