"""A part of a portal that fails: people are told of it, and the rest is visited as if nothing were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import listing
from tests.scripted import Place, ok, place, status

HOST = "a.example"
MISSING = status("404 Not Found")
STANDING = "select bad_runs, alarm_at is not null, wait_until is not null from portal_states"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as made:
        made.server.lists[HOST] = ["/1.html", "/2.html"]
        made.portals("a", sections='{"甲": "/list.html", "乙": "/b.html"}')
        yield made


def due(here: Place, path: str) -> list[str]:
    here.rows("update section_states set due_at = '2036-01-01 00:00:00'")
    here.rows("update section_states set due_at = '2026-01-01 00:00:00' where url like ?", f"%{path}")
    return here.asked("patrol", "--due")


def test_a_dead_section_holds_up_no_other(here: Place) -> None:
    here.server.script[f"{HOST}/b.html"] = [MISSING]
    for number in range(4):
        here.asked("patrol")
        assert here.rows(STANDING) == [(number + 1, number >= 2, False)]


def test_a_dead_section_is_told_though_the_others_are_well_in_between(here: Place) -> None:
    here.server.script[f"{HOST}/b.html"] = [MISSING]
    here.asked("patrol")
    for _ in range(2):
        assert due(here, "/list.html") == ["/list.html"]
        assert due(here, "/b.html") == ["/b.html"]
    assert here.rows("select bad_runs, alarm_at is not null from portal_states") == [(3, True)]
    due(here, "/list.html")
    told = here.scrapy("health")
    assert told.returncode == 1
    assert "a: 1 section page(s) could not be read" in told.stdout
    here.server.script[f"{HOST}/b.html"] = [ok(listing(["/2.html"]))]
    due(here, "/b.html")
    assert here.rows(STANDING) == [(0, False, False)]
    assert here.scrapy("health").returncode == 0


def test_a_section_that_failed_and_is_no_longer_visited_is_forgotten(here: Place) -> None:
    here.server.script[f"{HOST}/b.html"] = [MISSING]
    here.asked("patrol")
    here.change("a", sections='{"甲": "/list.html"}')
    here.asked("patrol")
    assert here.rows(STANDING) == [(0, False, False)]


@pytest.mark.parametrize("line", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_portal_that_only_ever_asks_to_wait_is_told(here: Place, line: str) -> None:
    here.server.script[f"{HOST}/list.html"] = [status(line, "Retry-After: 7200")]
    for _ in range(3):
        assert here.scrapy("patrol").returncode == 1
        assert here.rows("select wait_reason from portal_states") == [("retry-after",)]
        here.rows("update portal_states set wait_until = '2026-01-01 00:00:00'")
    assert here.rows("select verdict from health") == [("failing",)] * 3
    assert here.rows("select alarm_at is not null from portal_states") == [(1,)]


def test_a_portal_that_asks_to_wait_once_some_of_it_was_read_is_not(here: Place) -> None:
    here.asked("patrol")
    here.server.lists[HOST].insert(0, "/3.html")
    here.server.lists[HOST].append("/4.html")
    here.server.script[f"{HOST}/3.html"] = [status("429 Too Many Requests", "Retry-After: 600")]
    here.asked("patrol")
    assert here.rows("select verdict from health order by run_portal_id desc limit 1") == [("-",)]


def test_a_portal_that_cannot_be_started_is_told_and_not_tried_without_end(here: Place) -> None:
    here.change("a", from_crawler="classmethod(lambda cls, crawler: 1 / 0)")
    for _ in range(3):
        here.scrapy("patrol", "--due")
    assert here.rows("select verdict from health") == [("failing",)] * 2
    assert here.scrapy("patrol", "--due").stdout.startswith("Nothing is due before ")
