"""When a section is due: it follows what appeared, keeps within bounds, and beats a fixed interval."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bench import schedule
from crawler.monitor.duetimes import Bounds, next_visit, retry
from crawler.monitor.hours import Hours, length, midnight
from crawler.monitor.rhythm import Rhythm, Stretch
from crawler.text.clock import LOCAL

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=LOCAL)
HOUR = timedelta(hours=1)


def minute(at: datetime) -> Stretch:
    return Stretch(at, at + timedelta(minutes=1))


def busy(a_day: int, days: int = 20) -> Rhythm:
    """Return the rhythm of a section that brings so many articles a day between 9 and 17 o'clock."""
    rhythm = Rhythm()
    start = MONDAY - timedelta(days=days, hours=1)
    moments = [
        start + timedelta(days=day, hours=8 * part / a_day) for day in range(days) for part in range(a_day)
    ]
    rhythm.begin(MONDAY, [minute(one) for one in moments])
    return rhythm


def test_a_busy_section_is_due_sooner_than_a_quiet_one() -> None:
    many, few = (next_visit(busy(n), MONDAY, Bounds()) - MONDAY for n in (16, 1))
    assert many < few


def test_at_night_a_section_that_publishes_by_day_is_left_alone() -> None:
    rhythm = busy(8)
    noon = MONDAY.replace(hour=12)
    night = MONDAY.replace(hour=22)
    assert next_visit(rhythm, night, Bounds()) - night > 2 * (next_visit(rhythm, noon, Bounds()) - noon)


def test_nothing_known_is_something_between_the_bounds() -> None:
    rhythm = Rhythm()
    rhythm.begin(MONDAY, [])
    bounds = Bounds(HOUR, 6 * HOUR)
    assert MONDAY + HOUR <= next_visit(rhythm, MONDAY, bounds) <= MONDAY + 6 * HOUR


@pytest.mark.parametrize(("a_day", "expected"), [(40, "2h"), (1, "3h")])
def test_a_spider_states_its_bounds(a_day: int, expected: str) -> None:
    bounds = Bounds().within(("2h", "3h"))
    waited = next_visit(busy(a_day), MONDAY.replace(hour=20), bounds) - MONDAY.replace(hour=20)
    assert timedelta(hours=2) <= waited <= timedelta(hours=3)
    if a_day == 40:
        assert next_visit(busy(a_day), MONDAY, bounds) - MONDAY == length(expected)


def test_silence_makes_visits_rarer_and_news_make_them_more_frequent() -> None:
    rhythm = busy(2)
    before = rhythm.level
    at = MONDAY
    for _ in range(30):
        at += timedelta(hours=12)
        rhythm.observe(at, [])
    silent = rhythm.level
    assert silent < before / 1.5
    for _ in range(30):
        at += timedelta(hours=2)
        rhythm.observe(at, [minute(at - HOUR), None])
    assert rhythm.level > silent


def test_old_entries_that_are_pinned_to_the_top_count_for_nothing() -> None:
    plain, pinned = Rhythm(), Rhythm()
    dated = [minute(MONDAY - timedelta(hours=5 * n)) for n in range(1, 20)]
    plain.begin(MONDAY, dated)
    pinned.begin(MONDAY, [*dated, minute(MONDAY - timedelta(days=900))])
    assert pinned.level == pytest.approx(plain.level, rel=0.3)


def test_the_rhythm_is_kept_and_read_again() -> None:
    rhythm = busy(3)
    assert Rhythm.of(rhythm.as_dict()) == rhythm
    assert Rhythm.of({}) == Rhythm() == Rhythm.of({"another": "program"})


def test_a_section_that_cannot_be_read_is_tried_again_ever_more_rarely() -> None:
    waits = [retry(times, MONDAY, Bounds()) - MONDAY for times in (1, 2, 3, 50)]
    assert waits == [timedelta(minutes=15), timedelta(minutes=30), HOUR, timedelta(days=1)]


@pytest.mark.parametrize(
    ("text", "at", "opens"),
    [
        ("", "03:00", "03:00"),
        ("06:00-23:00", "05:59", "06:00"),
        ("06:00-23:00", "06:00", "06:00"),
        ("06:00-23:00", "23:00", "06:00 next"),
        ("22:00-06:00", "23:30", "23:30"),
        ("22:00-06:00", "07:00", "22:00"),
        ("06:00-24:00", "23:59", "23:59"),
    ],
)
def test_visits_wait_for_their_hours(text: str, at: str, opens: str) -> None:
    clock, _, later = opens.partition(" ")
    day = MONDAY + timedelta(days=bool(later))
    expected = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), LOCAL)  # noqa: DTZ007  a clock
    moment = datetime.combine(MONDAY, datetime.strptime(at, "%H:%M").time(), LOCAL)  # noqa: DTZ007  the zone is put on beside it
    assert Hours.parse(text).opens(moment) == expected


def test_a_visit_is_never_due_out_of_hours() -> None:
    bounds = Bounds(hours=Hours.parse("06:00-23:00"))
    found = next_visit(busy(40), MONDAY.replace(hour=22, minute=55), bounds)
    assert found.astimezone(LOCAL) == MONDAY.replace(hour=6) + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "5", "0m", "1w", "-1h", "1h30m"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        length(text)


@pytest.mark.parametrize("text", ["6-23", "06:00-06:00", "25:00-26:00", "06:00"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no hours of the day"):
        Hours.parse(text)


def test_a_day_ends_at_midnight_of_the_portals() -> None:
    assert midnight(MONDAY).astimezone(LOCAL) == datetime(2026, 3, 3, tzinfo=LOCAL)


@pytest.mark.parametrize("pattern", ["office hours", "bursts", "daily", "weekly"])
def test_articles_wait_a_third_less_than_by_a_fixed_interval_of_as_many_requests(pattern: str) -> None:
    end = schedule.BEGIN + timedelta(days=schedule.DAYS)
    found = schedule.compare(schedule.made(pattern, "day", seeds=2), schedule.BEGIN, end, Bounds())
    assert found["median"] <= 0.7 * found["fixed median"]
    assert found["late"] <= 0.7 * found["fixed late"]
