"""Two senders on one database, and a sender that is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from crawler.delivery import claims
from crawler.delivery.pace import Pace
from crawler.store.database import open_database
from crawler.store.times import now
from tests.delivery.servers import HANG, Hooks
from tests.delivery.world import SECRETS, World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(world: World, hooks: Hooks) -> World:
    world.hook(hooks.url)
    return world


def test_two_senders_send_nothing_twice(told: World, hooks: Hooks, database_url: str) -> None:
    told.watch()
    told.watch("茶", digest="hourly")
    told.alert(15)
    told.alert(15, "茶")
    told.later(hours=1)
    other = World(open_database(database_url), told.folder, now=told.now)
    threads = [Thread(target=sender.once) for sender in (told.sender(), other.sender())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.database.close()
    assert len(hooks.keys) == len(set(hooks.keys)) == 16
    assert set(told.states()) == {("sent", 1)}


def test_a_lease_keeps_a_message_until_it_runs_out(told: World) -> None:
    told.watch()
    told.alert()
    pace = Pace()
    first = claims.claim(told.database, "hook", told.now, pace)
    assert first is not None
    assert claims.claim(told.database, "hook", told.now + pace.lease - timedelta(seconds=1), pace) is None
    second = claims.claim(told.database, "hook", told.now + pace.lease, pace)
    assert second is not None
    assert (second.key, second.attempts) == (first.key, 2)
    # The first comes back to life: what it says no longer counts.
    assert not claims.fail(told.database, first, "late", None)
    assert claims.finish(told.database, second, told.now)
    assert told.states() == [("sent", 2)]


def test_a_message_that_kills_its_sender_each_time_is_dead(told: World) -> None:
    told.watch()
    told.alert()
    pace = Pace(attempts=3)
    for _ in range(3):
        assert claims.claim(told.database, "hook", told.now, pace) is not None
        told.now += pace.lease
    assert claims.claim(told.database, "hook", told.now, pace) is None
    assert told.states() == [("dead", 3)]
    assert "stopped while it was sending" in told.errors()[0]


def test_a_message_that_was_sent_is_marked_though_the_database_is_busy(
    tmp_path: Path, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.store.connection.BUSY_MS", 0)
    told = World(open_database(f"sqlite:///{tmp_path}/x.db"), tmp_path)
    told.hook(hooks.url)
    told.watch()
    told.alert()
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)
    looks, waited = 0, []

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 3:  # for what is due, for taking it, for writing it
            other.execute("BEGIN IMMEDIATE")
        return told.now

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            other.execute("ROLLBACK")

    tally = replace(told.sender(), clock=clock, pause=pause).once()
    other.close()
    assert (tally.sent, tally.errors, len(waited)) == (1, 0, 2)
    assert told.states() == [("sent", 1)]
    told.database.close()


def deliver(told: World, url: str) -> subprocess.Popen[bytes]:
    surroundings = os.environ | SECRETS | {
        "PORTALWATCH_DATABASE_URL": url,
        "PORTALWATCH_TARGETS": str(told.folder / "targets.yaml"),
        "PORTALWATCH_DELIVER_TO_PRIVATE": "1",
        "PORTALWATCH_DELIVERY_INTERVAL": "0.1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "deliver", "--loop"],
        cwd=ROOT,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_a_sender_that_is_killed_between_sending_and_marking(
    told: World, hooks: Hooks, database_url: str
) -> None:
    told.watch()
    told.alert()
    hooks.answers = [HANG]  # it has the message, and the sender does not know
    with deliver(told, database_url) as process:
        assert hooks.arrived.wait(60)
        process.send_signal(signal.SIGKILL)
    assert told.states() == [("pending", 1)]

    told.now = now()
    assert told.sender().once().sent == 0
    told.later(seconds=Pace().lease.total_seconds())
    assert told.sender().once().sent == 1
    assert len(hooks.keys) == 2
    assert len(set(hooks.keys)) == 1


def test_a_target_that_is_written_down_while_a_sender_runs(
    world: World, hooks: Hooks, database_url: str
) -> None:
    world.write_targets("")
    world.watch()
    world.alert()
    with deliver(world, database_url) as process:
        assert process.stdout is not None
        while b"there is no target 'hook'" not in process.stdout.readline():
            assert process.poll() is None
        world.hook(hooks.url)
        for _ in range(100):  # the thread that failed may be there still, and take it once more
            with world.database.writing() as session:
                session.execute(text("UPDATE deliveries SET next_at = created_at"))
            if hooks.arrived.wait(0.2):
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert [state for state, _ in world.states()] == ["sent"]
    assert len(hooks.keys) == 1


def test_a_sender_that_is_stopped_ends_its_message_first(
    told: World, hooks: Hooks, database_url: str
) -> None:
    told.watch()
    told.alert(2)
    hooks.answers = [HANG]
    with deliver(told, database_url) as process:
        assert hooks.arrived.wait(60)
        process.send_signal(signal.SIGTERM)
        hooks.answers = []
        hooks.released.set()
        said = process.communicate(timeout=60)[0].decode()
    assert len(hooks.keys) == 1
    assert sorted(state for state, _ in told.states()) == ["pending", "pending"]
    assert "1 to be tried again" in said
