"""An article as commands print it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.items import Article, Block
from crawler.records import displayed, record
from crawler.text.dates import Moment, Precision


def article(title: str, body: str, source: str, authors: list[str]) -> Article:
    found = Article(portal="p", url="http://p.example/1", fetched=datetime(2026, 11, 1, tzinfo=UTC))
    found.title = title
    found.blocks = [Block(body)]
    found.source, found.authors = source, authors
    return found


def test_names_keep_their_characters_on_a_simplified_page() -> None:
    found = record(
        article(
            "王頔获全国技能大赛金奖",
            "记者从会上获悉，选手王頔获得金奖，这是该县首次获奖。",
            "某县发布",
            ["王頔"],
        )
    )
    assert found["authors"] == ["王頔"]
    assert found["source"] == "某县发布"


def test_names_of_a_traditional_page_are_simplified() -> None:
    found = record(
        article(
            "龍游縣推進產業融合",
            "為推進產業融合，龍游縣召開動員大會，各部門負責人參加。",
            "龍游縣人民政府",
            ["鄔政"],
        )
    )
    assert found["source"] == "龙游县人民政府"
    assert found["authors"] == ["邬政"]


@pytest.mark.parametrize(
    ("url", "meta"),
    [
        ("https://news.example.com.tw/1", {}),
        ("", {"lang": "zh-Hant-TW"}),
        ("", {"og:locale": "zh_HK"}),
        ("", {"canonical": "https://www.example.org.hk/1"}),
    ],
)
def test_a_page_of_a_place_that_writes_traditional_keeps_it(url: str, meta: dict[str, str]) -> None:
    page = article(
        "龍山區召開會議", "龍山區召開會議討論產業發展，各單位負責人參加並發言。", "龍山時報", ["林悅"]
    )
    page.url, page.meta = url, meta
    assert record(page)["source"] == "龍山時報"
    assert record(page)["authors"] == ["林悅"]


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        (Precision.YEAR, "2026"),
        (Precision.MONTH, "2026-05"),
        (Precision.DAY, "2026-05-01"),
        (Precision.MINUTE, "2026-05-01T00:30+08:00"),
        (Precision.SECOND, "2026-05-01T00:30:09+08:00"),
    ],
)
def test_dates_are_portal_time_as_precise_as_displayed(precision: Precision, shown: str) -> None:
    assert displayed(Moment(datetime(2026, 4, 30, 16, 30, 9, tzinfo=UTC), precision, "raw")) == shown
    assert displayed(None) is None
