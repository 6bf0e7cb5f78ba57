from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from scrapy.utils.test import get_crawler
from sqlalchemy import select, text

from crawler.refusals import Refused
from crawler.store.database import open_database
from crawler.store.models import Article
from pipelines.store import StorePipeline
from tests.store.builders import PIECE, article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.crawler import Crawler


@pytest.fixture
def crawler(database_url: str) -> Crawler:
    settings = {"PORTALWATCH_DATABASE_URL": database_url, "PORTALWATCH_BATCH_SECONDS": 0.01}
    crawler = get_crawler(settings_dict=settings)
    crawler._apply_settings()
    return crawler


@pytest.fixture
def pipeline(crawler: Crawler) -> Iterator[StorePipeline]:
    made = StorePipeline.from_crawler(crawler)
    yield made
    made.writer.close()


def addresses(url: str) -> list[str]:
    database = open_database(url)
    with database.reading() as session:
        found = list(session.scalars(select(Article.address)))
    database.close()
    return found


def test_it_commits_each_article_and_counts(
    pipeline: StorePipeline, crawler: Crawler, database_url: str
) -> None:
    for one in (article(), article(), article(f"{PIECE}\n补记。")):
        assert asyncio.run(pipeline.process_item(one)) is one
        assert addresses(database_url) == ["http://portal-a.example/news/1.html"]

    assert crawler.stats is not None
    for outcome in ("new", "changed", "same"):
        assert crawler.stats.get_value(f"portalwatch/articles/{outcome}") == 1


def test_an_article_that_cannot_be_written_is_refused_and_the_next_one_is_kept(
    pipeline: StorePipeline, crawler: Crawler, database_url: str
) -> None:
    with pipeline.writer.database.writing() as session:
        session.execute(text("ALTER TABLE fingerprints RENAME TO elsewhere"))
    with pytest.raises(
        Refused, match=r"portal-a\.example/news/1\.html: store: the database .* cannot be used"
    ):
        asyncio.run(pipeline.process_item(article()))
    with pipeline.writer.database.writing() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO fingerprints"))

    assert addresses(database_url) == []
    asyncio.run(pipeline.process_item(article(url="http://p.example/2")))
    assert addresses(database_url) == ["http://p.example/2"]
    assert crawler.stats is not None
    assert crawler.stats.get_value("portalwatch/errors/store") == 1


def test_what_no_later_pipeline_completed_is_undone(
    pipeline: StorePipeline, crawler: Crawler, database_url: str
) -> None:
    pipeline.writer.expect()
    asyncio.run(pipeline.process_item(article()))
    asyncio.run(pipeline.process_item(article(url="http://p.example/2")))
    pipeline.close_spider()

    assert addresses(database_url) == []
    assert crawler.stats is not None
    assert crawler.stats.get_value("portalwatch/store/abandoned") == 2
