"""The newest revision is reached from each earlier one with data in the tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, table, text

from crawler.store import migrate
from crawler.store.articles import Outcome, save
from crawler.store.contents import content, digest
from crawler.store.database import Database, connect, open_database
from crawler.store.known import Known
from crawler.store.models import (
    Alert,
    Article,
    Portal,
    RawPage,
    StoryEvent,
    Version,
    Watch,
)
from crawler.store.packing import compress
from tests.store.builders import NOON, PIECE, article
from tests.store.revisions import indexed, insert, tables, to

if TYPE_CHECKING:
    from crawler import items

EARLIER = ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009"]
# The numbers of all rows are 1: each is the first of its table.
ROWS = """
INSERT INTO portals (name, first_seen) VALUES ('portal_a', :now);
INSERT INTO stories (created_at) VALUES (:now);
INSERT INTO articles (portal_id, address, url, title, source, published_at, published_precision, state,
    latest, first_seen, last_seen) VALUES (1, 'http://portal-a.example/news/1.html', :url, :title, :source,
    :now, 'minute', 'live', 1, :now, :now);
INSERT INTO versions (article_id, number, change, digest, fetched_at, title, body, canonical_title,
    canonical_body, source, canonical_source, abstract, document_number, authors, editors, section,
    attachments, images, charset, charset_reason, origins, repairs, flags, dropped)
    VALUES (1, 1, 'first', :digest, :now, :title, :body, :canonical_title, :canonical_body, :source,
    NULL, '', '', :authors, '[]', '[]', '[]', '[]', 'utf-8', 'header', :origins, '[]', '[]', '[]');
INSERT INTO story_members (article_id, story_id, relation, cover, joined_at) VALUES (1, 1, 'same', 1.0, :now);
INSERT INTO fingerprints (key, article_id) VALUES (12345, 1);
INSERT INTO watches (uid, name, query, created_at) VALUES ('w', '船运', '码头', :now);
INSERT INTO alerts (uid, watch_id, story_id, article_id, version_id, occasion, kind, words, excerpts,
    reprints, created_at, updated_at, fed)
    VALUES ('a', 1, 1, 1, 1, 'new', 'new', '[]', '[]', 0, :now, :now, :no)
"""

ROWS_OF_0003 = """
INSERT INTO story_events (at, kind, story_id, other_id, article_id, articles, reason)
    VALUES (:now, 'split', 1, 1, 1, :ids, 'because');
INSERT INTO raw_pages (version_id, part, url, fetched_at, status, headers, charset, charset_reason, size,
    stored, packed) VALUES (1, 1, :url, :now, 200, :headers, 'utf-8', 'header', 3, 5, :packed)
"""


def fill(url: str, one: items.Article) -> None:
    """Write ``one`` with its story, a watch and an alert as revisions 0001 and 0002 kept them."""
    kept = content(one)
    values = {
        "now": str(NOON),
        "no": False,
        "url": one.url,
        "title": kept.title,
        "body": kept.body,
        "canonical_title": kept.canonical_title,
        "canonical_body": kept.canonical_body,
        "source": kept.source,
        "digest": digest(one),
        "authors": json.dumps(["常青"]),
        "origins": json.dumps({"title": "spider"}),
    }
    insert(url, ROWS, values)


def fill_0003(url: str) -> None:
    """Write what revision 0003 has tables for about the article of ``fill``."""
    values = {
        "now": str(NOON),
        "ids": json.dumps([1]),
        "url": article().url,
        "headers": json.dumps({"Content-Type": "text/html"}),
        "packed": compress(b"raw"),
    }
    insert(url, ROWS_OF_0003, values)


def contents(database: Database) -> dict[str, list[Any]]:
    """Return all rows of all tables, each with its columns."""
    with database.engine.connect() as connection:
        return {
            name: [
                dict(row) for row in connection.execute(select(text("*")).select_from(table(name))).mappings()
            ]
            for name in sorted(inspect(connection).get_table_names())
            if not name.startswith("search")
        }


def test_every_earlier_revision_is_left_by_a_test() -> None:
    script = ScriptDirectory.from_config(migrate.configuration())
    assert sorted(one.revision for one in script.walk_revisions()) == [*EARLIER, migrate.HEAD]


@pytest.mark.parametrize("before", EARLIER)
def test_what_an_older_revision_holds_is_kept(empty_database_url: str, before: str) -> None:
    to(empty_database_url, min(before, "0002"))
    fill(empty_database_url, article())
    to(empty_database_url, before)
    if before >= "0003":
        fill_0003(empty_database_url)

    assert migrate.upgrade(empty_database_url) == (before, migrate.HEAD)

    database = open_database(empty_database_url)
    assert {"learned", "raw_pages", "story_events", "section_states", "leases"} <= tables(database)
    with database.reading() as session:
        version = session.scalars(select(Version)).one()
        assert (version.title, version.body, version.source) == ("青石渡的船又多了", PIECE, "青石渡日报")
        assert version.canonical_body == article().canonical_body
        assert (version.authors, version.origins) == (["常青"], {"title": "spider"})
        assert session.scalars(select(Alert.version_id)).all() == [version.id]
        assert session.scalars(select(Portal.region)).all() == [""]
        watch = session.scalars(select(Watch)).one()
        assert (watch.origin, watch.targets, watch.digest, watch.quiet) == ("", [], "", "")
        assert (watch.burst, watch.full_text, watch.changed_at) == (0, False, NOON)
        row = session.scalars(select(Article)).one()
        assert (row.next_check_at, row.check_stage, row.gone_seen_at) == (None, 0, None)
        assert session.execute(text("SELECT title, story FROM article_list")).all() == [(version.title, 1)]
        if before >= "0003":
            assert session.scalars(select(RawPage)).one().body == b"raw"
            assert session.scalars(select(StoryEvent.reason)).all() == ["because"]
    with database.writing() as session:
        assert indexed(session, "青石") == [1]
        again = save(session, article())
        assert (again.outcome, again.article_id) == (Outcome.SAME, 1)
        reprint = save(session, article(url="http://portal-b.example/1"))
        assert (reprint.reprint, reprint.story_id) == (True, 1)
        changed = save(session, article(PIECE.replace("码头", "渡口")))
        assert changed.outcome is Outcome.CHANGED
        assert indexed(session, "码头") == [reprint.article_id]
    database.close()
    asked = Known(empty_database_url)
    assert asked.has("http://portal-a.example/news/1.html")
    assert asked.learned("portal_a").pages.articles == 0
    asked.close()


@pytest.mark.parametrize("before", EARLIER)
def test_an_interrupted_migration_leaves_what_was_there(
    empty_database_url: str, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    to(empty_database_url, min(before, "0002"))
    fill(empty_database_url, article())
    to(empty_database_url, before)
    database = connect(empty_database_url)
    held = contents(database)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    # The last thing of all: the number of the schema is written.
    monkeypatch.setattr(HeadMaintainer, "update_to_step", stop)
    with pytest.raises(KeyboardInterrupt):
        migrate.upgrade(empty_database_url)
    monkeypatch.undo()

    assert migrate.current(database) == before
    assert contents(database) == held
    database.close()
    assert migrate.upgrade(empty_database_url) == (before, migrate.HEAD)
