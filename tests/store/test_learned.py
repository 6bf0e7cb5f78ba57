"""What is kept of what a portal repeats: counted once an article, bounded, forgotten in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from crawler.items import Block
from crawler.page import learned, title
from crawler.page.learned import NOTHING
from crawler.store import learned as store
from crawler.store.connection import DatabaseError, MissingDatabaseError
from crawler.store.database import Database, open_database
from crawler.store.models import LearnedText, Portal
from crawler.text.markers import fold
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from crawler.items import Article

ENDING = "常来青石渡走走，渡口的茶一直热着"
PLACE = "body/div#end/p[1]"
KEY = learned.key(fold(ENDING), PLACE)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = open_database(database_url)
    with database.writing() as session:
        session.add(Portal(name="portal_a", first_seen=NOON))
    yield database
    database.close()


def numbered(numbers: Iterable[int], ending: str = ENDING) -> list[Article]:
    """Return articles of two sections that end alike and have nothing else in common."""
    made = []
    for number in numbers:
        one = article("\n".join(f"{number}号渡船的第{line}段" for line in range(3)))
        one.blocks.append(Block(ending, place=PLACE))
        one.section = ["首页", "渡口" if number % 2 else "茶馆"]
        one.meta[title.DOCUMENT] = f"渡船{number}_青石渡"
        made.append(one)
    return made


def run(database: Database, articles: Iterable[Article]) -> None:
    tally = store.Tally()
    for one in articles:
        tally.add(one)
    for portal in tally.portals:
        with database.writing() as session:
            tally.keep(session, portal)


def known(database: Database) -> learned.Learned:
    with database.reading() as session:
        return store.load(session, "portal_a")


def rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LearnedText)) or 0


def test_counts_add_up_over_runs_and_few_articles_are_not_enough(database: Database) -> None:
    assert known(database) == NOTHING
    run(database, numbered(range(4)))
    assert known(database).blocks == {}
    run(database, numbered(range(4, 10)))
    found = known(database)
    assert found.pages == learned.Seen(10, frozenset({"渡口", "茶馆"}))
    assert found.blocks == {KEY: found.pages}
    assert found.tails == ("_青石渡",)


def test_what_left_the_pages_is_forgotten_and_what_came_is_learned(database: Database) -> None:
    run(database, numbered(range(60)))
    for start in range(60, 1000, 100):
        run(database, numbered(range(start, start + 100), "渡口新开了夜航，欢迎来坐"))
    found = known(database)
    assert KEY not in found.blocks
    assert learned.key(fold("渡口新开了夜航，欢迎来坐"), PLACE) in found.blocks
    assert found.pages.articles <= store.WINDOW


def test_what_is_kept_of_a_portal_is_bounded(database: Database) -> None:
    run(database, numbered(range(20)))
    for start in range(20, 320, 100):
        run(database, numbered(range(start, start + 100)))
        assert rows(database) <= store.MAX_ROWS
    assert KEY in known(database).blocks


def test_a_run_counts_a_bounded_number_of_texts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_COUNTED", 50)
    run(database, numbered(range(60)))
    assert rows(database) <= 50
    assert known(database).blocks[KEY].articles >= 59


def test_a_portal_that_is_not_stored_keeps_nothing(database: Database) -> None:
    other = numbered(range(10))
    for one in other:
        one.portal = "portal_b"
    run(database, other)
    assert rows(database) == 0


def test_looking_up_changes_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    run(database, numbered(range(10)))
    assert KEY in store.look_up(database_url, "portal_a").blocks
    assert store.look_up(database_url, "portal_b") == NOTHING
    with pytest.raises(MissingDatabaseError):
        store.look_up(f"sqlite:///{tmp_path}/none.db", "portal_a")
    assert not (tmp_path / "none.db").exists()
    other = tmp_path / "text.db"
    other.write_text("no database " * 500)
    with pytest.raises(DatabaseError):
        store.look_up(f"sqlite:///{other}", "portal_a")
