"""Digests, quiet hours and bursts: what becomes one message, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.delivery import claims
from crawler.delivery.pace import Pace
from tests.delivery.servers import Hooks
from tests.delivery.world import World

EVENING = datetime(2026, 5, 4, 14, 30, tzinfo=UTC)  # 22:30 at the portals


@pytest.fixture
def told(world: World, hooks: Hooks) -> World:
    world.hook(hooks.url)
    return world


def forms(hooks: Hooks) -> list[tuple[str, int, int]]:
    return [
        (request.document["form"], len(request.document["alerts"]), request.document["more"])
        for request in hooks.requests
    ]


def test_an_hourly_digest(told: World, hooks: Hooks) -> None:
    told.watch(digest="hourly")
    told.alert(2)
    told.later(minutes=30)
    told.alert()
    told.sender().once()
    assert hooks.requests == []
    told.later(minutes=20)
    told.alert()  # belongs to the next hour
    told.sender().once()
    assert forms(hooks) == [("hourly", 3, 0)]
    assert hooks.titles() == [["第1件", "第2件", "第3件"]]
    told.later(hours=1)
    told.sender().once()
    assert forms(hooks)[1:] == [("hourly", 1, 0)]


def test_a_daily_digest_comes_at_eight_there(told: World, hooks: Hooks) -> None:
    told.watch(digest="daily")
    for _ in range(4):
        told.alert()
        told.sender().once()
        told.later(hours=5)
    assert hooks.requests == []
    told.now = datetime(2026, 5, 4, 23, 59, tzinfo=UTC)
    told.sender().once()
    assert hooks.requests == []
    told.later(minutes=1)
    told.sender().once()
    assert forms(hooks) == [("daily", 4, 0)]


def test_a_long_digest_counts_what_it_does_not_list(told: World, hooks: Hooks) -> None:
    told.watch(digest="hourly")
    told.alert(60)
    told.later(hours=1)
    told.sender().once()
    assert forms(hooks) == [("hourly", 50, 10)]
    assert {state for state, _ in told.states()} == {"sent"}


def test_a_digest_that_failed_is_the_same_when_it_is_tried_again(told: World, hooks: Hooks) -> None:
    told.watch(digest="hourly")
    hooks.answers = [500]
    told.alert(2)
    told.later(hours=1)
    told.sender().once()
    told.alert(2)
    told.later(hours=1)
    told.sender().once()
    assert forms(hooks) == [("hourly", 2, 0), ("hourly", 2, 0), ("hourly", 2, 0)]
    assert hooks.keys[0] == hooks.keys[1] != hooks.keys[2]
    assert hooks.titles()[1:] == [["第1件", "第2件"], ["第3件", "第4件"]]


def test_each_target_gets_its_own_digest(told: World, hooks: Hooks) -> None:
    told.hook(hooks.url, "other")
    told.watch(digest="hourly", targets=("hook", "other"))
    told.alert(3)
    told.later(hours=1)
    told.sender().once()
    assert forms(hooks) == [("hourly", 3, 0)] * 2
    assert len(set(hooks.keys)) == 2


def test_quiet_hours_hold_back_until_their_end(told: World, hooks: Hooks) -> None:
    told.watch(quiet="22:00-07:00")
    told.now = EVENING
    told.alert(2)
    told.sender().once()
    told.later(hours=8, minutes=29)
    told.sender().once()
    assert hooks.requests == []
    told.later(minutes=1)
    told.sender().once()
    assert forms(hooks) == [("alert", 1, 0)] * 2


def test_quiet_hours_hold_back_what_is_tried_again(told: World, hooks: Hooks) -> None:
    told.watch(quiet="22:31-07:00")
    hooks.answers = [500]
    told.now = EVENING
    told.alert()
    told.sender().once()
    told.later(minutes=5)
    told.sender().once()
    assert len(hooks.requests) == 1
    told.later(hours=9)
    assert told.sender().once().sent == 1


def test_a_burst_is_one_message_with_the_first_and_a_count(told: World, hooks: Hooks) -> None:
    told.watch(burst=8)
    told.alert(45)
    told.sender().once()
    assert forms(hooks) == [("burst", 8, 37)]
    assert hooks.titles()[0] == [f"第{number}件" for number in range(1, 9)]
    assert {state for state, _ in told.states()} == {"sent"}


def test_up_to_the_limit_all_go_singly_and_the_rest_of_the_hour_together(told: World, hooks: Hooks) -> None:
    told.watch(burst=3)
    for minutes in (5, 5, 5, 5, 5):
        told.alert()
        told.sender().once()
        told.later(minutes=minutes)
    # The fourth was one too many; what comes after it waits until an hour has gone by.
    assert forms(hooks) == [("alert", 1, 0)] * 3 + [("burst", 1, 0)]
    told.alert(6)
    told.sender().once()
    assert len(hooks.requests) == 4
    told.later(hours=1)
    told.sender().once()
    assert forms(hooks)[4:] == [("burst", 3, 4)]
    told.later(hours=2)
    told.alert()
    told.sender().once()
    assert forms(hooks)[5:] == [("alert", 1, 0)]


def test_a_target_that_is_down_gets_a_burst_of_what_waited(told: World, hooks: Hooks) -> None:
    told.watch(burst=2)
    hooks.always = 500
    for _ in range(12):
        told.alert()
        told.sender().once()
        told.later(minutes=10)
    hooks.always = 200
    hooks.requests.clear()
    for _ in range(8):
        told.later(hours=1)
        told.sender().once()
    assert sum(listed + more for _, listed, more in forms(hooks)) == 12 - told.states().count(("dead", 4))
    assert len(hooks.requests) < 8


@pytest.mark.parametrize(
    "options", [{"digest": "weekly"}, {"quiet": "late"}, {"quiet": "25:00-26:00"}, {"burst": -3}]
)
def test_options_that_mean_nothing_hold_no_alert_back(
    told: World, hooks: Hooks, caplog: pytest.LogCaptureFixture, options: dict[str, object]
) -> None:
    told.watch(**options)  # as somebody wrote them into the database
    told.alert()
    told.sender().once()
    assert forms(hooks) == [("alert", 1, 0)]
    assert ("is left out" in caplog.text) is ("burst" not in options)


def test_an_alert_that_is_tried_anew_is_no_burst(told: World, hooks: Hooks) -> None:
    told.watch(burst=3)
    told.alert()
    told.pace = Pace(attempts=1, seconds=5)
    hooks.answers = [500]
    assert told.sender().once().dead == 1
    with told.database.writing() as session:
        assert claims.revive(session, told.now) == 1
    assert told.sender().once().sent == 1
    told.later(minutes=11)
    told.alert()
    assert told.sender().once().sent == 1
    assert hooks.titles() == [["第1件"], ["第1件"], ["第2件"]]
