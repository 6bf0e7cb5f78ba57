"""What a crawl does with an answer that is no page, or takes too long to read: a line, a count, and on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.utils.project import get_project_settings

from crawler import chain
from crawler.items import Article
from crawler.middlewares.charset import CharsetMiddleware
from crawler.refusals import Refused
from crawler.spider import PortalSpider
from crawler.text import deadline
from tests.page.test_limits import NOISE, PAGE
from tests.world import crawler_of

URL = "http://www.p.example/1.html"


class Portal(PortalSpider):
    name = "p"
    portal = "渡口在线"
    base = "http://www.p.example"
    sections = {"渡口": "/"}
    generic = True


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[PortalSpider]:
    settings = get_project_settings()
    settings.set("PORTALWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/test.db")
    crawler = crawler_of(Portal, settings)
    made = Portal.from_crawler(crawler)
    made.crawler = crawler
    yield made
    made.closed("finished")


def answered(spider: PortalSpider, body: bytes) -> Response:
    request = Request(URL)
    response = HtmlResponse(URL, body=body, request=request, headers={"Content-Type": "text/html"})
    return CharsetMiddleware.from_crawler(spider.crawler).process_response(request, response)


def read(spider: PortalSpider, body: bytes) -> list[Article]:
    return list(spider.parse_article(answered(spider, body), section="渡口", list_url=""))


def counted(spider: PortalSpider, name: str) -> int:
    assert spider.crawler.stats is not None
    return int(spider.crawler.stats.get_value(f"portalwatch/{name}", 0))


def test_a_page_that_takes_too_long_is_refused_and_the_next_one_read(
    spider: PortalSpider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        ticks = count()
        patch.setattr(deadline, "clock", lambda: next(ticks))
        assert read(spider, PAGE.encode()) == []
    assert counted(spider, "refused/too-slow") == counted(spider, "refused") == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"Refused {URL}: reading the page takes longer than 5 s"
    ]
    (article,) = read(spider, PAGE.encode())
    assert article.title == "渡口的一天"


@pytest.mark.parametrize(
    "name", ["RestorePipeline", "RecommendedPipeline", "NoticesPipeline", "FieldsPipeline"]
)
def test_restoring_and_stripping_take_what_reading_has_left(
    spider: PortalSpider, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (article,) = read(spider, PAGE.encode())
    pipelines = chain.reading_pipelines(spider.settings)
    for pipeline in pipelines:
        if type(pipeline).__name__ == name:
            break
        chain.step(article, pipeline)
    ticks = count()
    monkeypatch.setattr(deadline, "clock", lambda: next(ticks))
    article.budget.spent = article.budget.seconds
    for block in article.blocks:
        block.text += f"{name}里没有见过的一句话。"  # what is known already takes no time
    article.head.append(f"来源：{name}")
    with pytest.raises(Refused, match="reading the page takes longer than 5 s") as refused:
        chain.step(article, pipeline)
    assert (refused.value.kind, refused.value.field) == ("too-slow", name)


def test_an_article_of_no_crawl_has_no_limit(spider: PortalSpider, monkeypatch: pytest.MonkeyPatch) -> None:
    (article,) = read(spider, PAGE.encode())
    article.budget = deadline.Budget()
    ticks = count(step=100)
    monkeypatch.setattr(deadline, "clock", lambda: next(ticks))
    chain.run(article, chain.reading_pipelines(spider.settings))
    assert article.canonical_title == "渡口的一天"


def test_a_section_page_that_takes_too_long_has_failed(
    spider: PortalSpider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count()
    monkeypatch.setattr(deadline, "clock", lambda: next(ticks))
    page = "<html><body>" + "".join(f"<li><a href='/a/{n}.html'>渡口的第{n}天</a></li>" for n in range(30))
    assert list(spider.parse_list(answered(spider, page.encode()), "渡口", 1)) == []
    assert counted(spider, "refused/too-slow") == counted(spider, "failed_sections") == 1


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + NOISE, NOISE], ids=["a picture", "noise"])
def test_bytes_that_only_call_themselves_a_page_are_not_decoded(spider: PortalSpider, body: bytes) -> None:
    assert read(spider, body) == []
    assert counted(spider, "refused/unreadable") == 1
    assert counted(spider, "unreadable_bytes") == 0


def test_an_empty_page_is_no_article(spider: PortalSpider) -> None:
    (article,) = read(spider, b"<html><head></head><body></body></html>")
    with pytest.raises(Refused, match="the page shows no headline"):
        chain.run(article, chain.reading_pipelines(spider.settings))
