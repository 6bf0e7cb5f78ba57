"""The rows of health and the states of portals, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from crawler.monitor import health, metrics, wording
from crawler.monitor.alarm import Notice
from crawler.monitor.measures import Measures
from crawler.monitor.verdict import State
from crawler.store import kept_pages, runs
from crawler.store.database import Database, open_database
from crawler.store.models import Health, PortalState

BEGIN = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)


def good() -> Measures:
    return Measures(
        lists=1,
        new=4,
        requested=4,
        requests=5,
        articles=4,
        filled={"published": 4},
        lengths=[400, 500, 600, 700],
    )


def undated() -> Measures:
    found = good()
    found.filled = {"published": 0}
    return found


class Clock:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = BEGIN

    def visit(self, measures: Measures) -> health.Noted:
        self.at += timedelta(hours=2)
        with self.database.writing() as session:
            run = runs.start(session, "patrol", at=self.at)
            row = runs.start_portal(session, run, "p", at=self.at)
            return health.note(session, row, "p", measures, self.at)


def test_a_drift_is_told_once_and_so_is_its_end(database_url: str) -> None:
    clock = Clock(open_database(database_url))
    assert {clock.visit(good()).notice for _ in range(10)} == {None}
    told = [clock.visit(undated()) for _ in range(5)]
    assert [one.notice for one in told] == [None, None, Notice.ALARM, None, None]
    title, text = wording.told(told[2], "渡口在线", clock.at, "en")
    assert title == "[portal ill] 渡口在线 (p): layout drift"
    assert "published: filled 0 of 4, 100% before" in text
    with clock.database.reading() as session:
        state = session.scalars(select(PortalState)).one()
        assert (state.bad_runs, state.wait_until) == (5, None)
        assert state.alarm[0] == "drift"
        assert [row.verdict for row, _ in health.newest(session)] == ["drift"]
    ended = [clock.visit(good()) for _ in range(3)]
    assert Notice.RECOVERED in [one.notice for one in ended]
    clock.database.close()


def test_what_is_accepted_is_what_later_runs_are_compared_with(database_url: str) -> None:
    clock = Clock(open_database(database_url))
    for _ in range(10):
        clock.visit(good())
    for _ in range(4):
        clock.visit(undated())
    with clock.database.writing() as session:
        assert health.accept(session, "p") == 4
    assert {clock.visit(undated()).verdict.state for _ in range(6)} == {State.OK}
    clock.database.close()


def test_a_portal_that_fails_is_tried_more_rarely_and_never_dropped(database_url: str) -> None:
    clock = Clock(open_database(database_url))
    waits = []
    for _ in range(12):
        failed = Measures(failure="1 section page(s) could not be read", faults={"dns": 1})
        noted = clock.visit(failed)
        until = noted.standing.wait_until
        assert until is not None
        waits.append(until - clock.at)
    hours = timedelta(hours=1)
    assert waits[:4] == [0 * hours, 0.5 * hours, hours, 2 * hours]
    assert waits[-1] == 24 * hours
    assert clock.visit(good()).standing.wait_until is None
    clock.database.close()


def test_a_run_that_was_stopped_says_nothing(database_url: str) -> None:
    clock = Clock(open_database(database_url))
    clock.visit(Measures(blocked=1, finish="blocked"))
    noted = clock.visit(Measures(finish="shutdown"))
    assert noted.standing.bad_runs == 1
    with clock.database.reading() as session:
        assert session.scalars(select(Health.verdict).order_by(Health.run_portal_id)).all() == [
            "blocked",
            "-",
        ]
    clock.database.close()


def test_only_the_newest_kept_pages_stay(database_url: str) -> None:
    database = open_database(database_url)
    for number in range(5):
        with database.writing() as session:
            kept_pages.keep(
                session,
                "p",
                f"http://p.example/{number}",
                at=BEGIN,
                status=412,
                reason="challenge",
                headers={},
                body=b"x" * number,
                most=3,
            )
    with database.reading() as session:
        assert [page.url[-1] for page in kept_pages.listed(session, "p")] == ["4", "3", "2"]
        assert kept_pages.listed(session, "q") == []
    database.close()


def test_metrics_tell_the_newest_run(database_url: str) -> None:
    clock = Clock(open_database(database_url))
    clock.visit(undated())
    with clock.database.reading() as session:
        text = metrics.exposition(session).decode()
    assert 'portalwatch_run_new{portal="p"} 4.0' in text
    assert 'portalwatch_filled_ratio{field="published",portal="p"} 0.0' in text
    assert 'portalwatch_state{portal="p",state="ok"} 1.0' in text
    clock.database.close()
