"""The newest articles that match, however many others the index has to pass over on the way to them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.query import evaluate
from crawler.query.search import parse_search
from crawler.store import finding, hits, looks
from crawler.store.articles import save
from crawler.store.database import Database, open_database
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES, WORDS = 90, ["公告", "通知", "桥梁", "公路", "5g", "低空", "运河", "公", "河道", "a公b"]
NOW = NOON + timedelta(days=ARTICLES + 1)
QUERIES = [
    "公", "河", "低", "鼹", "公 -河", "河 -公", "公 运河", "运河 -公", "公告 -公", "(公 OR 运河) 通知",
    "公 OR 5g", "公告 -(公 OR 5g)", "公告 -(公路 河)", "5g -公", "公路 -公告", "公 portal:p3",
    "运河 portal:p3", "公 -河 portal:p8", "运河 -公 portal:p2", "公 portal:p1 portal:p2", "鼹 portal:p4",
    "5g portal:p0 since:40d", "公 portal:p5 until:2026-07-01", "通知 portal:none", "portal:p6",
    "公 OR portal:p3", "公告 portal:P3", "运河 since:30d",
    "公 until:2026-05-20", "河 since:60d until:2026-07-01", "公 since:300d", "公 until:2020-01-01", "-公",
    "since:3d",
]  # fmt: skip
Texts = dict[int, tuple[str, datetime]]


@pytest.fixture
def texts() -> Texts:
    """Return texts by number, with their dates: nearly all have 公, one in ten is of another day."""
    draw = random.Random(11)  # noqa: S311  the same each time
    made: Texts = {}
    for number in range(1, ARTICLES + 1):
        day = draw.randrange(ARTICLES) if draw.random() < 0.1 else number
        made[number] = (
            "，".join(["公历", *draw.sample(WORDS, 3)][number % 10 == 0 :]),
            NOON + day * timedelta(1),
        )
    return made


@pytest.fixture
def database(database_url: str, texts: Texts) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.writing() as session:
        for number, (body, at) in texts.items():
            url = f"http://p.example/{number}"
            save(
                session,
                article(body, title="题", url=url, portal=f"p{number % 9}", published=at, fetched=NOW),
            )
    yield opened
    opened.close()


@pytest.fixture(params=[1, 2, 7, 1_000])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the index be asked after one, two, seven … articles."""
    monkeypatch.setattr(looks, "A_LOOK", request.param)
    monkeypatch.setattr(looks, "LONG_LOOK", 5 * request.param)
    monkeypatch.setattr(hits, "_PORTION", request.param)
    monkeypatch.setattr(finding, "POOL", 4)


@pytest.mark.usefixtures("few")
def test_the_newest_that_match(database: Database, texts: Texts) -> None:
    for query in QUERIES:  # one database for all
        check(database, texts, query)


def check(database: Database, texts: Texts, query: str) -> None:
    """Compare what is found with what the query says of each text."""
    wanted = parse_search(query, NOW)
    expected = [
        number
        for number, (body, at) in texts.items()
        if (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
        and (
            wanted.query is None
            or evaluate.matches(
                wanted.query, evaluate.Subject(title="题", body=body, portals=(f"p{number % 9}",))
            )
        )
    ]
    with database.reading() as session:
        found = {one.article_id for one in finding.best(session, wanted, limit=4, now=NOW)}
        every = {one.article_id for one in finding.newest(session, wanted)}
    assert every == set(expected), query
    if wanted.query is not None:  # without words the newest are those of the newest dates
        assert found == set(sorted(expected)[-4:]), query
