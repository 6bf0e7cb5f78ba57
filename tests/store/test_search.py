from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from crawler.query.search import parse_search
from crawler.store.answers import newest_first
from crawler.store.articles import save
from crawler.store.database import Database, open_database
from crawler.store.finding import Found, best, newest
from crawler.store.migrate import upgrade
from crawler.store.models import Article
from crawler.store.tokens import tokens
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXTS = {
    "营商": "市里召开座谈会，研究怎样改善营商环境，听取十二家企业的意见。",
    "低空": "《低空经济发展办法》下月施行，5G 基站将覆盖三条航线，AI 负责调度。",
    "通航": "低空经济示范区挂牌，通航机场同日启用，当天起降六架次。",
    "节水": "水務局提醒居民節約用水，低谷時段的水費減半。",
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    for number, (title, body) in enumerate(TEXTS.items(), start=1):
        with opened.writing() as session:
            save(
                session,
                article(
                    body,
                    title=title,
                    url=f"http://portal.example/{number}",
                    portal="even" if number % 2 == 0 else "odd",
                    published=None if number == 4 else NOON + timedelta(days=number),
                    fetched=NOON + timedelta(days=20),
                ),
            )
    yield opened
    opened.close()


NOW = NOON + timedelta(days=21)


def found(database: Database, query: str) -> list[Found]:
    with database.reading() as session:
        return best(session, parse_search(query, NOW), limit=10, now=NOW, places={"even": "江苏省徐州市"})


def test_changed_is_what_was_changed_in_its_words(database: Database) -> None:
    def again(body: str) -> None:
        one = article(body, title="通航", url="http://portal.example/3", portal="odd", fetched=NOW)
        with database.writing() as session:
            save(session, one)

    again(TEXTS["通航"].replace("，", "、"))  # a version, in which nothing new is said
    assert titles(database, "kind:changed") == set()
    assert "通航" in titles(database, "kind:new")
    again(f"{TEXTS['通航']}\n首班飞机上坐着四十名学生，票价三百元。")
    assert titles(database, "kind:changed") == {"通航"}


def titles(database: Database, query: str) -> set[str]:
    ranked = found(database, query)
    with database.reading() as session:
        listed = newest(session, parse_search(query, NOW), places={"even": "江苏省徐州市"})
    assert sorted(ranked, key=str) == sorted(listed, key=str)
    return {one.title for one in ranked}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("营商", {"营商"}),
        ("營商環境", {"营商"}),
        ("低空经济", {"低空", "通航"}),
        ("低空經濟", {"低空", "通航"}),
        ("低空经济 通航", {"通航"}),
        ("节约用水", {"节水"}),
        ("水", {"节水"}),
        ("费", {"节水"}),
        ("5g", {"低空"}),
        ("５Ｇ基站", {"低空"}),
        ("航线,AI", {"低空"}),
        ("经低", set()),
        ("营商经济", set()),
        ("环境听取", set()),
        ("5", set()),
        ("营商 OR 通航", {"营商", "通航"}),
        ("低空 -通航", {"低空"}),
        ("-低空", {"营商", "节水"}),
        ("低 -低空", {"节水"}),
        ("低 -空", {"节水"}),
        ("低空 -节", {"低空", "通航"}),
        ("低空 -机场", {"低空"}),
        ("低空 -title:低空", {"通航"}),
        ("低空 -title:低", {"通航"}),
        ("低空 -(机场 OR 听取)", {"低空"}),
        ("低空 -(挂牌 机场)", {"低空"}),
        ("低空 -(挂牌 听取)", {"低空", "通航"}),
        ("低空 -(挂牌 机)", {"低空"}),
        ("低空 -起降六架", {"低空"}),
        ("低空 -机场降", {"低空", "通航"}),
        ("低空 -5", {"低空", "通航"}),
        ("低空 -5g", {"通航"}),
        ("低空 -(-机场)", {"通航"}),
        ("(低空 -机场) OR 营商", {"低空", "营商"}),
        ("水 OR 5g", {"节水", "低空"}),
        ("低 -机场 -水", {"低空"}),
        ("title:低空", {"低空"}),
        ("source:青石渡", {"营商", "低空", "通航", "节水"}),
        ("portal:odd", {"营商", "通航"}),
        ("portal:ODD 低空", {"通航"}),
        ("region:江苏", {"低空", "节水"}),
        ("航线 NEAR/4 AI", {"低空"}),
        ("基站*航线", {"低空"}),
        ("基?将覆", {"低空"}),
        ("re:[十百]二家", {"营商"}),
        ("kind:withdrawn", set()),
        ("since:18d", {"节水", "通航"}),
        ("低空 until:2026-05-06", {"低空"}),
        ("低空 (since的)", set()),
    ],
)
def test_what_is_found(database: Database, query: str, expected: set[str]) -> None:
    assert titles(database, query) == expected


def test_newest_first_and_bounded(database: Database) -> None:
    with database.reading() as session:
        everything = parse_search("", NOW)
        assert [one.title for one in newest(session, everything)] == ["节水", "通航", "低空", "营商"]
        assert [one.title for one in newest(session, everything, limit=1)] == ["节水"]


@pytest.mark.parametrize("query", ["低空", "低空 portal:odd", "低空 OR 座谈", "低空 -通航 since:60d"])
def test_sqlite_need_not_list_all_hits_before_the_newest(tmp_path: Path, query: str) -> None:
    """PostgreSQL's index has no order; there all hits are listed."""
    url = f"sqlite:///{tmp_path}/search.db"
    upgrade(url)
    database = open_database(url)
    wanted = parse_search(query, NOW).query
    with Session(database.engine) as session:
        rows = newest_first(session, select(Article.id), wanted)
        asked = rows.compile(database.engine, compile_kwargs={"literal_binds": True})
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
    database.close()
    assert "VIRTUAL TABLE INDEX" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
    assert "LIST SUBQUERY" not in str(plan)


def test_the_title_counts_more_than_the_text(database: Database) -> None:
    assert [one.title for one in found(database, "低空")] == ["低空", "通航"]


def test_what_was_found_is_shown_as_it_was_read(database: Database) -> None:
    (one,) = found(database, "水务局 节约")
    assert [[excerpt.text[begin:end] for begin, end in excerpt.hits] for excerpt in one.excerpts] == [
        ["水務局", "節約"]
    ]


def test_a_changed_text_is_found_by_its_new_words_only(database: Database) -> None:
    with database.writing() as session:
        changed = article("座谈会改期举行。", title="改期", url="http://portal.example/1", portal="odd")
        save(session, changed)

    assert titles(database, "改期") == {"改期"}
    assert titles(database, "营商") == set()


def test_tokens_are_pairs_and_whole_latin_words() -> None:
    assert tokens("低空经济5G x，") == ["低空", "空经", "经济", "济", "5g", "x"]
