"""What a portal may cost a day, to the last request and over midnight, and for whom a wish to wait holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripted import Place, place, status

HOST = "a.example"
# A minute passes with every request.
CLOCK = (
    "lambda self: __import__('datetime').datetime.fromisoformat('2026-05-01T23:57:30+08:00')"
    " + __import__('datetime').timedelta(minutes=self.crawler.stats.get_value('portalwatch/requests', 0))"
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path) as made:
        made.server.lists[HOST] = [f"/{number}.html" for number in range(4)]
        made.portals("a")
        yield made


def test_the_requests_before_midnight_are_of_the_day_before(here: Place) -> None:
    here.change("a", now=CLOCK)
    assert len(here.asked("patrol", REQUESTS_A_DAY="3")) == 5
    assert here.rows("select spent, spent_on, wait_until from portal_states") == [(3, "2026-05-02", None)]


def test_a_portal_is_not_due_whose_last_request_of_the_day_ended_its_visit(here: Place) -> None:
    here.asked("patrol", "--due", REQUESTS_A_DAY="6")
    assert here.rows("select spent, wait_until from portal_states") == [(6, None)]
    here.make_due()
    assert here.scrapy("patrol", "--due", REQUESTS_A_DAY="6").stdout.startswith("Nothing is due before ")
    assert here.asked("patrol", "--due", REQUESTS_A_DAY="7") == ["/list.html"]


def test_a_wish_to_be_left_alone_binds_for_its_own_host(here: Place) -> None:
    for number in (1, 3):
        leads = f"Location: http://elsewhere.example/{number}.html"
        here.server.script[f"{HOST}/{number}.html"] = [status("302 Found", leads)]
        busy = status("503 Service Unavailable", "Retry-After: 600")
        here.server.script[f"elsewhere.example/{number}.html"] = [busy]
    assert here.scrapy("patrol").returncode == 0
    assert len(here.rows("select url from articles")) == 2
    assert here.rows("select wait_until from portal_states") == [(None,)]
    asked = here.server.asked("elsewhere.example")
    assert len([path for path in asked if path != "/robots.txt"]) == 1
