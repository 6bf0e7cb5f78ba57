"""What a crawl says and does when a portal misbehaves: one line, a count, nothing half stored."""

from __future__ import annotations

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
        yield World(
            server,
            tmp_path,
            # One list page is enough here; no patience with slow answers, no second try.
            {
                "PORTALWATCH_MAX_LIST_PAGES": "1",
                "PORTALWATCH_DOWNLOAD_TIMEOUT": "1",
                "PORTALWATCH_RETRY_TIMES": "0",
                "PORTALWATCH_LOG_LEVEL": "WARNING",
            },
        )


def newest(world: World) -> str:
    """Return the path of the newest article of the portal."""
    portal = world.server.portals["xian"]
    return urlsplit(portal.url(portal.visible(world.server.clock.now())[0])).path


def stored(world: World) -> int:
    return int(str(world.rows("select count(*) from articles")[0][0]))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("404", "status 404"),
        ("410", "status 410"),
        ("500", "status 500"),
        ("slow", "no answer in time"),
        ("cut", "ended before its end"),
        ("loop", "redirects in a circle"),
    ],
)
def test_one_bad_article_is_one_line_and_the_portal_goes_on(world: World, kind: str, sentence: str) -> None:
    world.server.fault(HOST, newest(world), kind, times=None)
    done = world.scrapy("crawl", "xian")
    lines = [line for line in done.stderr.splitlines() if "/index.php/post/" in line]
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(lines) == 1
    assert sentence in lines[0]
    assert "Traceback" not in done.stderr
    assert stored(world) > 10


def test_what_only_looks_like_an_article_is_refused(world: World) -> None:
    world.server.fault(HOST, newest(world), "empty", times=None)
    done = world.scrapy("crawl", "xian")
    lines = [line for line in done.stderr.splitlines() if "/index.php/post/" in line]
    assert len(lines) == 1
    assert "Refused" in lines[0]
    assert done.returncode == 0


@pytest.mark.parametrize("status", [200, 412, 503])
@pytest.mark.parametrize("where", ["section", "article"])
def test_a_challenge_ends_the_visit_and_the_portal_is_left_alone(
    world: World, where: str, status: int
) -> None:
    path = newest(world) if where == "article" else "/index.php/category-1.html"
    world.server.fault(HOST, path, "challenge", times=None, status=status)
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 1
    assert "stopped: blocked" in done.stdout
    assert "a challenge came instead of the page" in done.stderr
    assert "Traceback" not in done.stderr
    # One knock, no second one; nothing of it is stored, and it is kept for study.
    visits = [visit.url for visit in world.server.visits(HOST)]
    assert visits.count(f"http://{HOST}{path}") == 1
    assert not any("验证码" in kept.body for kept in world.contents().values())
    assert world.rows("select reason, status from kept_pages") == [("challenge", status)]
    ((reason, since, bad_runs),) = world.rows(
        "select wait_reason, blocked_since, bad_runs from portal_states where wait_until > blocked_since"
    )
    assert (reason, bad_runs) == ("blocked", 1)
    assert since is not None
    assert world.scrapy("health").returncode == 1
    world.server.mend()
    assert world.scrapy("crawl", "xian").returncode == 0
    assert world.rows("select wait_until, wait_reason, blocked_since, bad_runs from portal_states") == [
        (None, "", None, 0)
    ]
    assert world.scrapy("health").returncode == 0


def test_a_section_that_cannot_be_read_fails_the_portal(world: World) -> None:
    world.server.fault(HOST, "/index.php/category-1.html", "500", times=None)
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 1
    assert "1 section page(s) could not be read" in done.stdout
    assert stored(world) > 0  # the other section went on


def test_a_portal_that_is_not_there_fails_alone(world: World) -> None:
    world.server.fault("fbdy.cn", "*", "500", times=None)
    done = world.scrapy("patrol", "--only", "fbdy", "xian")
    assert done.returncode == 1
    assert "Failed: fbdy." in done.stdout
    assert stored(world) > 10


def test_a_host_that_refuses_connections_is_one_line_a_section(world: World) -> None:
    world.settings["http_proxy"] = "http://127.0.0.1:9"  # the discard port: nobody listens
    done = world.scrapy("crawl", "xian")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert all("refuses connections" in line for line in done.stderr.splitlines())
    assert "2 section page(s) could not be read" in done.stdout


def test_a_server_that_asks_to_wait_is_left_alone_and_the_others_are_not(world: World) -> None:
    path = newest(world)
    world.server.fault(HOST, path, "503", times=1, retry_after=3600)
    done = world.scrapy("patrol", "--only", "xian", "fbdy")
    assert done.returncode == 1
    assert "Failed: xian." in done.stdout
    assert "stopped: the server asks to wait" in done.stdout
    assert len([line for line in done.stderr.splitlines() if "asks to wait 3600 s" in line]) == 2
    asked = world.server.visits(HOST)
    assert [visit.url for visit in asked if visit.status == 503] == [asked[-1].url]
    assert world.rows(
        "select count(*) from articles a join portals p on p.id = portal_id where name = 'fbdy'"
    ) > [(5,)]
    again = world.scrapy("crawl", "xian")
    assert again.returncode == 0
    assert again.stdout.startswith("xian asked to be left alone until ")
    assert len(world.server.visits(HOST)) == len(asked)


def test_a_visit_that_takes_too_long_keeps_what_it_read_and_holds_up_nobody(world: World) -> None:
    world.server.fault(HOST, "/index.php/category-2.html", "slow", times=None, seconds=30)
    world.settings["PORTALWATCH_RUN_TIMEOUT"] = "3"
    world.settings["PORTALWATCH_DOWNLOAD_TIMEOUT"] = "6"
    done = world.scrapy("patrol", "--only", "xian", "fbdy")
    assert done.returncode == 1
    assert "stopped: it took longer than PORTALWATCH_RUN_TIMEOUT" in done.stdout
    assert "xian" in done.stdout
    assert stored(world) > 5


def test_robots_are_obeyed_and_one_request_at_a_time(world: World) -> None:
    world.server.fault(HOST, newest(world), "slow", times=1, seconds=0.4)
    world.scrapy("crawl", "xian")
    visits = world.server.visits(HOST)
    assert visits[0].url.endswith("/robots.txt")
    assert not [visit for visit in visits if "/zb_system/" in visit.url]
    (slow,) = [visit for visit in visits if visit.ended - visit.time >= 0.4]
    assert not [visit for visit in visits if slow.time < visit.time < slow.ended]
    assert {visit.agent.split("/")[0] for visit in visits} == {"portalwatch"}
