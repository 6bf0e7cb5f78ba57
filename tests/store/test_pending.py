"""A batch puts its rows off, and nobody who asks in its transaction can tell."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from crawler.store.articles import Outcome, Saver
from crawler.store.fingerprints import keys
from crawler.store.models import Article, Fingerprint, Story, StoryMember, Version
from crawler.store.pending import AHEAD
from tests.store.builders import PIECE, article
from tests.world import ROOT

if TYPE_CHECKING:
    from crawler.store.database import Database

TEXTS = ROOT / "seeds/replicas/texts/a.jsonl"
OTHER = (
    "市气象台昨日发布暴雨预警，城东三条道路临时封闭，公交改道运行。预计雨势今夜减弱，明早六时起逐步恢复通行。"
    * 2
)


@pytest.mark.parametrize("expected", [False, True], ids=["one by one", "expected"])
@pytest.mark.parametrize("asking", [False, True], ids=["unseen", "asked between"])
def test_articles_of_one_batch_know_each_other(database: Database, *, expected: bool, asking: bool) -> None:
    batch = [
        article(PIECE, url="http://a.example/1"),
        article(OTHER, url="http://a.example/2"),
        article(f"本报讯 {PIECE}", url="http://b.example/3"),  # a reprint of the first
        article(PIECE, url="http://www.a.example/1"),  # the first again
        article(f"{OTHER}另有两条公交线路停运。", url="http://a.example/2"),  # the second, changed
        article(OTHER, url="http://c.example/4"),
    ]
    saver = Saver(batched=True)
    with database.writing() as session:
        if expected:
            saver.expect(session, batch)
        found = []
        for number, one in enumerate(batch, start=1):
            found.append(saver.save(session, one))
            if asking:
                stored = session.scalar(select(func.count()).select_from(Article))
                assert stored == (1, 2, 3, 3, 3, 4)[number - 1]
        saver.finish(session)

    assert [one.outcome for one in found] == [
        Outcome.NEW,
        Outcome.NEW,
        Outcome.NEW,
        Outcome.SAME,
        Outcome.CHANGED,
        Outcome.NEW,
    ]
    assert [one.reprint for one in found] == [False, False, True, False, False, True]
    assert found[2].story_id == found[0].story_id == found[3].story_id
    assert found[5].story_id == found[1].story_id == found[4].story_id
    with database.reading() as session:
        rows = session.execute(select(Version.id, Version.article_id).order_by(Version.id)).all()
        written = [(one.version_id, one.article_id) for one in found if one.outcome is not Outcome.SAME]
        assert sorted(written) == [tuple(row) for row in rows]
        for at, kept in ((0, batch[0]), (1, batch[4]), (2, batch[2]), (5, batch[5])):
            of_one = select(Fingerprint.key).where(Fingerprint.article_id == found[at].article_id)
            assert set(session.scalars(of_one)) == set(keys(kept.canonical_body))
        same = select(StoryMember.article_id).where(StoryMember.relation == "same")
        assert sorted(session.scalars(same)) == sorted({one.article_id for one in found})


def test_a_long_batch_is_numbered_on(database: Database) -> None:
    count = 2 * AHEAD + 3
    saver = Saver(batched=True)
    with database.writing() as session:
        for number in range(count):
            saver.save(session, article("略", url=f"http://a.example/{number}"))
        saver.finish(session)

    with database.reading() as session:
        for model in (Article, Version, Story):
            assert session.scalar(select(func.count()).select_from(model)) == count


def test_what_failed_is_forgotten(database: Database) -> None:
    saver = Saver(batched=True)

    def fail() -> None:
        with database.writing() as session:
            saver.save(session, article(PIECE, url="http://a.example/1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    saver.forget()
    with database.writing() as session:
        again = saver.save(session, article(PIECE, url="http://b.example/1"))
        saver.finish(session)

    assert not again.reprint
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == 1
        assert set(session.scalars(select(Fingerprint.article_id))) == {again.article_id}


def test_a_copy_finds_an_article_of_its_batch_that_was_compared_with_another(database: Database) -> None:
    notice = PIECE.replace("四十二万", "十七万").replace("一千三百", "二千六百")
    batch = [
        article(PIECE, url="http://a.example/1"),
        article(notice, url="http://a.example/2"),
        article(notice, url="http://b.example/3"),
    ]
    saver = Saver(batched=True)
    with database.writing() as session:
        found = [saver.save(session, one) for one in batch]
        saver.finish(session)

    assert [one.reprint for one in found] == [False, False, True]
    assert found[2].story_id == found[1].story_id


@pytest.mark.parametrize("expected", [False, True], ids=["one by one", "expected"])
def test_what_articles_of_a_batch_said_before_a_correction_leads_nowhere(
    database: Database, *, expected: bool
) -> None:
    corrected = PIECE.replace("四十二万", "十七万").replace("一千三百", "二千六百")
    texts = [(1, PIECE), (2, PIECE), (3, PIECE), (2, corrected), (3, corrected), (4, PIECE)]
    batch = [article(text, url=f"http://{number}.example/") for number, text in texts]
    saver = Saver(batched=True)
    with database.writing() as session:
        if expected:
            saver.expect(session, batch)
        found = [saver.save(session, one) for one in batch]
        saver.finish(session)

    assert found[-1].reprint
    assert found[-1].story_id == found[0].story_id


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_makes_the_stories_that_saving_one_by_one_makes(database: Database, seed: int) -> None:
    """Notices of a form and their copies, in any order: each is compared with what came just before."""
    kept = [json.loads(line) for line in TEXTS.read_text("utf-8").splitlines()]
    texts = [("\n".join(one["paragraphs"]), one["title"]) for one in kept if one["kind"] == "notice"]
    copies = [
        article(body, title=title, url=f"http://{host}.example/{number}")
        for number, (body, title) in enumerate(texts)
        for host in "ab"
    ]
    random.Random(seed).shuffle(copies)  # noqa: S311  no secret
    saver = Saver(batched=True)
    with database.writing() as session:
        saver.expect(session, copies)
        found = [saver.save(session, one) for one in copies]
        saver.finish(session)

    stories: dict[str, set[int]] = {}
    for one, saved in zip(copies, found, strict=True):
        stories.setdefault(one.canonical_body, set()).add(saved.story_id)
    assert [len(ids) for ids in stories.values()] == [1] * len(texts)
    assert sum(one.reprint for one in found) == len(texts)
