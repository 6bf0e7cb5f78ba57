"""Robots of chat groups, which answer with status 200 whether or not they took a message."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import apprise
import pytest

if TYPE_CHECKING:
    from tests.delivery.servers import Hooks
    from tests.delivery.world import World

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

TAKEN = {
    "wecombot": b'{"errcode": 0, "errmsg": "ok"}',
    "dingtalk": b'{"errcode": 0, "errmsg": "ok"}',
    "feishu": b'{"code": 0, "data": {}, "msg": "success"}',
    "lark": b'{"StatusCode": 0, "StatusMessage": "success"}',
}
TOKEN = "0123456789abcdef"  # noqa: S105  made up


@pytest.fixture(params=sorted(TAKEN))
def robot(request: pytest.FixtureRequest, world: World, hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a robot whose service is the receiver; a watch tells it."""
    scheme: str = request.param
    service = apprise.Apprise.instantiate(f"{scheme}://{TOKEN}")
    assert service is not None
    place = {"wecombot": "?key={key}", "dingtalk": "?access_token={token}", "feishu": "/{token}", "lark": "/"}
    monkeypatch.setattr(type(service), "notify_url", f"{hooks.url}/send{place[scheme]}")
    world.write_targets(f"group: {scheme}://{TOKEN}\n")
    world.watch(targets=("group",))
    hooks.always = (200, {}, TAKEN[scheme])
    return scheme


def test_a_message_is_taken(robot: str, world: World, hooks: Hooks) -> None:
    world.alert()
    assert world.sender().once().sent == 1
    (request,) = hooks.requests
    assert TOKEN in request.path
    said = request.document
    text = said["content"]["text"] if robot in {"feishu", "lark"} else said["text"]["content"]
    assert text.startswith("新｜第1件\n命中：码头（船运）\n1号码头今天开工。\n")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b'{"errcode": 45009, "errmsg": "api freq out of limit"}', "code 45009: api freq out of limit"),
        (b'{"errcode": 310000, "errmsg": "keywords not in content"}', "code 310000: keywords not in content"),
        (b'{"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}', "code 19001"),
        (b'{"StatusCode": 1, "StatusMessage": "no"}', "code 1: no"),
        (b"<html>", "status 200: it does not say why"),
        (b"[]", "status 200"),
        (b"", "status 200"),
    ],
)
def test_what_is_refused_with_status_200_is_tried_again(
    robot: str, world: World, hooks: Hooks, answer: bytes, reason: str
) -> None:
    world.alert()
    hooks.answers = [(200, {}, answer)]
    assert world.sender().once().failed == 1
    assert world.states() == [("pending", 1)]
    assert reason in world.errors()[0]
    world.later(minutes=2)
    assert world.sender().once().sent == 1


def test_one_too_many_leaves_the_robot_alone_for_a_minute(robot: str, world: World, hooks: Hooks) -> None:
    world.alert(3)
    hooks.answers = [(200, {}, TAKEN[robot]), (200, {}, b'{"errcode": 45009, "errmsg": "freq"}')]
    tally = world.sender().once()
    assert (tally.sent, tally.failed) == (1, 1)
    world.later(seconds=59)
    assert world.sender().once().sent == 0
    world.later(seconds=2)
    assert world.sender().once().sent == 2


def test_a_robot_that_is_not_there_says_so_without_its_token(
    robot: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = apprise.Apprise.instantiate(f"{robot}://{TOKEN}")
    assert service is not None
    monkeypatch.setattr(type(service), "notify_url", f"http://127.0.0.1:1/{TOKEN}?")
    world.alert()
    world.sender().once()
    assert world.errors() == ["no answer: ConnectionError"]


def test_a_digest_fits_into_what_a_group_of_wecom_takes(
    world: World, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = apprise.Apprise.instantiate(f"wecombot://{TOKEN}")
    assert service is not None
    monkeypatch.setattr(type(service), "notify_url", f"{hooks.url}/send?key={{key}}")
    hooks.always = (200, {}, TAKEN["wecombot"])
    world.write_targets(f"group: wecombot://{TOKEN}\n")
    world.watch(targets=("group",), digest="hourly")
    world.alert(60)
    world.later(hours=1)
    assert world.sender().once().sent == 1
    (request,) = hooks.requests
    text = request.document["text"]["content"]
    assert len(text.encode()) <= 2048
    listed = text.count("http://portal-a.example/")
    assert listed > 10
    assert f"另有 {60 - listed} 条" in text


def test_dingtalk_is_signed_as_it_wants(world: World, hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "SEC0123456789"  # noqa: S105  made up
    service = apprise.Apprise.instantiate(f"dingtalk://{secret}@{TOKEN}")
    assert service is not None
    monkeypatch.setattr(type(service), "notify_url", f"{hooks.url}/send?access_token={{token}}")
    hooks.always = (200, {}, TAKEN["dingtalk"])
    world.write_targets(f"group: dingtalk://{secret}@{TOKEN}\n")
    world.watch(targets=("group",))
    world.alert()
    assert world.sender().once().sent == 1
    query = parse_qs(urlsplit(hooks.requests[0].path).query)
    told = f"{query['timestamp'][0]}\n{secret}".encode()
    signed = base64.b64encode(hmac.new(secret.encode(), told, hashlib.sha256).digest()).decode()
    assert query["sign"] == [signed]
    assert query["access_token"] == [TOKEN]
