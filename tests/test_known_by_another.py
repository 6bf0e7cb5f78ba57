"""Entries that are no article by their own address lead no visit on through a list, nor are they missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import listing
from tests.scripted import Answer, Place, ok, piece, place, status

HOST = "a.example"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as made:
        made.portals("a")
        pages = [[f"/{number + more}.html" for more in (0, 10, 20, 30, 40)] for number in (1, 3, 5)]
        made.server.lists[HOST] = pages[0]
        made.server.following[HOST] = "/l2.html"
        made.server.script[f"{HOST}/l2.html"] = [ok(listing(pages[1], "/l3.html"))]
        made.server.script[f"{HOST}/l3.html"] = [ok(listing(pages[2]))]
        yield made


def every(here: Place, answer: Answer) -> None:
    for number in (1, 3, 5):
        here.server.script[f"{HOST}/{number}.html"] = [answer]


def test_what_redirects_to_an_article_is_asked_for_once_a_day(here: Place) -> None:
    for number in (1, 3, 5):
        leads = status("301 Moved Permanently", f"Location: http://{HOST}/art/{number}.html")
        here.server.script[f"{HOST}/{number}.html"] = [leads]
    here.asked("patrol")
    assert len(here.rows("select url from articles")) == 15
    here.server.lists[HOST].insert(0, "/0.html")
    assert here.asked("patrol") == ["/list.html", "/l2.html", "/0.html"]
    here.rows("update page_states set checked_at = '2026-01-01 00:00:00'")
    here.server.lists[HOST].insert(0, "/00.html")
    assert "/art/1.html" in here.asked("patrol")


@pytest.mark.parametrize("answer", [ok(b"<html><body><h1>-</h1></body></html>"), status("404 Not Found")])
def test_what_is_no_article_leads_no_further_and_is_looked_at_again(here: Place, answer: Answer) -> None:
    every(here, answer)
    here.asked("patrol")
    here.server.lists[HOST].insert(0, "/0.html")
    asked = here.asked("patrol")
    assert "/l3.html" not in asked
    assert "/1.html" in asked
    here.server.script[f"{HOST}/1.html"] = [piece(1)]
    here.server.lists[HOST].insert(0, "/00.html")
    here.asked("patrol")
    assert here.rows("select count(*) from articles where url like '%/1.html'") == [(1,)]
    here.server.lists[HOST].insert(0, "/000.html")
    assert "/1.html" not in here.asked("patrol")


def test_what_was_not_read_for_a_while_is_found_again_on_all_pages(here: Place) -> None:
    articles = [f"{HOST}/{number + more}.html" for number in (1, 3, 5) for more in (0, 10, 20, 30, 40)]
    here.server.script |= {url: [ok(b"<html><body><h1>-</h1></body></html>")] for url in articles}
    here.asked("patrol")
    assert here.rows("select url from articles") == []
    for url in articles:
        del here.server.script[url]
    here.server.lists[HOST].insert(0, "/0.html")
    here.asked("patrol")
    assert len(here.rows("select url from articles")) == 16
