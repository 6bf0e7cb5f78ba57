from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.store.articles import save
from crawler.store.database import Database, open_database
from crawler.store.search import Wanted, find, tokens
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def titles(database: Database, *words: str, without: tuple[str, ...] = ()) -> set[str]:
    with database.reading() as session:
        return {found.title for found in find(session, Wanted(words, without))}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("营商",), {"营商"}),
        (("營商環境",), {"营商"}),
        (("低空经济",), {"低空", "通航"}),
        (("低空經濟",), {"低空", "通航"}),
        (("低空经济", "通航"), {"通航"}),
        (("节约用水",), {"节水"}),
        (("水",), {"节水"}),
        (("费",), {"节水"}),
        (("5g",), {"低空"}),
        (("５Ｇ基站",), {"低空"}),
        (("航线,AI",), {"低空"}),
        (("经低",), set()),
        (("营商经济",), set()),
        (("环境听取",), set()),
        (("5",), set()),
        (("' OR 1=1 --",), set()),
        (('"营商"*',), {"营商"}),
        (("，",), set()),
    ],
)
def test_words_are_found(database: Database, words: tuple[str, ...], expected: set[str]) -> None:
    assert titles(database, *words) == expected


def test_words_are_excluded(database: Database) -> None:
    assert titles(database, "低空", without=("通航",)) == {"低空"}
    assert titles(database, without=("低空",)) == {"营商", "节水"}


def test_newest_first_and_bounded(database: Database) -> None:
    with database.reading() as session:
        assert [found.title for found in find(session, Wanted())] == ["节水", "通航", "低空", "营商"]
        assert [found.title for found in find(session, Wanted(), limit=1)] == ["节水"]


def test_portal_and_date(database: Database) -> None:
    with database.reading() as session:
        assert {found.title for found in find(session, Wanted(portal="odd"))} == {"营商", "通航"}
        since = find(session, Wanted(since=NOON + timedelta(days=3)))
        assert {found.title for found in since} == {"通航", "节水"}


def test_a_changed_text_is_found_by_its_new_words_only(database: Database) -> None:
    with database.writing() as session:
        changed = article("座谈会改期举行。", title="改期", url="http://portal.example/1", portal="odd")
        save(session, changed)

    assert titles(database, "改期") == {"改期"}
    assert titles(database, "营商") == set()


def test_tokens_are_pairs_and_whole_latin_words() -> None:
    assert tokens("低空经济5G x，") == ["低空", "空经", "经济", "济", "5g", "x"]
