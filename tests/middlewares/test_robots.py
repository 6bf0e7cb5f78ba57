"""robots.txt as a server's log shows it: asked once a day, and obeyed when it cannot be read (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.replica.server import ReplicaServer
from crawler.store import robots
from crawler.store.database import Database, open_database
from tests.world import World

HOST = "xian.021cf.cn"
ORIGIN = f"http://{HOST}"
LISTS = ["/index.php/category-1.html", "/index.php/category-2.html"]
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ReplicaServer() as server:
        yield World(server, tmp_path, {"PORTALWATCH_MAX_LIST_PAGES": "1", "PORTALWATCH_RETRY_TIMES": "0"})


def asked(world: World, since: int = 0) -> list[str]:
    return [visit.url.removeprefix(ORIGIN) for visit in world.server.visits(HOST)[since:]]


def known(world: World, status: int, body: bytes, ago: timedelta) -> None:
    """Let the database know an answer of so long ago."""
    database = open_database(world.database_url)
    with database.writing() as session:
        robots.keep(session, ORIGIN, status, body, datetime.now(UTC) - ago)
    database.close()


def test_an_unchanged_section_costs_one_request(world: World) -> None:
    assert world.scrapy("crawl", "xian").returncode == 0
    first = asked(world)
    assert first.count("/robots.txt") == 1
    assert world.scrapy("crawl", "xian").returncode == 0
    assert sorted(asked(world, len(first))) == LISTS


def test_after_a_day_it_is_asked_for_again(world: World) -> None:
    known(world, 200, b"User-agent: *\nDisallow: /\n", timedelta(hours=24, minutes=1))
    assert world.scrapy("crawl", "xian").returncode == 0
    assert asked(world)[0] == "/robots.txt"
    assert set(LISTS) < set(asked(world))


def test_what_was_forbidden_is_forbidden_without_asking(world: World) -> None:
    known(world, 200, b"User-agent: *\nDisallow: /index.php/category-2\n", timedelta(hours=23))
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 1
    assert f"{ORIGIN}{LISTS[1]}: robots.txt does not allow it" in done.stderr
    assert asked(world)[0] == LISTS[0]
    assert not {"/robots.txt", LISTS[1]} & set(asked(world))


@pytest.mark.parametrize("kind", ["404", "410"])
def test_where_there_is_none_all_is_allowed_for_a_day(world: World, kind: str) -> None:
    world.server.fault(HOST, "/robots.txt", kind, times=None)
    assert world.scrapy("crawl", "xian").returncode == 0
    assert world.scrapy("crawl", "xian").returncode == 0
    assert asked(world).count("/robots.txt") == 1
    assert set(LISTS) < set(asked(world))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("500", "the server answered with status 500"),
        ("slow", "no answer in time"),
        ("cut", "before its end"),
    ],
)
def test_where_nobody_knows_nothing_is_fetched(world: World, kind: str, sentence: str) -> None:
    world.settings["PORTALWATCH_DOWNLOAD_TIMEOUT"] = "2"
    world.server.fault(HOST, "/robots.txt", kind, times=None)
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(LISTS)
    assert all("robots.txt could not be read" in line and sentence in line for line in lines), lines
    assert set(asked(world)) <= {"/robots.txt"}, "what hangs is in the log once it is answered"
    world.server.mend()
    world.settings["PORTALWATCH_DOWNLOAD_TIMEOUT"] = "30"
    assert world.scrapy("crawl", "xian").returncode == 0
    assert {"/robots.txt", *LISTS} < set(asked(world))


def test_an_older_answer_holds_while_the_server_fails(world: World) -> None:
    known(world, 200, b"User-agent: *\nDisallow: /index.php/category-2\n", timedelta(days=3))
    world.server.fault(HOST, "/robots.txt", "500", times=None)
    done = world.scrapy("crawl", "xian")
    assert f"{ORIGIN}{LISTS[1]}: robots.txt does not allow it" in done.stderr
    assert asked(world)[:2] == ["/robots.txt", LISTS[0]]
    assert LISTS[1] not in asked(world)


@pytest.mark.parametrize(("days", "allowed"), [(29, False), (31, True)])
def test_a_server_that_never_answers_forbids_for_thirty_days(world: World, days: int, allowed: bool) -> None:
    database = open_database(world.database_url)
    with database.writing() as session:
        robots.unreachable(session, ORIGIN, datetime.now(UTC) - timedelta(days=days))
    database.close()
    world.server.fault(HOST, "/robots.txt", "500", times=None)
    world.scrapy("crawl", "xian")
    assert (LISTS[0] in asked(world)) == allowed


def test_what_is_kept_of_a_host(database: Database) -> None:
    with database.writing() as session:
        assert robots.said(session, ORIGIN) == robots.Said()
        robots.unreachable(session, ORIGIN, NOON)
        robots.unreachable(session, ORIGIN, NOON + timedelta(days=1))
        assert robots.said(session, ORIGIN) == robots.Said(unreachable=NOON)
    with database.writing() as session:
        robots.keep(session, ORIGIN, 200, b"User-agent: *", NOON)
        found = robots.said(session, ORIGIN)
        assert found == robots.Said(b"User-agent: *", NOON)
        assert found.is_fresh(NOON + timedelta(hours=23, minutes=59))
        assert not found.is_fresh(NOON + timedelta(hours=24))
        assert not found.is_fresh(NOON - timedelta(seconds=1)), "a clock that was set back"
