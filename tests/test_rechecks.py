"""Stored articles that are visited again: gone ones are withdrawn at the second sight, and may return."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.replica.server import ReplicaServer
from tests.world import World

HOST = "xian.021cf.cn"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ReplicaServer() as server:
        made = World(
            server,
            tmp_path,
            {
                "PORTALWATCH_MAX_LIST_PAGES": "1",
                "PORTALWATCH_DOWNLOAD_TIMEOUT": "1",
                "PORTALWATCH_RETRY_TIMES": "0",
                "PORTALWATCH_GONE_INTERVAL": "0",
            },
        )
        assert made.scrapy("crawl", "xian").returncode == 0
        yield made


def path_of(world: World) -> str:
    ((url,),) = world.rows("select url from articles order by id limit 1")
    return urlsplit(str(url)).path


def due_again(world: World, path: str = "%") -> None:
    """Let an hour pass for the articles at ``path``."""
    with sqlite3.connect(world.folder / "test.db") as connection:
        connection.execute("update articles set next_check_at = null")
        connection.execute(
            "update articles set next_check_at = datetime('now', '-1 minute'), gone_seen_at = "
            "case when gone_seen_at is null then null else datetime('now', '-1 hour') end where url like ?",
            (f"%{path}",),
        )
    connection.close()


def state(world: World, path: str) -> object:
    return world.rows("select state, gone_seen_at is not null from articles where url like ?", f"%{path}")[0]


def test_an_article_that_is_gone_twice_is_withdrawn_and_may_return(world: World) -> None:
    path = path_of(world)
    world.server.fault(HOST, path, "404", times=None)
    due_again(world, path)
    assert world.scrapy("crawl", "xian").returncode == 0
    assert state(world, path) == ("live", 1)
    due_again(world, path)
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 0
    assert "is withdrawn: status 404" in done.stderr
    assert state(world, path) == ("withdrawn", 1)
    shown = world.scrapy("history", f"http://{HOST}{path}")
    assert "withdrawn  status 404" in shown.stdout
    assert "1 version" in shown.stdout
    world.server.mend()
    due_again(world, path)
    assert world.scrapy("crawl", "xian").returncode == 0
    assert world.rows("select kind from article_events order by id") == [("withdrawn",), ("returned",)]


@pytest.mark.parametrize("kind", ["500", "slow", "challenge", "cut"])
def test_what_brings_nothing_is_no_withdrawal(world: World, kind: str) -> None:
    path = path_of(world)
    world.server.fault(HOST, path, kind, times=None)
    for _ in range(2):
        due_again(world, path)
        world.scrapy("crawl", "xian")
        assert state(world, path) == ("live", 0)


def test_a_portal_that_lost_everything_at_once_withdrew_nothing(world: World) -> None:
    world.server.fault(HOST, "/index.php/post/*", "404", times=None)
    for _ in range(2):
        due_again(world)
        done = world.scrapy("crawl", "xian")
        assert "are gone at once" in done.stderr
    assert world.rows("select distinct state, gone_seen_at from articles") == [("live", None)]


def test_unchanged_articles_only_move_on(world: World) -> None:
    due_again(world)
    assert world.scrapy("crawl", "xian").returncode == 0
    assert world.rows("select count(*) from versions where number > 1") == [(0,)]
