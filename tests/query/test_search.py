from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.query.errors import QueryError
from crawler.query.moments import MomentError, since, until
from crawler.query.search import Search, parse_search
from crawler.query.syntax import And, Not, Term

NOW = datetime(2026, 5, 10, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12h", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14)),
        ("1y", NOW - timedelta(days=365)),
        ("2026-05-01", datetime(2026, 4, 30, 16, 0, tzinfo=UTC)),
        ("2026-5", datetime(2026, 4, 30, 16, 0, tzinfo=UTC)),
        ("2026", datetime(2025, 12, 31, 16, 0, tzinfo=UTC)),
        ("2026-05-01T00:00+00:00", datetime(2026, 5, 1, tzinfo=UTC)),
    ],
)
def test_since(text: str, expected: datetime) -> None:
    assert since(text, NOW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("2026-05-01", datetime(2026, 5, 1, 16, 0, tzinfo=UTC)),
        ("2026-01", datetime(2026, 1, 31, 16, 0, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("2026", datetime(2026, 12, 31, 16, 0, tzinfo=UTC)),
    ],
)
def test_until_includes_the_date(text: str, expected: datetime) -> None:
    assert until(text, NOW) == expected


@pytest.mark.parametrize(
    "text", ["", "7", "d", "-7d", "1.5d", "2026-13-01", "yesterday", "9999y", "0000", "9999"]
)
def test_what_names_no_time(text: str) -> None:
    with pytest.raises(MomentError, match="is no time: write 12h"):
        since(text, NOW)


def test_times_stand_anywhere_outside_the_query() -> None:
    found = parse_search("since:7d 低空 until:2026-05-01 -通航", NOW)

    assert found == Search(
        And((Term("低空", "低空"), Not(Term("通航", "通航")))),
        NOW - timedelta(days=7),
        datetime(2026, 5, 1, 16, 0, tzinfo=UTC),
    )
    assert parse_search("  ", NOW) == Search()
    assert parse_search("-通航", NOW) == Search(Not(Term("通航", "通航")))


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("水 since:", 3, "needs a time"),
        ("水 since:7x", 9, "is no time"),
        ("(水 since:7d)", 4, "outside brackets"),
        ("水 -since:7d", 4, "not behind OR or -"),
        ("水 OR since:7d", 6, "not behind OR or -"),
        ("since:7d since:2d 水", 10, "stands once"),
        ("since:7d (水", 10, "never closed"),
    ],
)
def test_a_wrong_search_is_told_where(text: str, position: int, reason: str) -> None:
    with pytest.raises(QueryError, match=reason) as raised:
        parse_search(text, NOW)
    assert raised.value.position == position


@given(st.text(alphabet='水火 ()-"“”:：sinceuntil70dOR', max_size=40))
def test_any_text_is_a_search_or_an_error(text: str) -> None:
    position = 1
    try:
        parse_search(text, NOW)
    except QueryError as error:
        position = error.position
    assert 1 <= position <= len(text) + 1
