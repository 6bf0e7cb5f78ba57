from __future__ import annotations

import pytest

from bench.extraction_score import blanks, score, summary

GOLD = {
    "body": "今天夜间到明天白天，全市以多云为主。\n请注意添衣。",
    "title": "明天多云",
    "published": "2024-03-05T08:30:00",
    "source": "某县气象局",
    "authors": ["甲乙"],
    "must_not_contain": ["版权所有", "添衣"],
}
RIGHT = {
    "body": GOLD["body"],
    "title": "明天多云",
    "published": "2024-03-05 08:30",
    "source": "某县气象局",
    "authors": ["甲乙"],
    "ms": 2.0,
}


def test_a_right_reading_has_full_marks() -> None:
    row = score(GOLD, RIGHT)
    assert row.pop("ms") == 2.0
    assert {key for key, value in row.items() if value != 1.0} == {"leak", "empty", "error"}
    assert row["leak"] == row["empty"] == row["error"] == 0.0


def test_width_and_white_space_do_not_count() -> None:
    body = " 今天夜间到明天白天,全市以多云为主。请注意\u3000添衣。\u200b"
    assert score(GOLD, {**RIGHT, "body": body})["f1"] == 1.0


def test_body_f1_is_of_four_character_pieces() -> None:
    row = score({"body": "甲乙丙丁戊"}, {"body": "甲乙丙丁己庚", "ms": 1.0})
    assert row["f1"] == pytest.approx(2 * 1 / (2 + 3))
    assert row["good"] == 0.0


def test_a_string_of_the_body_is_no_leak() -> None:
    assert score(GOLD, {**RIGHT, "body": f"{GOLD['body']}版权所有"})["leak"] == 1.0
    assert score(GOLD, RIGHT)["leak"] == 0.0


@pytest.mark.parametrize(
    ("given", "day", "minute"),
    [
        ("2024-03-05", 1.0, 0.0),
        ("2024年3月5日 08:30", 1.0, 1.0),
        ("2024-03-05T08:30:59+08:00", 1.0, 1.0),
        ("2024-03-05T00:30:00.000Z", 1.0, 1.0),
        ("2024-03-04T23:30:00-01:00", 1.0, 1.0),
        ("2024-03-06 08:30", 0.0, 0.0),
        ("2024-13-45T99:99Z", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_dates(given: str, day: float, minute: float) -> None:
    row = score(GOLD, {**RIGHT, "published": given})
    assert (row["day"], row["minute"]) == (day, minute)


def test_names_are_compared_as_sets_where_the_page_shows_some() -> None:
    assert score(GOLD, {**RIGHT, "authors": ["丙丁", "甲 乙"]})["authors"] == pytest.approx(2 / 3)
    assert "authors" not in score({**GOLD, "authors": []}, RIGHT)


def test_what_is_not_known_is_not_scored() -> None:
    row = score({"body": "甲乙丙丁", "title": None, "published": None}, RIGHT)
    assert row.keys().isdisjoint({"title", "day", "minute", "source", "authors", "leak"})


def test_a_field_that_a_system_gives_elsewhere_is_missing_here() -> None:
    first, second = blanks(
        [{"body": "甲", "title": "乙", "ms": 1.0}, {"body": None, "title": None, "ms": 1.0}]
    )
    assert "source" not in first
    assert second["title"] == second["body"] == ""
    assert score(GOLD, second)["title"] == 0.0
    assert score(GOLD, second)["empty"] == 1.0


def test_time_is_compared_page_by_page() -> None:
    slow, fast = [{"ms": 10.0}, {"ms": 40.0}, {"ms": 10.0}], [{"ms": 5.0}, {"ms": 10.0}, {"ms": 8.0}]
    assert summary(fast, slow) == {"ms": 8.0, "x": 0.5}
