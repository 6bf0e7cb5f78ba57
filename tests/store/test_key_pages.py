"""Fingerprints on PostgreSQL: what was packed is found, taken out and checked as what was not."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from crawler.store import candidates, checking, key_pages
from crawler.store.articles import Outcome, Saver, save
from crawler.store.checks.report import Finding, Report
from crawler.store.database import Database
from tests.store.builders import PIECE, article

if TYPE_CHECKING:
    from crawler import items

pytestmark = pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)


def rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM fingerprints")) or 0


def test_keys_that_move_into_pages_and_out_of_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_pages, "AT_FIRST", 300)
    monkeypatch.setattr(key_pages, "PAGE", 60)
    monkeypatch.setattr(key_pages, "AN_ARTICLE", 1)
    draw = random.Random(7)  # noqa: S311  the same each time
    held: set[tuple[int, int]] = set()
    for batch in range(40):
        first = batch * 10 + 1
        new = {
            (one, draw.choice((draw.randrange(2**48), draw.randrange(40))))
            for one in range(first, first + 10)
            for _ in range(9)
        }
        gone = draw.sample(sorted({one for one, _ in held}), k=min(2, batch))
        with database.writing() as session:
            candidates.write(session.connection(), [(key, one) for one, key in sorted(new)])
            key_pages.fold(session.connection(), 10, first + 9)
            for one in gone:
                candidates.remove(session, one, [key for other, key in held if other == one])
        held = {(one, key) for one, key in held | new if one not in gone}
    with database.reading() as session:
        assert sorted(candidates.stored(session)) == sorted(held)
        asked = [*range(50), *(key for _, key in sorted(held)[:200])]
        hits = candidates.hits(session.connection(), asked)
        for key in asked:
            articles = sorted((one for one, other in held if other == key), reverse=True)
            assert hits.get(key, []) == articles[: candidates.A_KEY]
    assert 0 < rows(database) < len(held)  # so both were asked


def batch(database: Database, *articles: items.Article) -> list[tuple[Outcome, int, bool]]:
    saver = Saver(batched=True)
    with database.writing() as session:
        saver.expect(session, articles)
        saved = [saver.save(session, one) for one in articles]
        saver.finish(session)
    return [(one.outcome, one.story_id, one.reprint) for one in saved]


def checked(database: Database, *, fix: bool = False) -> list[Finding]:
    found: list[Finding] = []
    checking.check(database, Report(fix, found.append), lambda _: None)
    return found


OTHER = "本县今年新建了三座桥，方便了两岸的村民来往，其中一座在九月通车，另外两座明年完工。"


def test_stories_do_not_see_the_difference(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_pages, "AT_FIRST", 1)
    batch(database, article(), article(OTHER, url="http://b.example/2", title="桥"))
    batch(database, article("什么也没有发生，只是天气凉了。", url="http://c.example/3", title="天气"))
    assert rows(database) == 0
    assert batch(database, article(url="http://d.example/4")) == [(Outcome.NEW, 1, True)]
    with database.writing() as session:
        assert save(session, article(OTHER.replace("三", "四"))).outcome is Outcome.CHANGED
    assert checked(database) == []
    assert batch(database, article(OTHER, url="http://e.example/5", title="桥")) == [(Outcome.NEW, 2, True)]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE fingerprint_pages SET packed = '123'",
        "DELETE FROM fingerprint_pages",
        "UPDATE fingerprint_pages SET first = first + 1",
        "INSERT INTO fingerprint_pages SELECT first + 1, packed FROM fingerprint_pages",
    ],
)
def test_damaged_pages(database: Database, damage: str) -> None:
    batch(database, article(), article(OTHER, url="http://b.example/2", title="桥"))
    with database.writing() as session:
        key_pages.fold_all(session.connection())
    assert checked(database) == []
    with database.writing() as session:
        session.execute(text(damage))
    assert {one.kind for one in checked(database)} == {"fingerprints"}
    assert all(one.repaired for one in checked(database, fix=True))
    assert checked(database) == []
    assert batch(database, article(PIECE, url="http://d.example/4")) == [(Outcome.NEW, 1, True)]
