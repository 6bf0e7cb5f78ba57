"""A stored record that cannot be read stops nothing but what is done with that article."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.project import get_project_settings
from sqlalchemy import update

from crawler.commands import articles as articles_command
from crawler.commands import explain
from crawler.refusals import Refused
from crawler.spider import PortalSpider
from crawler.store.articles import Outcome, save
from crawler.store.database import Database, DatabaseError, open_database
from crawler.store.models import Article, Version
from crawler.store.writer import Writer
from pipelines.store import StorePipeline
from tests.commands.invoking import invoke
from tests.store.builders import NOON, PIECE, article
from tests.world import crawler_of

URL = "http://www.portal-a.example/news/1.html"
OTHER = "http://www.portal-b.example/news/9.html"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = open_database(database_url)
    with made.writing() as session:
        save(session, article())
        save(session, article("水位上涨。" * 30, url="http://x.example/3", title="水位"))
    with made.writing() as session:
        broken = b"\x01broken" + uuid4().bytes
        session.execute(update(Version).where(Version.article_id == 1).values(packed=broken))
    yield made
    made.close()


def test_a_visit_with_the_same_text_is_none_the_worse(database: Database) -> None:
    with database.writing() as session:
        assert save(session, article(fetched=NOON + timedelta(days=1))).outcome is Outcome.SAME


def test_a_visit_with_another_text_is_refused_by_name(database: Database) -> None:
    with (
        pytest.raises(DatabaseError, match=f"version 1 of {URL}: a stored text is damaged"),
        database.writing() as session,
    ):
        save(session, article("河道断流。"))
    with database.reading() as session:
        assert session.get_one(Article, 1).latest == 1


def test_the_crawl_goes_on_and_counts_it(database: Database, database_url: str) -> None:
    stats = MemoryStatsCollector(crawler_of(PortalSpider, get_project_settings()))
    pipeline = StorePipeline(Writer(database_url), stats)

    async def crawl() -> list[object]:
        changed, fresh = article("河道断流。"), article("新的一篇。" * 20, url=OTHER)
        return await asyncio.gather(
            pipeline.process_item(changed), pipeline.process_item(fresh), return_exceptions=True
        )

    refused, kept = asyncio.run(crawl())
    pipeline.close_spider()
    assert isinstance(refused, Refused)
    assert not isinstance(kept, BaseException)
    assert stats.get_value("portalwatch/errors/store") == 1
    assert stats.get_value("portalwatch/articles/new") == 1


def test_a_repost_of_a_damaged_article_is_kept(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), database.writing() as session:
        assert save(session, article(PIECE, url=OTHER, portal="portal_b")).outcome is Outcome.NEW
    assert "Article 1 is left out: a stored text is damaged" in caplog.text


def test_search_leaves_it_out_and_says_so(
    database: Database,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = {"PORTALWATCH_DATABASE_URL": database_url}
    assert invoke(articles_command.Command, "--json", settings=settings) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert f"Article {URL} is left out" in caplog.text


def test_a_command_that_needs_it_says_one_sentence(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(explain.Command, URL, settings={"PORTALWATCH_DATABASE_URL": database_url}) == 2
    captured = capsys.readouterr()
    assert "has a damaged record: a stored text is damaged" in captured.err
    assert captured.err.count("\n") == 1
