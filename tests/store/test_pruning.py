from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from crawler.store import checking, pruning, runs, stories
from crawler.store.articles import Saved, save
from crawler.store.checks.report import Report
from crawler.store.database import Database
from crawler.store.known import Known
from crawler.store.models import Alert, Article, Delivery, RawPage, Run, Story, StoryEvent, Version, Watch
from crawler.store.pruning import By, Pruning, Rule, prune, vacuum
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

OLD = NOON - timedelta(days=1000)
RULE = Rule(NOON - timedelta(days=365), feed=0)
OTHER = "本县今年新建了三座桥，方便了两岸的村民来往，其中一座在九月通车，另外两座明年完工。"


def keep(session: Session, body: str, number: int, at: datetime, seen: datetime | None = None) -> Saved:
    url = f"http://p{number}.example/{number}"
    return save(session, article(body, url=url, portal=f"p{number}", published=at, fetched=seen or at))


def last(database: Database, rule: Rule, *, dry: bool = False) -> Pruning:
    *_, made = prune(database, rule, dry=dry)
    return made


def whole(database: Database) -> None:
    """Assert that nothing is left of what was pruned."""
    found: list[object] = []
    report = Report(fix=False, tell=found.append)
    checking.check(database, report, lambda _: None)
    assert found == []


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def alert(session: Session, saved: Saved, at: datetime, *, fed: bool = True) -> None:
    watch = session.scalars(select(Watch)).one_or_none() or Watch(
        uid="w", name="w", query="q", created_at=OLD
    )
    session.add(watch)
    session.flush()
    session.add(Alert(uid=f"{saved.version_id}", watch_id=watch.id, story_id=saved.story_id,
        article_id=saved.article_id, version_id=saved.version_id, occasion="new", kind="new", words=[],
        excerpts=[], reprints=0, created_at=at, updated_at=at, fed=fed))  # fmt: skip


def raw(session: Session, saved: Saved, at: datetime, stored: int) -> None:
    session.add(RawPage(version_id=saved.version_id, part=1, url="", fetched_at=at, status=200, headers={},
        charset="", charset_reason="", size=0, stored=stored, packed=b"\x01"))  # fmt: skip


def test_what_is_old_goes_with_all_that_belongs_to_it(database: Database) -> None:
    with database.writing() as session:
        old = keep(session, PIECE, 1, OLD)
        keep(session, PIECE.replace("茶馆", "旅店"), 1, OLD)
        raw(session, old, OLD, 5)
        alert(session, old, OLD)
        new = keep(session, OTHER, 2, NOON)
        runs.start(session, "patrol", at=OLD)
        runs.start(session, "patrol", at=NOON)
        empty = Story(created_at=OLD, merged_into=old.story_id)
        session.add(empty)
        session.flush()
        session.add(StoryEvent(at=OLD, kind="merge", story_id=empty.id, other_id=old.story_id,
            article_id=old.article_id, articles=[1], reason="r"))  # fmt: skip

    expected = Pruning(stories=1, articles=1, versions=2, raw_pages=1, raw_bytes=5, alerts=1, runs=1)
    assert last(database, RULE, dry=True) == expected
    assert count(database, Article) == 2
    assert last(database, RULE) == expected

    with database.reading() as session:
        assert session.scalars(select(Article.id)).all() == [new.article_id]
        assert session.scalars(select(Story.id)).all() == [new.story_id]
        fingerprints = session.execute(text("SELECT DISTINCT article_id FROM fingerprints")).all()
        assert fingerprints == [(new.article_id,)]
    assert (count(database, Version), count(database, RawPage), count(database, Run)) == (1, 0, 1)
    with database.writing() as session:
        session.execute(text("DELETE FROM raw_pages"))
    whole(database)
    assert last(database, RULE) == Pruning()
    vacuum(database)


def test_a_pruned_address_stays_known(database: Database, database_url: str) -> None:
    with database.writing() as session:
        keep(session, PIECE, 1, OLD)
    last(database, RULE)
    known = Known(database_url)
    assert known.among(["http://p1.example/1", "http://p2.example/2"]) == {"http://p1.example/1"}
    known.close()


def test_a_story_stays_until_its_last_article_is_old(database: Database) -> None:
    with database.writing() as session:
        keep(session, PIECE, 1, OLD)
        reprint = keep(session, PIECE, 2, NOON)
        assert reprint.reprint
    assert last(database, RULE) == Pruning()
    later = Rule(NOON + timedelta(days=1), feed=0)
    assert last(database, later).articles == 2
    assert count(database, Story) == 0
    whole(database)


def test_a_part_is_let_go_by_the_story_that_goes(database: Database) -> None:
    with database.writing() as session:
        keep(session, PIECE, 1, OLD)
        digest = keep(session, "\n".join((OTHER * 3, PIECE, OTHER.replace("桥", "路") * 3)), 2, NOON)
        parts = session.execute(text("SELECT article_id FROM story_members WHERE relation = 'part'")).all()
        assert parts, "the page holds the piece of the old story"
    assert last(database, RULE).stories == 1
    with database.reading() as session:
        assert stories.story_of(session, digest.article_id) == digest.story_id
        assert [one.id for one, _ in stories.members(session, digest.story_id)] == [digest.article_id]
    whole(database)


@pytest.mark.parametrize(
    ("at", "fed", "feed", "stays"),
    [(OLD, True, 0, False), (OLD, True, 1, True), (OLD, False, 0, True), (NOON, True, 0, True)],
)
def test_what_a_feed_shows_stays(
    database: Database, at: datetime, *, fed: bool, feed: int, stays: bool
) -> None:
    with database.writing() as session:
        alert(session, keep(session, PIECE, 1, OLD), at, fed=fed)
    made = last(database, Rule(RULE.before, feed=feed))
    assert (made.shown, made.articles) == ((1, 0) if stays else (0, 1))
    assert count(database, Alert) == stays


def test_what_is_yet_to_be_sent_stays(database: Database) -> None:
    with database.writing() as session:
        alert(session, keep(session, PIECE, 1, OLD), OLD)
        session.add(
            Delivery(
                alert_id=1,
                target="t",
                next_at=OLD,
                created_at=OLD,
                idempotency_key="k",
                state="pending",
            )
        )
    assert last(database, RULE) == Pruning(shown=1)
    with database.writing() as session:
        session.get_one(Delivery, 1).state = "sent"
    assert last(database, RULE).articles == 1
    whole(database)


def test_age_counts_from_the_date_or_from_the_first_sight(database: Database) -> None:
    with database.writing() as session:
        keep(session, PIECE, 1, OLD, seen=NOON)
    assert last(database, Rule(RULE.before, By.SEEN)) == Pruning()
    assert last(database, RULE).articles == 1


def test_raw_pages_keep_to_their_budget(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "RAW_A_TIME", 10)
    with database.writing() as session:
        for number, body in enumerate((PIECE, OTHER, PIECE[:90])):
            saved = keep(session, body, number, NOON)
            raw(session, saved, NOON + timedelta(hours=number), 20)
    rule = Rule(RULE.before, raw_budget=40)
    assert last(database, rule, dry=True).over_budget == 20
    assert last(database, rule).over_budget == 20
    with database.reading() as session:
        assert session.scalars(select(RawPage.version_id).order_by(RawPage.version_id)).all() == [2, 3]
    assert count(database, Article) == 3


def test_stopping_leaves_a_whole_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "A_TIME", 1)
    with database.writing() as session:
        for number, body in enumerate((PIECE, OTHER, "另一件事。" * 30)):
            keep(session, body, number, OLD)
    steps = prune(database, RULE)
    assert next(steps).articles == 1
    del steps
    assert count(database, Article) == 2
    whole(database)
    assert last(database, RULE).articles == 2


def test_a_damaged_story_stays(database: Database) -> None:
    with database.writing() as session:
        keep(session, PIECE, 1, OLD)
        session.execute(text("UPDATE versions SET packed = :junk"), {"junk": b"junk"})
    assert last(database, RULE) == Pruning(damaged=1)
    assert count(database, Article) == 1
