"""Visits that were cut short: what they stored is no reason to look no further down a list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.store import runs
from crawler.store.articles import save
from crawler.store.known import Known
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from crawler.store.database import Database

HOUR = timedelta(hours=1)
GOOD = ("finished", {"new": 3, "not_stored": 0})


@pytest.mark.parametrize(
    ("visits", "since"),
    [
        ([], None),
        ([GOOD], None),
        ([GOOD, None], 1),  # killed
        ([None, GOOD], None),
        ([GOOD, None, None], 1),
        ([None, ("shutdown", {}), ("finished", {"not_stored": 2})], 0),
        ([None, GOOD, ("finished", {"not_stored": 2})], 2),
    ],
)
def test_the_first_visit_that_came_to_no_good_end_is_remembered(
    database: Database, database_url: str, visits: list[tuple[str, dict[str, int]] | None], since: int | None
) -> None:
    with database.writing() as session:
        for number, ended in enumerate(visits):
            run = runs.start(session, "patrol", at=NOON + number * HOUR)
            row = runs.start_portal(session, run, "cnxz", at=NOON + number * HOUR)
            if ended:
                runs.finish_portal(session, row, *ended)
        other = runs.start(session, "patrol", at=NOON)
        runs.start_portal(session, other, "xian", at=NOON)
    known = Known(database_url)
    assert known.interrupted_since("cnxz") == (None if since is None else NOON + since * HOUR)
    known.close()


def test_what_was_stored_since_is_told_from_what_was_stored_before(
    database: Database, database_url: str
) -> None:
    urls = [f"http://p.example/{number}" for number in range(3)]
    with database.writing() as session:
        for number, url in enumerate(urls[:2]):
            save(session, article(url=url, fetched=NOON + number * HOUR))
    known = Known(database_url)
    assert known.any_since(urls, NOON + HOUR)
    assert not known.any_since([urls[0], urls[2]], NOON + HOUR)
    assert not known.any_since([], NOON)
    known.close()
