"""What happens to portals, replayed on a scripted clock: alarms that name it, and none without cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from crawler.monitor.alarm import Notice
from crawler.monitor.measures import Measures
from crawler.monitor.verdict import State
from tests.monitor.replay import CHINA, Portal

Change = Callable[[Measures, Portal], None]


def date_moved(measures: Measures, portal: Portal) -> None:
    if measures.articles:
        measures.filled["published"] = 0


def container_renamed(measures: Measures, portal: Portal) -> None:
    if measures.articles:
        measures.fallbacks["body"] = measures.articles


def container_gone(measures: Measures, portal: Portal) -> None:
    measures.refused, measures.refusals = measures.articles, {"no-body": measures.articles}
    if measures.articles:
        measures.failure = f"none of {measures.articles} articles could be read"
    nothing_read(measures, portal)
    if not measures.refused:
        measures.refusals = {}


def nothing_read(measures: Measures, portal: Portal) -> None:
    measures.new = measures.articles = 0
    measures.filled, measures.lengths, measures.fallbacks = {}, [], {}
    measures.ended = measures.leftover = 0


def half_bodies(measures: Measures, portal: Portal) -> None:
    measures.lengths = [length // 2 for length in measures.lengths]
    measures.ended = sum(portal.chance.random() < 0.45 for _ in range(measures.articles))


def first_paragraphs(measures: Measures, portal: Portal) -> None:
    measures.lengths = [length // 5 for length in measures.lengths]


def mojibake(measures: Measures, portal: Portal) -> None:
    measures.garbled = measures.articles


def chrome(measures: Measures, portal: Portal) -> None:
    measures.leftover = measures.articles


def list_dead(measures: Measures, portal: Portal) -> None:
    nothing_read(measures, portal)
    measures.sections, measures.requested = {}, 0
    measures.faults, measures.errors, measures.failure = (
        {"empty-list": 2},
        2,
        "2 section page(s) could not be read",
    )


def list_taken_for_another(measures: Measures, portal: Portal) -> None:
    measures.sections["要闻"] = 5


def silence(measures: Measures, portal: Portal) -> None:
    nothing_read(measures, portal)
    measures.requested = 0


def challenges(measures: Measures, portal: Portal) -> None:
    list_dead(measures, portal)
    measures.faults, measures.blocked, measures.finish = {"blocked": 1}, 1, "blocked"


def unreachable(measures: Measures, portal: Portal) -> None:
    list_dead(measures, portal)
    measures.faults = {"dns": 2}


CASES: dict[str, tuple[Change, State, str, int]] = {
    "the date moved": (date_moved, State.DRIFT, "published", 10),
    "the container has another name": (container_renamed, State.DRIFT, "body", 10),
    "the container is empty": (container_gone, State.DRIFT, "body", 5),
    "the first paragraph of each body": (first_paragraphs, State.DRIFT, "body", 10),
    "mojibake": (mojibake, State.DRIFT, "text", 10),
    "the portal's furniture in each body": (chrome, State.DRIFT, "boilerplate", 10),
    "the list's selector is dead": (list_dead, State.DRIFT, "entries", 1),
    "the selector finds a small box": (list_taken_for_another, State.DRIFT, "entries", 1),
    "nothing new": (silence, State.SILENT, "", 14),
    "challenge pages": (challenges, State.BLOCKED, "", 1),
    "no such host": (unreachable, State.FAILING, "", 1),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("label", CASES)
def test_what_breaks_is_told_once_by_its_name_and_when_it_is_over(label: str, seed: int) -> None:
    change, state, field, days = CASES[label]
    portal = Portal(seed, articles=8).run(40)
    assert portal.notices == []
    began = portal.at
    portal.run(days, change)
    (at, notice, verdict) = portal.notices[0]
    assert (notice, verdict.state) == (Notice.ALARM, state)
    assert at - began <= timedelta(days=days)
    if field:
        assert field in verdict.fields
        assert any(reason.startswith(f"{field}:") for reason in verdict.reasons)
    else:
        assert not verdict.fields
    assert [notice for _, notice, _ in portal.notices] == [Notice.ALARM]
    portal.run(5)
    assert [notice for _, notice, _ in portal.notices] == [Notice.ALARM, Notice.RECOVERED]


@pytest.mark.parametrize("seed", range(3))
def test_half_bodies_are_told(seed: int) -> None:
    portal = Portal(seed, articles=8).run(40).run(21, half_bodies)
    (_, notice, verdict) = portal.notices[0]
    assert (notice, verdict.state, verdict.fields) == (Notice.ALARM, State.DRIFT, ("body",))


@pytest.mark.parametrize("seed", range(3))
def test_a_slow_decay_is_told_though_each_run_is_like_the_one_before(seed: int) -> None:
    portal = Portal(seed, articles=8).run(45)
    began = portal.at

    def decay(measures: Measures, portal: Portal) -> None:
        share = max(1 - 0.4 * ((portal.at - began) / timedelta(days=42)), 0.6)
        if measures.articles:
            chance = portal.chance
            measures.filled["published"] = sum(chance.random() < share for _ in range(measures.articles))

    portal.run(63, decay)
    (_, notice, verdict) = portal.notices[0]
    assert (notice, verdict.state, verdict.fields) == (Notice.ALARM, State.DRIFT, ("published",))


@pytest.mark.parametrize("weekend", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("articles", "runs"), [(0.5, 4), (2, 4), (8, 8), (40, 12)])
def test_quiet_weeks_bring_no_alarm(articles: float, runs: int, weekend: float) -> None:
    # Sixty days with the National Day week, and sixty with the Spring Festival, behind a month of history.
    for begin in (datetime(2026, 8, 3, tzinfo=CHINA), datetime(2026, 12, 28, tzinfo=CHINA)):
        portal = Portal(round(articles * 10 + weekend * 100), articles, weekend, runs, begin).run(90)
        assert portal.notices == []


def test_few_runs_and_articles_are_no_past_to_compare_with() -> None:
    portal = Portal(1, articles=2).run(2).run(3, date_moved)
    assert portal.notices == []
