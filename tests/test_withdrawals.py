"""An article that disappears from its portal: gone twice it is withdrawn and told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from crawler.replica.server import ReplicaServer
from tests.world import World

HOST = "xian.021cf.cn"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ReplicaServer() as server:
        settings = {
            "PORTALWATCH_MAX_LIST_PAGES": "1",
            "PORTALWATCH_GONE_INTERVAL": "0",
            "PORTALWATCH_TARGETS": str(tmp_path / "targets.yaml"),
        }
        yield World(server, tmp_path, settings)


def due_again(world: World, path: str) -> None:
    """Let an hour pass for the article at ``path``, and for no other."""
    with sqlite3.connect(world.folder / "test.db") as connection:
        connection.execute("update articles set next_check_at = null")
        connection.execute(
            "update articles set next_check_at = datetime('now', '-1 minute'), gone_seen_at = "
            "case when gone_seen_at is null then null else datetime('now', '-1 hour') end where url like ?",
            (f"%{path}",),
        )
    connection.close()


def kinds(world: World, watch: str) -> list[str]:
    rows = world.rows(
        "select a.kind from alerts a join watches w on w.id = a.watch_id where w.name = ? order by a.id",
        watch,
    )
    return [str(kind) for (kind,) in rows]


def test_what_disappears_alerts_once_as_withdrawn(world: World) -> None:
    assert world.scrapy("crawl", "xian").returncode == 0
    (url, title), *_ = world.rows("select url, title from articles order by id")
    path = urlsplit(str(url)).path
    for name, query in (
        ("gone", "kind:withdrawn portal:xian"),
        ("headline", f'title:"{title}"'),
        ("new", "kind:new portal:xian"),
        ("elsewhere", "kind:withdrawn portal:cnxz"),
    ):
        done = world.scrapy("watch", "add", name, query, "--target", "desk")
        assert done.returncode == 0, done.stderr

    world.server.fault(HOST, path, "404", times=None)
    due_again(world, path)
    assert world.scrapy("crawl", "xian").returncode == 0
    assert kinds(world, "gone") == []  # seen gone once: perhaps a mistake of the server
    for _ in range(2):
        due_again(world, path)
        assert world.scrapy("crawl", "xian").returncode == 0

    assert kinds(world, "gone") == kinds(world, "headline") == ["withdrawn"]
    assert kinds(world, "new") == kinds(world, "elsewhere") == []
    told = world.rows(
        "select w.name, d.target from deliveries d join watches w on w.id = d.watch_id order by 1"
    )
    assert told == [("gone", "desk"), ("headline", "desk")]

    feed = feedparser.parse((world.folder / "feeds" / "gone.atom").read_bytes())
    assert [entry.title for entry in feed.entries] == [f"[withdrawn] {title}"]
    assert feed.entries[0].link == url
    (item,) = json.loads((world.folder / "feeds" / "headline.json").read_text("utf-8"))["items"]
    assert (item["_portalwatch"]["kind"], item["_portalwatch"]["portal"]) == ("withdrawn", "xian")
    assert item["_portalwatch"]["words"] == [f"title:{title}"]

    caught = world.scrapy("watch", "test", "kind:withdrawn")
    assert "It would have caught 1 article(s) of 1 story(s)." in caught.stdout
    world.server.mend()
    due_again(world, path)
    assert world.scrapy("crawl", "xian").returncode == 0
    assert kinds(world, "gone") == kinds(world, "headline") == ["withdrawn"]
