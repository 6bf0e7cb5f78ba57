"""What a server sees of a patrol: its log proves each promise of docs/operations.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.monitor import restraint
from crawler.monitor.hours import day
from crawler.replica.server import ReplicaServer
from crawler.store.database import open_database
from crawler.text.clock import LOCAL
from tests.world import World

HOST = "xian.021cf.cn"
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ReplicaServer() as server:
        yield World(server, tmp_path, {"PORTALWATCH_MAX_LIST_PAGES": "1", "PORTALWATCH_RETRY_TIMES": "0"})


def test_one_at_a_time_under_one_name_after_robots(world: World) -> None:
    assert world.scrapy("patrol").returncode == 0
    for host in world.server.hosts:
        visits = world.server.visits(host)
        if not visits:
            continue
        assert visits[0].url.endswith("/robots.txt")
        assert all(before.ended <= after.time for before, after in pairwise(visits)), host
    agents = {visit.agent for visit in world.server.visits()}
    assert len(agents) == 1
    assert agents.pop().startswith("portalwatch/")


def test_the_delay_between_two_requests_is_kept(world: World) -> None:
    world.settings |= {"PORTALWATCH_DOWNLOAD_DELAY": "0.2", "PORTALWATCH_DOWNLOAD_DELAY_JITTER": "0"}
    world.settings["PORTALWATCH_REQUESTS_A_DAY"] = "8"
    world.scrapy("crawl", "xian")
    starts = [visit.time for visit in world.server.visits(HOST)]
    # What the machine does between sending and noting may take from a gap, never from all of them together.
    assert starts[-1] - starts[1] >= 0.2 * (len(starts) - 2) - 0.1


def test_the_requests_of_a_day_are_counted_of_whatever_kind(world: World) -> None:
    world.settings["PORTALWATCH_REQUESTS_A_DAY"] = "6"
    done = world.scrapy("patrol", "--only", "xian", "fbdy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(world.server.visits(HOST)) == len(world.server.visits("fbdy.cn")) == 6
    assert "6 requests were sent today" in done.stderr
    again = world.scrapy("patrol", "--only", "xian", "fbdy")
    assert again.returncode == 0
    assert "xian had its 6 requests of " in again.stdout
    assert len(world.server.visits()) == 12
    assert world.scrapy("patrol", "--due", "--only", "xian").stdout.startswith("Nothing is due before ")


def test_out_of_its_hours_a_portal_is_left_alone(world: World) -> None:
    now = datetime.now(LOCAL)
    later = now + timedelta(hours=6)
    world.settings["PORTALWATCH_WINDOW"] = f"{later:%H}:00-{later + timedelta(hours=2):%H}:00"
    for words in (("crawl", "xian"), ("patrol", "--only", "xian")):
        assert f"xian is visited from {later:%H}:00 on only" in world.scrapy(*words).stdout
    assert world.scrapy("patrol", "--due", "--only", "xian").stdout.startswith("Nothing is due before ")
    assert world.server.visits() == []


@pytest.mark.parametrize(
    ("header", "times", "seconds"),
    [
        ("120", 0, 120),
        ("5", 0, 60),
        ("99999999999999999999", 0, 86_400),
        ("9" * 5000, 0, 86_400),
        ("Fri, 01 May 2026 05:00:00 GMT", 0, 3600),
        ("Fri, 01 May 2020 05:00:00 GMT", 0, 60),
        ("soon", 0, 300),
        ("", 0, 300),
        ("", 3, 2400),
        ("", 1000, 86_400),
        ("-5", 0, 300),
    ],
)
def test_a_server_says_how_long_to_wait(header: str, times: int, seconds: int) -> None:
    assert restraint.asked_wait(header, times, NOON) == timedelta(seconds=seconds)


def test_the_day_of_a_portal_begins_at_its_midnight(database_url: str) -> None:
    late = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)
    database = open_database(database_url)
    with database.writing() as session:
        restraint.spend(session, "xian", 5, late)
        restraint.spend(session, "xian", 2, late)
        assert restraint.spent(session, "xian", late) == 7
        after = late + timedelta(minutes=1)
        assert (day(late), day(after), restraint.spent(session, "xian", after)) == (
            "2026-05-01",
            "2026-05-02",
            0,
        )
        restraint.wait(session, "xian", late + timedelta(hours=2), restraint.ASKED)
        restraint.wait(session, "xian", late + timedelta(hours=1), "other")
        assert restraint.waits(session, "xian", late) == (late + timedelta(hours=2), restraint.ASKED)
        restraint.answered(session, "xian")
        assert restraint.waits(session, "xian", late) is None
    database.close()
