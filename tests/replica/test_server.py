"""The server is a proxy that spiders cannot tell from the Internet, except that a test scripts it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from crawler.replica.clock import START, Clock
from crawler.replica.load import ReplicaError, load_portals
from crawler.replica.portal import Portal
from crawler.replica.server import ReplicaServer


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def portals() -> dict[str, Portal]:
    return load_portals()


@pytest.fixture
def server(portals: dict[str, Portal]) -> Iterator[ReplicaServer]:
    with ReplicaServer(portals) as running:
        yield running


def get(server: ReplicaServer, url: str, method: str = "GET", **headers: str) -> Got:
    """Send one request as to a proxy; headers are written with underscores."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(
            method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return Got(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def newest(server: ReplicaServer, name: str) -> str:
    portal = server.portals[name]
    return portal.url(portal.visible(server.clock.now())[0])


def test_absolute_addresses_and_host_headers_reach_the_same_page(server: ReplicaServer) -> None:
    assert get(server, "http://fbdy.cn/").body == get(server, "/", Host="fbdy.cn").body
    assert server.url == f"http://127.0.0.1:{server.port}"


def test_the_header_declares_what_the_portal_declares(server: ReplicaServer) -> None:
    declared = {
        "http://fbdy.cn/": "text/html; charset=utf-8",
        "http://www.cnxz.com.cn/": "text/html; charset=gb2312",
        "http://www.zhenggong.example/list.asp?class=quanguo": "text/html; charset=big5-hkscs",
        "http://www.zhenggong.example/list.asp?class=zhejiang&page=2": "text/html; charset=utf-8",
    }
    assert {url: get(server, url).headers["Content-Type"] for url in declared} == declared


def test_every_portal_answers_for_front_lists_articles_and_robots(server: ReplicaServer) -> None:
    for portal in server.portals.values():
        base = portal.definition.base
        paths = ["/", "/robots.txt", *(portal.list_path(slug, 1) for slug in portal.sections)]
        assert {get(server, base + path).status for path in paths} == {200}
        assert get(server, newest(server, portal.name)).status == 200
        assert get(server, f"{base}/favicon.ico").status == 404
        assert get(server, f"{base}/any/picture.jpg").headers["Content-Type"] == "image/gif"
        assert get(server, f"{base}/no/such/page.html").status == 404


def test_a_host_that_nobody_has_is_a_bad_gateway(server: ReplicaServer) -> None:
    got = get(server, "http://nowhere.example/")
    assert (got.status, got.body) == (502, b"No replica portal has the host name nowhere.example.\n")


def test_a_bare_domain_redirects_to_the_real_host(server: ReplicaServer) -> None:
    got = get(server, "http://cnxz.com.cn/yaowen/node.htm")
    assert (got.status, got.headers["Location"]) == (301, "http://www.cnxz.com.cn/yaowen/node.htm")


def test_head_has_no_body(server: ReplicaServer) -> None:
    got = get(server, "http://fbdy.cn/", method="HEAD")
    assert (got.status, got.body) == (200, b"")
    assert int(got.headers["Content-Length"]) > 1000


def test_conditional_requests(server: ReplicaServer) -> None:
    url = newest(server, "cnxz")
    first = get(server, url)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert get(server, url, If_None_Match=tag).status == 304
    assert get(server, url, If_None_Match='"other"', If_Modified_Since=date).status == 200
    assert get(server, url, If_Modified_Since=date).status == 304
    assert get(server, url, If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT").status == 200
    assert get(server, url, If_Modified_Since="yesterday").status == 200


def test_some_portals_send_no_validators(server: ReplicaServer) -> None:
    assert "ETag" not in get(server, "http://fbdy.cn/").headers


@pytest.mark.parametrize("kind", ["404", "410", "500", "503"])
def test_a_status_is_played_as_often_as_asked_for(server: ReplicaServer, kind: str) -> None:
    server.fault("fbdy.cn", "/news/*", kind, times=2, retry_after=77)
    url = newest(server, "fbdy")
    got = [get(server, url) for _ in range(3)]
    assert [it.status for it in got] == [int(kind), int(kind), 200]
    assert got[0].headers.get("Retry-After") == ("77" if kind == "503" else None)
    assert get(server, "http://fbdy.cn/").status == 200


def test_a_fault_without_an_end_lasts_until_it_is_mended(server: ReplicaServer) -> None:
    server.fault("", "*", "500", times=None)
    assert [get(server, "http://fbdy.cn/").status for _ in range(3)] == [500, 500, 500]
    server.mend()
    assert get(server, "http://fbdy.cn/").status == 200


def test_a_cut_off_answer_ends_before_its_length(server: ReplicaServer) -> None:
    server.fault("fbdy.cn", "/", "cut")
    with pytest.raises(http.client.IncompleteRead):
        get(server, "http://fbdy.cn/")
    assert get(server, "http://fbdy.cn/").status == 200


def test_a_redirect_loop_leads_to_itself(server: ReplicaServer) -> None:
    server.fault("fbdy.cn", "/", "loop", times=None)
    got = get(server, "http://fbdy.cn/")
    assert (got.status, got.headers["Location"]) == (302, "http://fbdy.cn/")


@pytest.mark.parametrize("status", [200, 412])
def test_a_challenge_page_has_the_status_asked_for(server: ReplicaServer, status: int) -> None:
    server.fault("fbdy.cn", "/*", "challenge", status=status)
    got = get(server, "http://fbdy.cn/")
    assert got.status == status
    assert "访问过于频繁" in got.body.decode()


def test_an_empty_answer(server: ReplicaServer) -> None:
    server.fault("fbdy.cn", "/", "empty")
    got = get(server, "http://fbdy.cn/")
    assert (got.status, got.body) == (200, b"")


def test_a_slow_answer_waits_until_it_is_let_go(server: ReplicaServer) -> None:
    server.fault("fbdy.cn", "/", "slow")
    got: list[Got] = []
    waiting = threading.Thread(target=lambda: got.append(get(server, "http://fbdy.cn/")))
    waiting.start()
    assert get(server, "http://fbdy.cn/robots.txt").status == 200
    assert "http://fbdy.cn/" not in [visit.url for visit in server.visits()]
    server.release.set()
    waiting.join(timeout=20)
    assert got[0].status == 200


def test_a_slow_answer_is_bounded(server: ReplicaServer) -> None:
    server.fault("fbdy.cn", "/", "slow", seconds=0.01)
    assert get(server, "http://fbdy.cn/").status == 200


def test_new_articles_appear_with_the_clock(server: ReplicaServer) -> None:
    portal = server.portals["fbdy"]
    coming = min(
        (it for it in portal.ids if portal.posting(it).appears > START),
        key=lambda it: portal.posting(it).appears,
    )
    assert get(server, portal.url(coming)).status == 404
    server.clock.set(portal.posting(coming).appears)
    assert get(server, portal.url(coming)).status == 200
    first = portal.list_path(portal.posting(coming).section, 1)
    assert coming.encode() in get(server, portal.definition.base + first).body


def test_an_edit_changes_text_and_validators(server: ReplicaServer) -> None:
    portal = server.portals["cnxz"]
    edited = next(it for it in portal.visible(START) if portal.posting(it).edited)
    before = get(server, portal.url(edited))
    server.clock.set(portal.posting(edited).edited[0].at)
    after = get(server, portal.url(edited), If_None_Match=before.headers["ETag"])
    assert after.status == 200
    assert after.body != before.body
    assert after.headers["Last-Modified"] != before.headers["Last-Modified"]


@pytest.mark.parametrize(
    ("name", "status"), [("fbdy", 200), ("cnxz", 404), ("xian", 404), ("zhenggong", 410), ("xinli", 302)]
)
def test_withdrawn_articles_are_gone_in_the_manner_of_the_portal(
    server: ReplicaServer, name: str, status: int
) -> None:
    portal = server.portals[name]
    doomed = next(it for it in portal.visible(START) if portal.posting(it).withdrawn)
    body = get(server, portal.url(doomed)).body
    server.clock.advance(timedelta(days=10))
    got = get(server, portal.url(doomed))
    assert got.status == status
    assert got.body != body
    assert got.headers.get("Location") == (f"{portal.definition.base}/" if status == 302 else None)


def test_many_host_names_lead_to_copies_of_a_portal(portals: dict[str, Portal]) -> None:
    names = sorted(portals)
    hosts = {f"p{number:03}.example": names[number % 5] for number in range(200)}
    with ReplicaServer(portals, hosts=hosts) as server:
        assert len(set(server.hosts)) >= 205
        page = get(
            server, "http://p002.example/"
        ).body.decode()  # a copy of xian, which writes whole addresses
        assert "http://p002.example/index.php/post/" in page
        assert "021cf.cn" not in page
        assert get(server, "http://p199.example/robots.txt").status == 200


def test_a_host_of_an_unknown_portal_is_refused(portals: dict[str, Portal]) -> None:
    with pytest.raises(ReplicaError, match=r"p1\.example: no replica portal is called nobody"):
        ReplicaServer(portals, hosts={"p1.example": "nobody"})


def test_the_log_says_who_asked_for_what(server: ReplicaServer) -> None:
    get(server, "http://fbdy.cn/", User_Agent="portalwatch-test")
    get(server, "http://nowhere.example/x")
    (visit,) = server.visits("fbdy.cn")
    assert (visit.method, visit.url, visit.status, visit.agent) == (
        "GET",
        "http://fbdy.cn/",
        200,
        "portalwatch-test",
    )
    assert visit.clock == START
    assert visit.time <= visit.ended
    assert [it.status for it in server.visits()] == [200, 502]


def test_the_clock_stands_until_it_is_moved() -> None:
    clock = Clock()
    assert clock.now() == clock.now() == START
    assert clock.advance(timedelta(hours=2)) == START + timedelta(hours=2)
    clock.set(START)
    assert clock.now() == START


def test_a_running_clock_goes_forward() -> None:
    clock = Clock(speed=1e9)
    assert clock.now() > START


def test_a_clock_wants_a_zone() -> None:
    with pytest.raises(ValueError, match="with its zone"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001  that is what is refused
