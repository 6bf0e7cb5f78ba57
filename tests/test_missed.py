"""What a visit could not read is found again by a later one, and no section passes for read before that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import listing
from tests.scripted import Place, ok, piece, place, status

HOST = "a.example"
BROKEN = status("500 Internal Server Error")
TWO = '{"甲": "/list.html", "乙": "/b.html"}'


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as made:
        made.server.lists[HOST] = ["/1.html", "/2.html"]
        made.server.following[HOST] = "/l2.html"
        yield made


def stored(here: Place) -> set[object]:
    return {
        path for (url,) in here.rows("select url from articles") for path in [str(url).partition(HOST)[2]]
    }


def test_a_further_list_page_that_failed_is_read_by_the_next_visit(here: Place) -> None:
    here.portals("a")
    here.server.script[f"{HOST}/l2.html"] = [ok(listing(["/3.html"], "/l3.html"))]
    here.server.script[f"{HOST}/l3.html"] = [BROKEN, ok(listing(["/4.html"]))]
    here.asked("patrol")
    assert here.asked("patrol") == ["/list.html", "/l2.html", "/l3.html", "/4.html"]
    assert stored(here) == {f"/{number}.html" for number in range(1, 5)}
    assert here.asked("patrol") == ["/list.html"]


def test_an_article_of_a_further_list_page_is_asked_for_again_though_the_first_page_is_known(
    here: Place,
) -> None:
    here.portals("a")
    here.server.script[f"{HOST}/l2.html"] = [ok(listing(["/3.html"], "/l3.html"))]
    here.server.script[f"{HOST}/l3.html"] = [ok(listing(["/4.html", "/5.html"]))]
    here.server.script[f"{HOST}/5.html"] = [BROKEN, piece(5)]
    here.asked("patrol")
    assert here.asked("patrol") == ["/list.html", "/l2.html", "/l3.html", "/5.html"]
    here.server.lists[HOST].insert(0, "/0.html")
    assert here.asked("patrol") == ["/list.html", "/l2.html", "/0.html"], "no further than to the known"


def test_what_fails_for_good_on_a_further_list_page_is_looked_for_three_times(here: Place) -> None:
    here.portals("a")
    here.server.script[f"{HOST}/l2.html"] = [ok(listing(["/3.html"], "/l3.html"))]
    here.server.script[f"{HOST}/l3.html"] = [ok(listing(["/4.html", "/5.html"]))]
    here.server.script[f"{HOST}/5.html"] = [BROKEN]
    here.asked("patrol")
    for _ in range(3):
        assert here.asked("patrol")[-1] == "/5.html"
    assert "/l2.html" not in here.asked("patrol")
    assert here.asked("patrol") == ["/list.html"]


def test_what_is_missing_outlasts_visits_that_read_nothing(here: Place) -> None:
    here.portals("a")
    here.server.script[f"{HOST}/l2.html"] = [ok(listing(["/3.html"], "/l3.html"))]
    here.server.script[f"{HOST}/l3.html"] = [BROKEN, ok(listing(["/4.html"]))]
    here.asked("patrol")
    here.server.script[f"{HOST}/list.html"] = [BROKEN]
    for _ in range(5):
        here.asked("patrol")
    del here.server.script[f"{HOST}/list.html"]
    assert here.asked("patrol")[-1] == "/4.html"


def test_a_section_whose_article_another_asked_for_in_vain_is_not_settled(here: Place) -> None:
    here.portals("a", sections=TWO)
    here.server.following.clear()
    here.server.script[f"{HOST}/b.html"] = [ok(listing(["/2.html"]))]
    here.server.script[f"{HOST}/2.html"] = [BROKEN, piece(2)]
    assert here.asked("patrol").count("/2.html") == 1
    assert here.rows("select url from section_states where entries_hash != ''") == []
    here.server.lists[HOST] = ["/1.html"]
    assert here.asked("patrol") == ["/list.html", "/b.html", "/2.html"]
    assert len(here.rows("select url from section_states where entries_hash != ''")) == 2


def test_a_first_page_that_repeats_another_section_does_not_end_its_own(here: Place) -> None:
    here.portals("a", sections=TWO)
    here.server.following.clear()
    here.server.script[f"{HOST}/b.html"] = [ok(listing(["/2.html"], "/b2.html"))]
    here.server.script[f"{HOST}/b2.html"] = [ok(listing(["/3.html"]))]
    here.asked("patrol")
    assert stored(here) == {f"/{number}.html" for number in (1, 2, 3)}


def test_a_section_on_which_a_spiders_own_rule_fails_is_a_failed_one(here: Place) -> None:
    here.portals("a", entries="lambda self, page: 1 / 0")
    here.change("a", entry_date="None")
    for _ in range(2):
        done = here.scrapy("patrol", "--due")
    assert done.stdout.startswith("Nothing is due before "), "it is tried again soon, not at once"
    assert here.rows("select verdict from health") == [("failing",)]
    assert here.scrapy("patrol").returncode == 1


def test_an_answer_that_nothing_changed_counts_only_for_who_asked_that(here: Place) -> None:
    here.portals("a")
    here.server.script[f"{HOST}/list.html"] = [("304 Not Modified", "", b"")]
    assert here.scrapy("patrol").returncode == 1
    assert here.rows("select verdict from health") == [("failing",)]


def test_a_portal_that_cannot_be_started_leaves_the_record_of_the_others(here: Place) -> None:
    here.portals("a", "b")
    here.server.lists["b.example"] = ["/1.html"]
    here.change("b", from_crawler="classmethod(lambda cls, crawler: 1 / 0)")
    done = here.scrapy("patrol")
    assert done.returncode == 1
    assert "it could not be started" in done.stdout
    ended = dict(here.rows("select portal, reason from run_portals where finished_at is not null"))
    assert ended == {"a": "finished", "b": "it could not be started"}
