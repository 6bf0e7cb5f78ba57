"""Leases: one holder at a time, on both databases; what is not renewed runs out."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from crawler.holding import Holding
from crawler.monitor import leases
from crawler.store.database import Database, open_database

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
NAME = "portal:xian"


def test_one_at_a_time(database: Database) -> None:
    with database.writing() as session:
        assert leases.take(session, NAME, "a", NOON)
        assert not leases.take(session, NAME, "b", NOON + timedelta(seconds=119))
        assert leases.take(session, "portal:other", "b", NOON)
        assert leases.holder_of(session, NAME, NOON) == "a"
        assert leases.held(session, [NAME, "portal:none"], NOON) == {NAME}
        leases.release(session, NAME, "b")
        assert not leases.take(session, NAME, "b", NOON)
        leases.release(session, NAME, "a")
        assert leases.take(session, NAME, "b", NOON)


def test_what_a_killed_process_held_is_free_after_a_while(database: Database) -> None:
    with database.writing() as session:
        assert leases.take(session, NAME, "killed", NOON)
        later = NOON + leases.LENGTH
        assert leases.holder_of(session, NAME, later) == ""
        assert leases.take(session, NAME, "b", later)
        assert leases.renew(session, [NAME], "killed", later) == {NAME}
        assert leases.renew(session, [NAME], "b", later) == set()


def test_who_renews_keeps_it(database: Database) -> None:
    with database.writing() as session:
        assert leases.take(session, NAME, "a", NOON)
        for beat in range(1, 30):
            assert leases.renew(session, [NAME], "a", NOON + beat * leases.BEAT) == set()
        assert not leases.take(session, NAME, "b", NOON + 29 * leases.BEAT)


def test_of_many_that_ask_at_once_one_gets_it(database_url: str) -> None:
    ready, got = threading.Barrier(6), []

    def ask(number: int) -> None:
        ready.wait()
        with Holding(database_url, ["xian", "fbdy"], f"holder-{number}") as holding:
            got.extend(holding.held)
            ready.wait()  # nobody lets go before all have asked

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["fbdy", "xian"]
    with Holding(database_url, ["xian"]) as after:
        assert after.held == ["xian"]


def test_the_second_is_told_who_has_it_and_a_lost_lease_is_told_too(database_url: str) -> None:
    with Holding(database_url, ["xian", "fbdy"], "first") as first:
        with Holding(database_url, ["xian", "cnxz"], "second") as second:
            assert (second.held, second.others) == (["cnxz"], {"xian": "first"})
            gone: list[str] = []
            second.lost = gone.append
            database = open_database(database_url)
            with database.writing() as session:
                leases.release(session, "portal:cnxz", "second")
            database.close()
            second.renew()
            assert (gone, second.held) == (["cnxz"], [])
        first.release("xian")
        with Holding(database_url, ["xian"]) as third:
            assert third.held == ["xian"]


def test_what_a_dead_process_held_is_free_at_once_and_what_another_holds_is_not(database: Database) -> None:
    with database.writing() as session:
        assert leases.take(session, NAME, "dead", NOON)
        assert leases.held(session, [NAME], NOON, lambda name: name == "dead") == set()
        assert not leases.take(session, NAME, "b", NOON, lambda name: name == "another")
        assert leases.take(session, NAME, "b", NOON, lambda name: name == "dead")
        assert not leases.take(session, NAME, "c", NOON, lambda name: name == "dead")
        assert leases.holder_of(session, NAME, NOON) == "b"
        assert leases.renew(session, [NAME], "dead", NOON) == {NAME}
