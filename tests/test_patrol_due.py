"""Visiting what is due on the replicas: nothing is asked for twice, nothing is lost, stopping is clean."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.holding import Holding
from crawler.monitor import leases
from crawler.replica.server import ReplicaServer
from crawler.store.database import open_database
from tests.world import World

HOST = "xian.021cf.cn"
XIAN_LIST, FBDY_LIST = "/index.php/category-1.html", "/news/newslist-datong.html"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ReplicaServer() as server:
        yield World(server, tmp_path, {"PORTALWATCH_MAX_LIST_PAGES": "1", "PORTALWATCH_RETRY_TIMES": "0"})


def asked(world: World, since: int = 0, host: str = HOST) -> list[tuple[str, int]]:
    """Return the paths and states of requests, robots.txt aside."""
    return [
        (visit.url.removeprefix(f"http://{host}"), int(visit.status))
        for visit in world.server.visits(host)[since:]
        if not visit.url.endswith("/robots.txt")
    ]


def test_an_unchanged_section_costs_one_request_and_is_not_due(world: World) -> None:
    first = world.scrapy("patrol", "--due", "--only", "xian", "fbdy")
    assert first.returncode == 0, first.stdout + first.stderr
    before, other = len(world.server.visits(HOST)), len(world.server.visits("fbdy.cn"))
    again = world.scrapy("patrol", "--due", "--only", "xian", "fbdy")
    assert again.stdout.startswith("Nothing is due before ")
    assert len(world.server.visits(HOST)) == before
    world.scrapy("patrol", "--only", "xian", "fbdy")
    assert asked(world, before) == [
        ("/index.php/category-1.html", 304),
        ("/index.php/category-2.html", 304),
    ]
    # No validators there: the same entries are enough.
    assert [status for _, status in asked(world, other, "fbdy.cn")] == [200, 200]


def test_only_the_sections_that_are_due_are_visited(world: World) -> None:
    world.scrapy("crawl", "xian")
    before = len(world.server.visits(HOST))
    make_due(world, "%category-2.html")
    world.scrapy("patrol", "--due", "--only", "xian")
    assert asked(world, before) == [("/index.php/category-2.html", 304)]


def make_due(world: World, like: str) -> None:
    database = open_database(world.database_url)
    with database.writing() as session:
        session.execute(
            text("UPDATE section_states SET due_at = '2026-01-01 00:00:00' WHERE url LIKE :like"),
            {"like": like},
        )
    database.close()


def test_what_could_not_be_fetched_is_asked_for_again_although_the_list_is_the_same(world: World) -> None:
    portal = world.server.portals["xian"]
    newest = portal.url(portal.visible(world.server.clock.now())[0]).removeprefix(f"http://{HOST}")
    world.server.fault(HOST, newest, "500", times=1)
    world.scrapy("crawl", "xian")
    before = len(world.server.visits(HOST))
    world.scrapy("crawl", "xian")
    assert (newest, 200) in asked(world, before)
    assert ("/index.php/category-1.html", 200) in asked(world, before)
    before = len(world.server.visits(HOST))
    world.scrapy("crawl", "xian")
    assert [status for _, status in asked(world, before)] == [304, 304]


def test_a_page_that_is_no_article_is_not_asked_for_again_while_its_list_is_the_same(world: World) -> None:
    portal = world.server.portals["xian"]
    newest = portal.url(portal.visible(world.server.clock.now())[0]).removeprefix(f"http://{HOST}")
    world.server.fault(HOST, newest, "404", times=None)
    world.scrapy("crawl", "xian")
    before = len(world.server.visits(HOST))
    world.scrapy("crawl", "xian")
    assert [status for _, status in asked(world, before)] == [304, 304]


def test_a_full_visit_or_one_for_certain_days_is_unconditional_and_decides_nothing(world: World) -> None:
    world.scrapy("crawl", "xian")
    states = world.rows("select * from section_states")
    before = len(world.server.visits(HOST))
    world.scrapy("crawl", "xian", "-a", "full=1")
    world.scrapy("crawl", "xian", "-a", "since=2026-11-01")
    assert {status for _, status in asked(world, before)} == {200}
    assert world.rows("select * from section_states") == states


def test_a_section_that_fails_is_tried_again_soon(world: World) -> None:
    world.server.fault(HOST, "/index.php/category-1.html", "500", times=None)
    world.scrapy("crawl", "xian")
    waits = dict(world.rows("select url, interval_s from section_states"))
    assert waits[f"http://{HOST}/index.php/category-1.html"] == 900


def test_what_another_patrol_visits_is_left_to_it(world: World) -> None:
    with Holding(world.database_url, ["xian"], "elsewhere:1"):
        done = world.scrapy("patrol", "--only", "xian", "fbdy")
        assert done.returncode == 0, done.stderr
        assert "xian is being visited by elsewhere:1; left out." in done.stdout
        assert world.server.visits(HOST) == []
        assert len(world.server.visits("fbdy.cn")) > 3
        assert world.scrapy("crawl", "xian").returncode == 0
        assert world.server.visits(HOST) == []
    assert world.rows("select * from leases") == []


def environment(world: World) -> dict[str, str]:
    return {
        **os.environ,
        **world.settings,
        "COLUMNS": "200",
        "http_proxy": world.server.url,
        "PORTALWATCH_DATABASE_URL": world.database_url,
        "PORTALWATCH_FEEDS_DIR": str(world.folder / "feeds"),
        "PORTALWATCH_DOWNLOAD_DELAY": "0",
        "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
    }


def daemon(world: World) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "scrapy", "patrol", "--daemon", "--only", "xian", "fbdy"]
    return subprocess.Popen(
        words,
        cwd=world.root,
        env=environment(world),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(process: subprocess.Popen[str], words: str) -> None:
    """Read what ``process`` says until it says ``words``."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return
    pytest.fail("".join(said))


def test_the_daemon_visits_what_is_due_and_stops_on_sigterm(world: World) -> None:
    process = daemon(world)
    until(process, "new and 0 changed articles.")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert world.rows("select * from leases") == []
    assert int(str(world.rows("select count(*) from articles")[0][0])) > 5


def test_stopped_in_the_midst_it_keeps_what_was_read_and_lets_go(world: World) -> None:
    portal = world.server.portals["xian"]
    newest = portal.url(portal.visible(world.server.clock.now())[0]).removeprefix(f"http://{HOST}")
    world.server.fault(HOST, newest, "slow", times=None, seconds=60)  # the last that it asks for
    command = [sys.executable, "-m", "scrapy", "crawl", "xian"]
    process = subprocess.Popen(
        command,
        cwd=world.root,
        env=environment(world),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    world.server.arrived(newest)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert "stopped: the patrol was stopped" in said
    assert "Traceback" not in said
    assert int(str(world.rows("select count(*) from articles")[0][0])) > 5
    assert world.rows("select * from leases") == []
    assert world.rows("select finished_at is null, status from runs") == [(0, "failed")]


def test_what_a_stopped_visit_left_is_due_at_once(world: World) -> None:
    world.server.fault(HOST, "/index.php/category-2.html", "slow", times=1, seconds=3)
    command = [sys.executable, "-m", "scrapy", "crawl", "xian"]
    process = subprocess.Popen(command, cwd=world.root, env=environment(world))
    world.server.arrived("/index.php/category-2.html")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 1
    assert world.rows("select count(*) from section_states where entries_hash != ''") == [(0,)]
    done = world.scrapy("patrol", "--due", "--only", "xian")
    assert done.returncode == 0, done.stdout
    assert world.rows("select count(*) from articles") == [(20,)], "two first pages of lists with ten each"
    articles = [path for path, _ in asked(world) if "/post/" in path]
    assert len(articles) == len(set(articles)) == 20, "nothing is fetched twice"
    assert world.scrapy("patrol", "--due", "--only", "xian").stdout.startswith("Nothing is due before ")


def test_what_a_killed_patrol_held_is_visited_when_its_lease_has_run_out(world: World) -> None:
    with Holding(world.database_url, []):
        pass
    database = open_database(world.database_url)
    with database.writing() as session:
        leases.take(session, "portal:xian", "killed", datetime.now(UTC) - timedelta(hours=1))
    database.close()
    done = world.scrapy("patrol", "--due", "--only", "xian")
    assert done.returncode == 0
    assert len(asked(world)) > 5


def test_a_daemon_that_is_killed_in_the_midst_goes_on_where_it_was(world: World) -> None:
    newest = newest_of(world)
    world.server.fault(HOST, newest, "slow", times=1, seconds=600)  # one of the last that it asks for
    process = daemon(world)
    world.server.arrived(newest)
    world.server.arrived(FBDY_LIST)
    answered = until_stored(world)
    holders = {str(holder) for (holder,) in world.rows("select holder from leases")}
    process.kill()
    process.wait(timeout=60)
    for holder in holders:
        kill(int(holder.split(":")[1]))
    process.communicate(timeout=60)
    assert world.rows("select count(*) from leases where name = 'portal:xian'") == [(1,)]
    before = len(world.server.visits(HOST))
    kept = {str(url) for (url,) in world.rows("select url from articles")}
    assert sum(HOST in url for url in kept) == answered > 0, "all that came before the one that hangs"

    # It need not wait until the leases of the dead have run out.
    again = world.scrapy("patrol", "--due", "--only", "xian", "fbdy")

    assert again.returncode == 0, again.stdout + again.stderr
    assert "left out" not in again.stdout
    assert (newest, 200) in asked(world, before)
    assert not kept & {visit.url for visit in world.server.visits(HOST)[before:]}
    left = {str(holder) for (holder,) in world.rows("select holder from leases")}
    assert left <= holders, "at most that of a portal which was done before, and which nobody asked for since"
    query = "select p.name, count(*), count(distinct url) from articles join portals p on p.id = portal_id"
    articles = world.rows(f"{query} group by 1")
    listed = listed_by_fbdy(world)
    assert articles == [("fbdy", listed, listed), ("xian", 20, 20)]
    assert world.rows("select count(*) from versions") == [(listed + 20,)]
    done = world.scrapy("patrol", "--due", "--only", "xian", "fbdy")
    assert done.stdout.startswith("Nothing is due before ")


def until_stored(world: World) -> int:
    """Wait until all of xian's that were answered are stored, and return how many these are."""
    query = "select count(*) from articles a join portals p on p.id = portal_id where name = 'xian'"
    answered = len({path for path, _ in asked(world) if "/post/" in path})
    end = time.monotonic() + 60
    while world.rows(query) != [(answered,)]:
        assert time.monotonic() < end, (world.rows(query), answered)
        threading.Event().wait(0.05)
    return answered


def newest_of(world: World) -> str:
    portal = world.server.portals["xian"]
    return portal.url(portal.visible(world.server.clock.now())[0]).removeprefix(f"http://{HOST}")


def listed_by_fbdy(world: World) -> int:
    paths = {path for path, status in asked(world, host="fbdy.cn") if status == 200}
    return len([path for path in paths if "/newslist-" not in path])


def kill(number: int) -> None:
    """Kill a process that is no child of this one and wait for its end."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(number)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            assert select.select([handle], [], [], 60)[0]
        finally:
            os.close(handle)


def test_a_daemon_of_which_all_portals_hang_stops_on_sigterm(world: World) -> None:
    for path in (XIAN_LIST, FBDY_LIST):
        world.server.fault("", path, "slow", times=None, seconds=600)
    process = daemon(world)
    for path in (XIAN_LIST, FBDY_LIST):
        world.server.arrived(path)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert world.rows("select * from leases") == []
    assert world.rows("select count(*) from runs where finished_at is null") == [(0,)]
