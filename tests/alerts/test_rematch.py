from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from crawler.alerts import watches
from crawler.alerts.live import LiveRules
from crawler.alerts.outbox import record, record_withdrawn
from crawler.alerts.rematch import Rematched, rematch
from crawler.query.parser import parse
from crawler.store.articles import Saved, save
from crawler.store.batches import Batches, Job
from crawler.store.database import Database, open_database
from crawler.store.models import Article
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

LATER = NOON + timedelta(days=3)
WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        save(session, article(published=NOON + timedelta(hours=1), source="第二家"))
        save(session, article(url="http://b.example/1", portal="b", published=NOON, source="第一家"))
        save(session, article("茶馆开张，来客不断。", title="茶馆", url="http://b.example/2", portal="b"))
        watches.add(session, "船运", "码头 (航道 OR 河道)")
    yield opened
    opened.close()


def asked(database: Database, **options: object) -> Rematched:
    with database.reading() as session:
        watch = watches.get(session, "船运")
        session.expunge(watch)
    return rematch(database, watch, parse(watch.query), at=LATER, **options)  # type: ignore[arg-type]  # keywords of many kinds


def test_a_story_alerts_once_by_its_first_source(database: Database) -> None:
    assert asked(database) == Rematched(articles=2, stories=1, alerts=1)
    assert asked(database) == Rematched(articles=2, stories=1, alerts=0)

    with database.reading() as session:
        (alert,) = watches.alerts(session, "船运")
    assert (alert.source, alert.first_source, alert.reprints, alert.kind) == ("第一家", "第一家", 1, "new")
    assert alert.words == ("码头", "河道")
    assert "码头" in alert.excerpts[0]
    assert alert.found == LATER


def test_an_alert_names_only_what_the_article_has(database: Database) -> None:
    with database.writing() as session:
        watches.get(
            session, "船运"
        ).query = "title:招聘 OR source:晚报 OR region:徐州 OR kind:withdrawn OR title:青石渡 OR 航道 OR 码头"
    asked(database)
    with database.reading() as session:
        (alert,) = watches.alerts(session, "船运")
    assert alert.words == ("title:青石渡", "码头")


def test_a_story_that_a_crawl_tells_of_meanwhile_is_told_once(database: Database, database_url: str) -> None:
    copy = article(url="http://c.example/1", portal="c", fetched=LATER)
    other, rules = open_database(database_url), LiveRules()
    found: list[Rematched] = []
    asking = Thread(target=lambda: found.append(asked(other)))

    def tell(session: Session, saved: Saved) -> None:
        now = rules.now(session)
        assert record(session, saved, copy, now.matcher.match(copy), now.ids) == 1
        asking.start()
        while not database.is_sqlite and not session.scalar(WAITING):
            assert asking.is_alive()

    batches = Batches(database, count=1)
    job = Job(copy, [tell])
    batches.put(job)
    batches.close()
    assert job.done.result().reprint
    asking.join()
    other.close()
    assert [one.alerts for one in found] == [0]
    with database.reading() as session:
        assert [alert.kind for alert in watches.alerts(session, "船运")] == ["reprint"]


def test_only_since(database: Database) -> None:
    assert asked(database, since=NOON + timedelta(minutes=30)).articles == 1
    assert asked(database, since=LATER) == Rematched(0, 0, 0)


def test_a_withdrawal_is_told_once(database: Database) -> None:
    with database.writing() as session:
        stored = session.query(Article).filter_by(url="http://b.example/1").one()
        rules = LiveRules().now(session)
        matched = rules.matcher.match(article(PIECE), "withdrawn")
        assert record_withdrawn(session, stored, matched, rules.ids, at=LATER) == 1
        assert record_withdrawn(session, stored, matched, rules.ids, at=LATER) == 0
    with database.reading() as session:
        (alert,) = watches.alerts(session, "船运")
    assert alert.kind == "withdrawn"
    assert "码头" in alert.excerpts[0]


def test_rules_follow_the_database_without_a_restart(database: Database) -> None:
    time = 0.0
    live = LiveRules(lambda: time)

    def names() -> list[str]:
        with database.reading() as session:
            return [match.watch for match in live.now(session).matcher.match(article(PIECE))]

    assert names() == ["船运"]
    with database.writing() as session:
        watches.add(session, "船工", "船工")
    assert names() == ["船运"]
    time = 5.0
    assert names() == ["船工", "船运"]
    with database.writing() as session:
        watches.get(session, "船运").query = "火车"
    time = 10.0
    assert names() == ["船工"]


def test_a_query_that_cannot_be_read_spoils_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writing() as session:
        watches.add(session, "坏", "水").query = "(水"
    with database.reading() as session:
        matched = LiveRules().now(session).matcher.match(article(PIECE))

    assert [match.watch for match in matched] == ["船运"]
    assert "坏 is left out" in caplog.text
