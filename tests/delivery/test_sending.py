"""Messages to real receivers that answer, fail, hang or hang up; the clock is set by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.delivery import claims
from crawler.delivery.pace import Pace, backoff
from crawler.store import deliveries
from crawler.store.models import Watch
from tests.delivery.servers import DROP, HANG, Hooks
from tests.delivery.world import SECRET, World

SCHEMA = Path(__file__).parents[2] / "docs" / "webhook.schema.json"


@pytest.fixture
def told(world: World, hooks: Hooks) -> World:
    world.hook(hooks.url)
    world.watch()
    return world


def test_an_alert_is_sent_once_and_signed(told: World, hooks: Hooks) -> None:
    told.alert(2)
    tally = told.sender().once()
    assert (tally.sent, tally.failed, tally.dead, tally.errors) == (2, 0, 0, 0)
    told.later(days=1)
    assert told.sender().once().sent == 0

    assert hooks.titles() == [["第1件"], ["第2件"]]
    assert len(set(hooks.keys)) == 2
    first = hooks.requests[0]
    timestamp = first.headers["X-Portalwatch-Timestamp"]
    signed = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + first.body, hashlib.sha256)
    assert first.headers["X-Portalwatch-Signature"] == f"v1={signed.hexdigest()}"
    assert abs(int(timestamp) - told.now.timestamp()) <= 86400
    assert first.path == "/hook"


def test_the_document_is_as_its_schema_says(told: World, hooks: Hooks) -> None:
    told.alert()
    told.sender().once()
    schema = json.loads(SCHEMA.read_text("utf-8"))
    document = hooks.requests[0].document
    assert set(document) == set(schema["properties"]) == set(schema["required"])
    alert = schema["$defs"]["alert"]
    assert set(document["alerts"][0]) == set(alert["properties"]) == set(alert["required"])
    assert set(document["alerts"][0]["story"]) == set(alert["properties"]["story"]["properties"])
    assert document["form"] == "alert"
    assert document["watch"] == {"name": "船运", "query": "码头"}
    assert document["alerts"][0]["words"] == ["码头"]
    assert document["alerts"][0]["found"] == "2026-05-04T02:10:00Z"


def test_a_failure_is_tried_again_ever_later_under_the_same_key(told: World, hooks: Hooks) -> None:
    hooks.answers = [500, DROP, 503]
    told.alert()
    for seconds in (0, 30, 60, 120):
        told.later(seconds=seconds - 1)
        assert told.sender().once().sent == 0
        told.later(seconds=1)
        told.sender().once()
    assert told.states() == [("sent", 4)]
    assert len(hooks.requests) == 4
    assert len(set(hooks.keys)) == 1


def test_what_fails_too_often_is_dead_and_can_be_tried_anew(told: World, hooks: Hooks) -> None:
    hooks.always = (500, {}, "磁盘已满\x1b[31m".encode())
    told.alert()
    for _ in range(6):
        told.sender().once()
        told.later(hours=6)
    assert told.states() == [("dead", 4)]
    assert told.errors() == ["status 500: 磁盘已满[31m"]
    assert len(hooks.requests) == 4

    hooks.always = 200
    with told.database.writing() as session:
        ((row,),) = claims.dead(session)
        assert claims.revive(session, told.now, row.id) == 1
    assert told.sender().once().sent == 1
    assert len(set(hooks.keys)) == 1
    assert hooks.requests[-1].document["form"] == "alert"


@pytest.mark.parametrize("value", ["3600", "Mon, 04 May 2026 03:10:00 GMT"])
def test_a_target_that_asks_for_time_gets_it(told: World, hooks: Hooks, value: str) -> None:
    hooks.answers = [(429, {"Retry-After": value}, b"")]
    told.alert(3)
    told.sender().once()
    assert len(hooks.requests) == 1
    told.later(minutes=59)
    assert told.sender().once().sent == 0
    told.later(minutes=1)
    assert told.sender().once().sent == 3


def test_a_target_that_hangs_or_fails_for_hours_delays_nobody_else(
    world: World, hooks: Hooks, other_hooks: Hooks
) -> None:
    world.hook(hooks.url, "bad")
    world.hook(other_hooks.url, "good")
    world.watch(targets=("bad", "good"))
    world.pace = Pace(attempts=100, seconds=0.2)
    hooks.answers = [HANG]
    hooks.always = 500
    for hour in range(3):
        world.alert(6)
        world.sender().once()
        assert len(other_hooks.requests) == 6 * (hour + 1)
        world.later(hours=1)
    # Three failures in a row and it is left alone, however much waits for it.
    assert len(hooks.requests) == 9

    hooks.always = 200
    world.later(hours=1)
    world.sender().once()
    assert {state for state, _ in world.states()} == {"sent"}
    assert len(other_hooks.requests) == 18


def test_redirects_are_not_followed(told: World, hooks: Hooks, other_hooks: Hooks) -> None:
    hooks.answers = [(302, {"Location": f"{other_hooks.url}/elsewhere"}, b"")]
    told.alert()
    told.sender().once()
    assert other_hooks.requests == []
    assert "redirects (status 302)" in told.errors()[0]


def test_a_private_address_is_refused_unless_allowed(told: World, hooks: Hooks) -> None:
    told.alert()
    sender = told.sender()
    object.__setattr__(sender.channels, "allow_private", False)
    sender.once()
    assert hooks.requests == []
    assert "not a public address" in told.errors()[0]


def test_a_name_of_a_private_address_is_refused(
    told: World, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.write_targets("hook:\n  webhook: http://hooks.example/x\n  secret: ${HOOK_SECRET}\n")
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.0.0.7", 80))])
    told.alert()
    sender = told.sender()
    object.__setattr__(sender.channels, "allow_private", False)
    sender.once()
    assert "hooks.example is 10.0.0.7, not a public address" in told.errors()[0]


def test_an_endless_answer_is_not_read(told: World, hooks: Hooks) -> None:
    hooks.always = (400, {}, b"x" * 5_000_000)
    told.alert()
    told.sender().once()
    assert len(told.errors()[0]) < 300


def test_a_server_that_is_not_there(told: World, hooks: Hooks) -> None:
    told.write_targets("hook:\n  webhook: http://127.0.0.1:1/x\n  secret: ${HOOK_SECRET}\n")
    told.alert()
    told.sender().once()
    assert told.states() == [("pending", 1)]
    assert "cannot be reached" in told.errors()[0]


def test_an_address_that_swallows_connections_leaves_the_others_of_its_name(
    told: World, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(hooks.url.rpartition(":")[2])
    told.write_targets(f"hook:\n  webhook: http://hooks.example:{port}/x\n  secret: ${{HOOK_SECRET}}\n")
    found = [(2, 1, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr("crawler.delivery.webhook.CONNECT", 0.1)
    told.alert()
    with ExitStack() as open_ones:
        # Nobody takes what waits here, so that what comes then is not answered.
        full = open_ones.enter_context(socket.create_server(("127.0.0.2", port), backlog=0))
        for _ in range(3):
            one = open_ones.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        known = socket.getaddrinfo
        monkeypatch.setattr(
            "socket.getaddrinfo",
            lambda host, *rest, **more: found if host == "hooks.example" else known(host, *rest, **more),
        )
        told.sender().once()
    assert told.errors() == [""]
    assert told.states() == [("sent", 1)]
    assert len(hooks.requests) == 1


def test_a_target_that_nobody_wrote_down_waits_for_it(told: World, hooks: Hooks) -> None:
    text = (told.folder / "targets.yaml").read_text("utf-8")
    told.write_targets("")
    told.alert()
    told.sender().once()
    assert "there is no target 'hook'" in told.errors()[0]
    told.write_targets(text)
    told.later(minutes=1)
    assert told.sender().once().sent == 1


def test_a_notice_goes_the_same_way(told: World, hooks: Hooks) -> None:
    hooks.answers = [500]
    with told.database.writing() as session:
        assert deliveries.notify(session, ["hook"], "cnxz", "3 次没有文章", told.now) == 1
    told.sender().once()
    told.later(minutes=1)
    told.sender().once()
    document = hooks.requests[1].document
    assert (document["form"], document["title"], document["text"]) == ("notice", "cnxz", "3 次没有文章")
    assert document["watch"] is None
    assert len(set(hooks.keys)) == 1


def test_a_watch_that_is_removed_takes_what_waits_along(told: World, hooks: Hooks) -> None:
    told.alert()
    with told.database.writing() as session:
        session.delete(session.query(Watch).one())
    told.sender().once()
    assert told.states() == []
    assert hooks.requests == []


def test_a_watch_that_is_removed_while_its_message_is_taken_sends_no_empty_one(
    told: World, hooks: Hooks
) -> None:
    told.alert()
    looks = 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 3:  # for what is due, for taking it, for writing it
            with told.database.writing() as session:
                session.delete(session.query(Watch).one())
        return told.now

    tally = replace(told.sender(), clock=clock).once()
    assert looks >= 3
    assert hooks.requests == []
    assert (tally.sent, tally.failed, tally.errors) == (0, 0, 0)


@pytest.mark.parametrize(
    ("attempts", "chance", "asked", "seconds"),
    [
        (1, 0.5, None, 30),
        (1, 0.0, None, 24),
        (1, 1.0, None, 36),
        (5, 0.5, None, 480),
        (99, 0.5, None, 6 * 3600),
        (1, 0.5, 300, 300),
        (5, 0.5, 1, 480),
        (1, 0.5, 10**7, 24 * 3600),
    ],
)
def test_backoff(attempts: int, chance: float, asked: int | None, seconds: float) -> None:
    wish = None if asked is None else timedelta(seconds=asked)
    assert backoff(attempts, chance, wish) == timedelta(seconds=seconds)
