from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import feedparser
import pytest
from sqlalchemy import update

from crawler.alerts import feeds, watches
from crawler.alerts.feeds import Place
from crawler.alerts.publishing import LOCK, publish, remove
from crawler.alerts.rematch import rematch
from crawler.alerts.rules import Rule, plan
from crawler.query.parser import parse
from crawler.store.articles import save
from crawler.store.database import Database, open_database
from crawler.store.models import Alert
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = NOON + timedelta(days=3)
PLACE = Place("https://feeds.example/", "https://web.example")
WATCHES = ("船", "茶馆")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        save(session, article())
        save(session, article("茶馆开张，来客不断。", title="茶馆", url="http://b.example/2", portal="b"))
        for name in WATCHES:
            watches.add(session, name, name)
    for name in WATCHES:
        alert(opened, name)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "feeds"


def alert(database: Database, name: str) -> None:
    with database.reading() as session:
        watch = watches.get(session, name)
        session.expunge(watch)
    rematch(database, watch, parse(watch.query), at=LATER)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.name != LOCK}


def test_a_feed_a_watch_a_portal_and_one_of_all(database: Database, folder: Path) -> None:
    publish(database, folder, PLACE)

    paths = ("_all", "船", "茶馆", "_portals/portal_a", "_portals/b")
    assert names(folder) == {f"{path}.{suffix}" for path in paths for suffix in ("atom", "rss", "json")} | {
        "feeds.opml"
    }
    found = {path: feedparser.parse((folder / f"{path}.atom").read_bytes()) for path in paths}
    assert not any(feed.bozo for feed in found.values())
    assert {path: len(feed.entries) for path, feed in found.items()} == {
        "_all": 3,
        "船": 1,
        "茶馆": 2,
        "_portals/portal_a": 2,
        "_portals/b": 1,
    }
    assert "https://web.example/articles/" in found["船"].entries[0].content[0].value
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in folder.rglob("*.atom"))


def test_only_what_changed_is_written_again(database: Database, folder: Path) -> None:
    assert publish(database, folder)
    assert publish(database, folder) == []
    with database.writing() as session:
        session.execute(update(Alert).where(Alert.kind == "new", Alert.watch_id == 1).values(fed=False))
    assert {path.stem for path in publish(database, folder)} == {"_all", "船", "portal_a", "feeds"}
    (folder / "茶馆.rss").unlink()
    assert {path.stem for path in publish(database, folder)} == {"茶馆", "feeds"}


def test_a_changed_rule_is_in_its_feed(database: Database, folder: Path) -> None:
    publish(database, folder)
    before = feedparser.parse((folder / "船.atom").read_bytes())
    assert "<p>去年秋天" not in before.entries[0].content[0].value
    with database.writing() as session:
        watches.apply(session, plan(watches.stored_rules(session), [Rule("船", "船", full_text=True)]))
    publish(database, folder)

    after = feedparser.parse((folder / "船.atom").read_bytes())
    assert "<p>去年秋天" in after.entries[0].content[0].value
    assert after.entries[0].id == before.entries[0].id


def test_history_goes_on_on_further_pages(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "ENTRIES", 1)
    publish(database, folder, PLACE)

    first = feedparser.parse((folder / "茶馆.atom").read_bytes())
    second = feedparser.parse((folder / "茶馆" / "2.atom").read_bytes())
    assert [len(first.entries), len(second.entries)] == [1, 1]
    assert first.entries[0].id != second.entries[0].id
    assert {link.rel: link.href for link in first.feed.links}["next"].endswith("/2.atom")
    assert {link.rel: link.href for link in second.feed.links}["previous"].endswith(".atom")
    remove(folder, "茶馆")
    assert not (folder / "茶馆").exists()


def test_a_failure_leaves_the_old_file_and_tells_again(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, folder)
    before = (folder / "船.atom").read_bytes()
    with database.writing() as session:
        session.execute(update(Alert).values(fed=False))

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", fail)
        with pytest.raises(OSError, match="No space left"):
            publish(database, folder, PLACE)
    assert (folder / "船.atom").read_bytes() == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".船")]
    assert publish(database, folder, PLACE)
    assert publish(database, folder, PLACE) == []


def test_two_at_once_write_whole_files(database: Database, folder: Path) -> None:
    threads = [Thread(target=publish, args=(database, folder)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(feedparser.parse((folder / "_all.atom").read_bytes()).entries) == 3
    assert publish(database, folder) == []


def test_the_files_go_with_the_watch(database: Database, folder: Path) -> None:
    publish(database, folder)
    remove(folder, "船")
    assert not {name for name in names(folder) if name.startswith("船")}
    remove(folder, "船")
