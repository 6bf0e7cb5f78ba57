from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from opencc import OpenCC
from sqlalchemy import func, select

from crawler.store.articles import Change, Outcome, save
from crawler.store.database import Database
from crawler.store.known import Known
from crawler.store.models import Article, Portal, Section, Version
from tests.store.builders import NOON, PIECE, article

if TYPE_CHECKING:
    from crawler import items
    from crawler.store.articles import Saved


def keep(database: Database, *articles: items.Article) -> list[Saved]:
    saved = []
    for one in articles:
        with database.writing() as session:
            saved.append(save(session, one))
    return saved


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def test_a_title_of_two_lines_leaves_the_body_as_it_is(database: Database) -> None:
    keep(database, article(title="青石渡的船\n又多了"))
    with database.reading() as session:
        version = session.scalars(select(Version)).one()
        assert version.canonical_title == "青石渡的船 又多了"
        assert version.canonical_body == article().canonical_body


def test_an_article_is_new_once(database: Database) -> None:
    first, again = keep(database, article(), article(fetched=NOON + timedelta(days=1)))

    assert (first.outcome, first.change, first.reprint) == (Outcome.NEW, Change.FIRST, False)
    assert (again.outcome, again.change) == (Outcome.SAME, None)
    assert (again.article_id, again.version_id, again.story_id) == (
        first.article_id,
        first.version_id,
        first.story_id,
    )
    with database.reading() as session:
        row = session.scalars(select(Article)).one()
        assert row.first_seen == NOON + timedelta(hours=3)
        assert row.last_seen == NOON + timedelta(days=1)
        assert (row.published_at, row.published_precision) == (NOON, "minute")
        assert row.published_at is not None
        assert row.published_at.tzinfo is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://portal-a.example/news/1.html",
        "http://www.portal-a.example/news/1.html#top",
        "http://www.portal-a.example/news/1.html?utm_source=wechat",
    ],
)
def test_the_canonical_address_is_the_identity(database: Database, url: str) -> None:
    _, again = keep(database, article(), article(url=url, title="青石渡的船又多了"))

    assert again.outcome is Outcome.SAME
    assert count(database, Article) == 1


def test_other_title_at_the_same_address_is_a_version_not_a_duplicate(database: Database) -> None:
    _, changed = keep(database, article(), article(title="青石渡码头重现船影"))

    assert (changed.outcome, changed.change) == (Outcome.CHANGED, Change.MAJOR)
    assert count(database, Article) == 1
    with database.reading() as session:
        titles = session.scalars(select(Version.title).order_by(Version.number)).all()
        assert list(titles) == ["青石渡的船又多了", "青石渡码头重现船影"]
        assert session.scalars(select(Article.title)).one() == "青石渡码头重现船影"


def test_changed_words_make_a_major_version_with_what_was_added(database: Database) -> None:
    added = "镇里说，仓库将在九月动工。"
    _, changed = keep(database, article(), article(f"{PIECE}\n{added}"))

    assert (changed.outcome, changed.change) == (Outcome.CHANGED, Change.MAJOR)
    assert changed.added == "镇里说,仓库将在九月动工。"
    with database.reading() as session:
        versions = session.scalars(select(Version).order_by(Version.number)).all()
        assert [version.body for version in versions] == [PIECE, f"{PIECE}\n{added}"]


def test_punctuation_alone_is_a_minor_version(database: Database) -> None:
    _, changed = keep(database, article(), article(PIECE.replace("，", "、")))

    assert (changed.outcome, changed.change) == (Outcome.CHANGED, Change.MINOR)


def test_width_and_blanks_are_no_change(database: Database) -> None:
    body = PIECE.replace("，", ", ").replace("\n", "\n\u3000\u3000")
    _, again = keep(database, article(), article(body))

    assert again.outcome is Outcome.SAME


def test_script_is_no_change(database: Database) -> None:
    _, again = keep(database, article(), article(OpenCC("s2t").convert(PIECE)))

    assert again.outcome is Outcome.SAME


def test_attachments_take_part_in_the_version(database: Database) -> None:
    _, changed, same = keep(
        database, article(), article(attachments=("方案.pdf",)), article(attachments=("方案.pdf",))
    )

    assert (changed.outcome, changed.change) == (Outcome.CHANGED, Change.MAJOR)
    assert same.outcome is Outcome.SAME


def test_a_text_that_returns_to_an_earlier_one_is_a_version_again(database: Database) -> None:
    keep(database, article(), article(f"{PIECE}\n后记。"))
    (back,) = keep(database, article())

    assert back.outcome is Outcome.CHANGED
    assert count(database, Version) == 3


def test_sections_are_kept_once(database: Database) -> None:
    page = "http://www.portal-a.example/news/index.html"
    keep(
        database,
        article(list_url=page),
        article("另一篇文章说的是别的事情。", url="http://www.portal-a.example/news/2.html", list_url=page),
    )

    assert count(database, Section) == 1


def test_nothing_is_kept_of_an_article_that_fails(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            save(session, article())
            message = "the power went out"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="power"):
        fail()

    assert count(database, Article) == 0
    (again,) = keep(database, article())
    assert again.outcome is Outcome.NEW


def test_characters_that_no_database_keeps_do_no_harm(database: Database) -> None:
    odd = article("船\x00到了\ud800，货也到了。", title="\x00码头\udfff", source="日\x00报")
    (saved, again) = keep(database, odd, odd)

    assert (saved.outcome, again.outcome) == (Outcome.NEW, Outcome.SAME)
    with database.reading() as session:
        assert session.scalars(select(Version)).one().body == "船到了?，货也到了。"


def test_known_addresses(database: Database, database_url: str) -> None:
    keep(database, article())
    known = Known(database_url)

    assert known.has("http://portal-a.example/news/1.html")
    assert not known.has("http://portal-a.example/news/2.html")
    many = [f"http://portal-a.example/news/{number}.html" for number in range(1200)]
    assert known.among(many) == {"http://portal-a.example/news/1.html"}
    known.close()


def test_a_portal_has_the_region_that_its_spider_says(database: Database) -> None:
    keep(database, article())
    for number, region in enumerate(("徐州市", "江苏省徐州市")):
        one = article(url=f"http://portal.example/{number}")
        one.region = region
        keep(database, one)
    with database.reading() as session:
        assert session.scalars(select(Portal.region)).all() == ["江苏省徐州市"]
