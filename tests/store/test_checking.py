"""Each kind of damage is done in SQL, found, and repaired where it can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import text

from crawler.store import checking, postings, search, stories
from crawler.store.articles import Outcome, save
from crawler.store.checks.report import NAMED, Finding, Report
from crawler.store.database import Database, DatabaseError, open_database
from crawler.store.models import Alert, RawPage, Watch
from crawler.store.packing import compress
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.store.postings import Numbers

URL = article().url
OTHER = "本县今年新建了三座桥，方便了两岸的村民来往，其中一座在九月通车，另外两座明年完工。"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield a database of two articles (ids 1 and 2), the first with two versions (1 and 2) and an alert."""
    opened = open_database(database_url)
    with opened.writing() as session:
        first = save(session, article(list_url="http://www.portal-a.example/news/"))
        save(session, article(PIECE.replace("茶馆", "旅店")))
        save(session, article(OTHER, url="http://b.example/2", title="桥", portal="portal_b"))
        session.add(RawPage(version_id=first.version_id, part=1, url=URL, fetched_at=NOON, status=200,
            headers={}, charset="", charset_reason="", size=3, stored=9,
            packed=compress(b"raw")))  # fmt: skip
        watch = Watch(uid="w", name="船运", query="码头", created_at=NOON)
        session.add(watch)
        session.flush()
        session.add(Alert(uid="a", watch_id=watch.id, story_id=first.story_id, article_id=first.article_id,
            version_id=first.version_id, occasion="new", kind="new", words=[], excerpts=[], reprints=0,
            created_at=NOON, updated_at=NOON, fed=True))  # fmt: skip
    yield opened
    opened.close()


def checked(database: Database, *, fix: bool = False) -> list[Finding]:
    found: list[Finding] = []
    done: list[int] = []
    checking.check(database, Report(fix, found.append), done.append)
    return found


def damage(database: Database, *statements: str) -> None:
    """Run statements of which each may break what the database itself watches over."""
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    off, on = (
        ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON")
        if database.is_sqlite
        else ("SET session_replication_role = replica", "SET session_replication_role = origin")
    )
    for statement in (off, *statements):
        cursor.execute(statement)
    raw.commit()
    cursor.execute(on)
    raw.commit()
    raw.close()


@dataclass(frozen=True)
class Case:
    """Damage, what is said of it (kind, the beginning of the reason), and how much of it is repaired."""

    sql: tuple[str, ...]
    found: list[tuple[str, str]]
    repaired: bool = True


CASES = {
    "a version without its article": Case(
        ("UPDATE versions SET article_id = 77 WHERE id = 1",),
        [("orphans", "article_id names row 77 of articles")],
    ),
    "a member without its story": Case(
        ("UPDATE story_members SET story_id = 77 WHERE article_id = 2",),
        [
            ("orphans", "story_id names row 77 of stories"),
            ("articles", "it is in no story"),
            ("stories", "nothing is in it"),
        ],
    ),
    "an alert without its article": Case(
        ("UPDATE alerts SET article_id = 77",), [("orphans", "article_id names row 77 of articles")]
    ),
    "a raw page without its version": Case(
        ("UPDATE raw_pages SET version_id = 77",), [("orphans", "version_id names row 77 of versions")]
    ),
    "an article of no section": Case(
        ("UPDATE articles SET section_id = 77 WHERE id = 1",),
        [("orphans", "section_id names row 77 of sections")],
    ),
    "an article of no portal": Case(
        ("UPDATE articles SET portal_id = 77 WHERE id = 1",),
        [("orphans", "portal_id names row 77 of portals")],
        repaired=False,
    ),
    "an article without versions": Case(
        ("DELETE FROM raw_pages", "DELETE FROM alerts", "DELETE FROM versions WHERE article_id = 1"),
        [("articles", "it has no version"), ("stories", "nothing is in it"), ("fingerprints", "it has ")],
    ),
    "a wrong newest version": Case(
        ("UPDATE articles SET latest = 1 WHERE id = 1",), [("articles", "its newest version is 2, not 1")]
    ),
    "a newest version that is gone": Case(
        ("DELETE FROM versions WHERE id = 2",),
        [("articles", "its newest version is 1, not 2"), ("fingerprints", ""), ("search index", "")],
    ),
    "an article without story": Case(
        ("DELETE FROM story_members WHERE article_id = 2",),
        [("articles", "it is in no story"), ("stories", "nothing is in it")],
    ),
    "an article in two stories": Case(
        ("INSERT INTO story_members SELECT 1, 2, 'same', NULL, 1, created_at FROM stories WHERE id = 1",),
        [("articles", "it is the same piece as two stories")],
    ),
    "a story merged into one that is gone": Case(
        ("UPDATE stories SET merged_into = 77 WHERE id = 1",),
        [("orphans", "merged_into names row 77 of stories")],
    ),
    "a story merged into itself": Case(
        ("UPDATE stories SET merged_into = 1 WHERE id = 1",), [("stories", "it was merged into itself")]
    ),
    "a merged story with members": Case(
        ("UPDATE stories SET merged_into = 2 WHERE id = 1",),
        [("stories", "it has members that belong to story 2")],
    ),
    "an empty story": Case(
        ("INSERT INTO stories (created_at) SELECT created_at FROM stories WHERE id = 1",),
        [("stories", "nothing is in it")],
    ),
    "a damaged old version": Case(
        ("UPDATE versions SET packed = {junk} WHERE id = 1",),
        [("texts", "version 1: a stored text ")],
        repaired=False,
    ),
    "a damaged newest version": Case(
        ("UPDATE versions SET packed = {junk} WHERE id = 2",),
        [("texts", "version 2: a stored text ")],
        repaired=False,
    ),
    "a damaged raw page": Case(
        ("UPDATE raw_pages SET packed = {junk}",), [("raw pages", "a stored text has the format 31")]
    ),
    "a raw page of another length": Case(
        ("UPDATE raw_pages SET size = 99",), [("raw pages", "it has another length than it had")]
    ),
    "lost fingerprints": Case(("DELETE FROM fingerprints WHERE article_id = 2",), [("fingerprints", "")]),
    "fingerprints of another text": Case(
        ("INSERT INTO fingerprints (key, article_id) VALUES (5, 1)",),
        [("fingerprints", "0 fingerprints are missing, 1 are of no present text")],
    ),
    "fingerprints of no article": Case(
        (
            "INSERT INTO fingerprints (key, article_id) VALUES (5, -1)",
            "INSERT INTO fingerprints (key, article_id) VALUES (5, 77)",
        ),
        [("fingerprints", "it has 1 fingerprints and is not there")] * 2,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_damage(database: Database, name: str) -> None:
    case = CASES[name]
    junk = "x'313233'" if database.is_sqlite else "'123'"
    damage(database, *(one.format(junk=junk) for one in case.sql))

    # What comes of another fault shows only when that is repaired.
    first = checked(database)
    assert (first[0].kind, first[0].reason[: len(case.found[0][1])]) == case.found[0]
    assert not any(one.repaired for one in first)

    mended = checked(database, fix=True)
    for kind, said in case.found:
        assert any(one.kind == kind and one.reason.startswith(said) for one in mended), (kind, said)
    assert {one.repaired for one in mended} == {case.repaired}
    left = checked(database)
    if case.repaired:
        assert left == []
        works(database)
    else:
        assert [one.kind for one in left] == [one.kind for one in mended]


def works(database: Database) -> None:
    """Assert that an article that was there finds its story, and a search finds an article."""
    with database.writing() as session:
        again = save(session, article(OTHER, url="http://b.example/2", title="桥", portal="portal_b"))
        assert again.outcome is Outcome.SAME
        assert stories.story_of(session, again.article_id) is not None
        reprint = save(session, article(OTHER, url="http://c.example/2", title="桥", portal="portal_c"))
        assert reprint.story_id == again.story_id


SEARCH = {
    "an article that is not indexed": {
        "sqlite": "INSERT INTO search (search, rowid, tokens) VALUES ('delete', 2, '{two}')",
        "postgresql": "UPDATE search_segments SET gone = ids WHERE ids @> 2",
    },
    "an article that is indexed by another text": {
        "sqlite": "INSERT INTO search (rowid, tokens) VALUES (2, 'wrong')",
        "postgresql": "UPDATE search_pages SET packed = '{wrong}' "
        "WHERE segment = (SELECT number FROM search_segments WHERE ids @> 2)",
    },
    "an index that is lost": {
        "sqlite": "INSERT INTO search (search) VALUES ('delete-all')",
        "postgresql": "DELETE FROM search_segments",
    },
    "an index that is in pieces": {
        "sqlite": "DELETE FROM search_data WHERE id > 10",
        "postgresql": "UPDATE search_pages SET packed = '123'",
    },
    "an index whose half is lost": {
        "sqlite": "DELETE FROM search_data WHERE id > 10",
        "postgresql": "DELETE FROM search_pages",
    },
    "an entry that is a little wrong": {
        "sqlite": "INSERT INTO search (search, rowid, tokens) VALUES ('delete', 2, '\ue000桥')",
        "postgresql": "UPDATE search_pages SET packed = '{less}' "
        "WHERE segment = (SELECT number FROM search_segments WHERE ids @> 2)",
    },
    "an entry of no article": {
        "sqlite": "INSERT INTO search (rowid, tokens) VALUES (77, 'wrong')",
        "postgresql": "UPDATE search_segments SET ids = ids + '{{[77,78)}}' WHERE ids @> 2",
    },
    "an entry twice": {
        "sqlite": "INSERT INTO search (rowid, tokens) VALUES (2, 'wrong')",
        "postgresql": "WITH made AS (INSERT INTO search_segments (articles, ids) "
        "SELECT articles, ids FROM search_segments WHERE ids @> 2 RETURNING number) "
        "INSERT INTO search_pages SELECT made.number, first, packed FROM made, search_pages "
        "WHERE segment = (SELECT number FROM search_segments WHERE ids @> 2)",
    },
}


def page(tokens: Numbers) -> str:
    """Return a page of the search index on PostgreSQL in which one article has ``tokens``."""
    ((_, packed),) = postings.pages(postings.entries(np.sort(tokens), 0))
    return rf"\x{packed.hex()}"


@pytest.mark.parametrize("name", SEARCH)
def test_a_damaged_search_index(database: Database, name: str) -> None:
    statement = SEARCH[name]["sqlite" if database.is_sqlite else "postgresql"]
    numbers = search.index_numbers("桥", OTHER)
    made = {"wrong": page(np.array([5])), "less": page(numbers[:-1])}
    damage(database, statement.format(two=search.index_text("桥", OTHER), **made))

    assert {one.kind for one in checked(database)} == {"search index"}
    assert all(one.repaired for one in checked(database, fix=True))
    assert checked(database) == []
    works(database)


def test_a_whole_database(database: Database) -> None:
    assert checked(database) == []
    assert checked(database, fix=True) == []


def test_of_very_many_findings_the_first_are_named(database: Database) -> None:
    found: list[Finding] = []
    insert = "INSERT INTO fingerprints (key, article_id) VALUES (1, {})"
    damage(database, *(insert.format(number) for number in range(100, 100 + 2 * NAMED)))
    report = Report(fix=True, tell=found.append)
    checking.check(database, report, lambda _: None)
    assert len(found) == NAMED
    assert report.found["fingerprints"] == report.repaired["fingerprints"] == 2 * NAMED


def test_a_damaged_file_is_said_to_be_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("file") / "x.db"
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        for number in range(30):
            save(session, article(f"{number}。{PIECE}", url=f"http://x.example/{number}", title=str(number)))
    with database.reading() as session:
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        root = session.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_fingerprints_x' OR name = 'alerts'")
        )
        assert root
    database.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(content)

    database = open_database(f"sqlite:///{path}")
    try:
        found = checked(database)
    except DatabaseError as error:
        assert "malformed" in str(error)  # noqa: PT017  both are right
    else:
        assert found[0].kind == "file"
    database.close()
