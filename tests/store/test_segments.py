"""PostgreSQL's search index: pages of tokens, and segments that become one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import text

from crawler.store import hits, merging, postings, search, segments
from crawler.store.database import Database
from crawler.store.postings import DamagedPageError

if TYPE_CHECKING:
    from crawler.store.postings import Numbers

NOTHING = np.empty(0, dtype=np.int64)


on_postgresql = pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)


def some_entries(draw: random.Random, tokens: int, articles: int, number: int) -> Numbers:
    found = {
        draw.randrange(tokens) ** 3 << postings.ORDINAL | draw.randrange(articles) for _ in range(number)
    }
    return np.array(sorted(found), dtype=np.int64)


@pytest.mark.parametrize(
    ("tokens", "articles", "number"), [(1, 1, 1), (1, 9_000, 20_000), (90, 3, 200), (20_000, 8_000, 90_000)]
)
def test_pages_hold_their_entries(tokens: int, articles: int, number: int) -> None:
    entries = some_entries(random.Random(5), tokens, articles, number)  # noqa: S311  the same each time
    pages = list(postings.pages(entries))
    found, sizes = postings.read(pages)
    assert found.tolist() == entries.tolist()
    assert len(sizes) == len(pages)
    assert [first for first, _ in pages] == [
        int(page[0]) >> postings.ORDINAL for page in np.split(found, np.cumsum(sizes)[:-1])
    ]
    one_token = {first for first, packed in pages if len(packed) > postings.PAGE + 9}
    assert all(((entries >> postings.ORDINAL) == first).sum() > 1_000 for first in one_token)


def test_no_entries_make_no_page() -> None:
    assert list(postings.pages(NOTHING)) == []


@pytest.mark.parametrize(
    "packed", [b"", b"\x80", b"\x00", b"\x01", b"\x01\x02\x05", b"\x02\x01\x01", b"\xff" * 20 + b"\x01"]
)
def test_what_is_no_page_is_refused(packed: bytes) -> None:
    whole = next(postings.pages(np.array([7 << postings.ORDINAL], dtype=np.int64)))
    with pytest.raises(DamagedPageError):
        postings.read([whole, (7, packed), whole])


def holding(database: Database, token: str) -> list[int]:
    with database.reading() as session:
        return [int(one) for ids in hits.newest_first(session, token) for one in ids]


def sizes(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(text("SELECT articles FROM search_segments ORDER BY number")))


def change(database: Database, added: dict[int, str], removed: tuple[int, ...] = ()) -> None:
    """Index and take out articles in one transaction, as a batch does."""
    changes = search.Changes()
    for article_id in removed:
        changes.remove(article_id, "", "")
    for article_id, body in added.items():
        changes.add(article_id, "题", body)
    with database.writing() as session:
        changes.write(session)


@on_postgresql
def test_many_small_segments_become_few(database: Database) -> None:
    for number in range(1, 301):
        change(database, {number: f"第{number}号通知" if number % 2 else "公告"})
    assert sum(sizes(database)) == 300
    assert len(sizes(database)) <= 2 * merging.FEW
    assert holding(database, "通知") == list(range(299, 0, -2))
    assert holding(database, "公告") == list(range(300, 0, -2))
    assert holding(database, "公*") == list(range(300, 0, -2))
    assert holding(database, "\ue000题") == list(range(300, 0, -1))
    assert holding(database, "题目") == []


@on_postgresql
def test_what_changed_or_went_is_found_by_its_old_text_no_more(database: Database) -> None:
    change(database, dict.fromkeys(range(1, 11), "公告"))
    change(database, {3: "通知", 11: "公告"}, removed=(3, 5))
    assert holding(database, "公告") == [11, 10, 9, 8, 7, 6, 4, 2, 1]
    assert holding(database, "通知") == [3]
    change(database, {3: "公告"}, removed=(3,))
    assert holding(database, "公告") == [11, 10, 9, 8, 7, 6, 4, 3, 2, 1]
    assert holding(database, "通知") == []
    assert sorted(sizes(database)) == [1, 1, 10]  # of the two one was gone, the half; of the ten, two


@on_postgresql
def test_a_segment_of_which_half_is_gone_is_made_anew(database: Database) -> None:
    change(database, dict.fromkeys(range(1, 11), "公告"))
    change(database, {}, removed=(1, 2, 3, 4))
    assert sizes(database) == [10]
    change(database, {}, removed=(5,))
    assert sizes(database) == [5]
    assert holding(database, "公告") == [10, 9, 8, 7, 6]
    change(database, {}, removed=(6, 7, 8, 9, 10))
    assert sizes(database) == []
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM search_pages")) == 0


@on_postgresql
def test_segments_that_are_merged_during_a_search(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "AT_FIRST", 1)
    for number in range(1, 10):
        change(database, {number: "公告"})
    with database.reading() as session:
        found = hits.newest_first(session, "公告")
        first = [int(one) for one in next(found)]
        while not first:
            first = [int(one) for one in next(found)]
        with database.writing() as other:
            numbers = other.scalars(text("SELECT number FROM search_segments")).all()
            merging.merge(other.connection(), numbers)
        rest = [int(one) for ids in found for one in ids]
    assert first + rest == [9, 8, 7, 6, 5, 4, 3, 2, 1]


@on_postgresql
def test_a_damaged_page_loses_what_it_holds_and_nothing_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1, merging.FEW):
        change(database, {number: "公告"})
    with database.writing() as session:
        session.execute(text("UPDATE search_pages SET packed = '123' WHERE segment = 2"))
    left = [number for number in range(merging.FEW - 1, 0, -1) if number != 2]
    assert holding(database, "公告") == left
    assert "scrapy db check --fix" in caplog.text
    change(database, {merging.FEW: "公告"})
    assert sizes(database) == [merging.FEW]
    assert holding(database, "公告") == [merging.FEW, *left]


@on_postgresql
@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (0, 99, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (3, 5, [5, 4, 3]),
        (9, 9, [9]),
        (10, 99, []),
        (1, 0, []),
        (7, 4, []),
    ],
)
def test_articles_from_one_number_to_another(
    database: Database, least: int, most: int, expected: list[int]
) -> None:
    for first in (1, 4, 7):
        change(database, dict.fromkeys(range(first, first + 3), "公告"))
    with database.reading() as session:
        found = hits.newest_first(session, "公告", (least, most))
        assert [int(one) for ids in found for one in ids] == expected


@on_postgresql
def test_numbers_that_are_far_apart(database: Database) -> None:
    change(database, {5: "公告", 90: "公告", 1_000_000: "公告", 91: "公告"})
    change(database, {6: "公告 5g", 89: "通知"})
    assert holding(database, "公告") == [1_000_000, 91, 90, 6, 5]
    assert holding(database, "5g") == [6]


@pytest.mark.parametrize("size", [1, 10, 50, 300])
def test_how_often_an_article_is_written(size: int) -> None:
    """Merging is planned so that each article is written a few times, and no segment becomes too large."""
    kept: list[tuple[int, int]] = []
    written = 0
    for number in range(1, 60_000 // size):
        kept.append((number, size))
        written += size
        if due := merging.due(kept):
            made = sum(articles for name, articles in kept if name in due)
            kept = [one for one in kept if one[0] not in due] + [(number, made)]
            written += made
        assert sum(1 for _, articles in kept if articles < merging.LARGE) <= 4 * merging.FEW
    assert max(articles for _, articles in kept) <= 2 * merging.LARGE
    assert written <= 4 * 60_000
