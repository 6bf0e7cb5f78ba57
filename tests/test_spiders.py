"""Every spider of the project: can be started, is no ruder than the default, is small."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from crawler import settings as defaults
from crawler.definition import DefinitionError
from crawler.page.document import parse_html
from crawler.reading import Rules, read_article
from crawler.roster import portal_names, spider_class
from crawler.spider import PortalSpider
from tests.world import crawler_of

ROOT = Path(__file__).parent.parent
NAMES = portal_names(get_project_settings())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = get_project_settings()
    found.set("PORTALWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/test.db")
    return found


def start(cls: type[PortalSpider], settings: Settings, **arguments: Any) -> PortalSpider:
    crawler = crawler_of(cls, settings)
    return cls.from_crawler(crawler, **arguments)


def test_there_are_spiders() -> None:
    assert {"fbdy", "cnxz", "xinli", "zhenggong", "xian"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_starts_with_its_sections(name: str, settings: Settings) -> None:
    spider = start(spider_class(settings, name), settings)

    async def first_requests() -> list[Request]:
        return [request async for request in spider.start()]

    requests = asyncio.run(first_requests())
    spider.closed("finished")
    assert len(requests) == len(spider.sections) >= 2
    assert all(request.url.startswith(spider.base) for request in requests)


@pytest.mark.parametrize("name", NAMES)
def test_none_is_ruder_than_the_default(name: str, settings: Settings) -> None:
    merged = settings.copy()
    spider_class(settings, name).update_settings(merged)
    assert merged.getbool("ROBOTSTXT_OBEY")
    assert merged.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert merged.getfloat("DOWNLOAD_DELAY") >= defaults.DOWNLOAD_DELAY
    assert merged.getbool("AUTOTHROTTLE_ENABLED")
    assert merged["USER_AGENT"] == defaults.USER_AGENT
    assert not merged.getdict("DOWNLOAD_SLOTS")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_small_file_with_seeds(name: str) -> None:
    source = (ROOT / "spiders" / f"{name}.py").read_text("utf-8")
    assert 10 <= len(source.splitlines()) <= 40
    folders = [path.name for path in (ROOT / "seeds" / name).iterdir()]
    assert sum(folder.startswith("list-") for folder in folders) >= 1
    assert sum(folder.startswith("article-") for folder in folders) >= 2


class Whole(PortalSpider):
    name = "whole"
    portal = "全"
    base = "http://whole.example"
    sections = {"要闻": "/"}
    entries = "a"
    title = "h1"
    body = "div"


@pytest.mark.parametrize("attribute", ["portal", "base", "sections", "entries", "title", "body"])
def test_a_spider_that_lacks_an_attribute_is_refused(attribute: str) -> None:
    lacking = type("Lacking", (Whole,), {"name": "lacking", attribute: None})
    with pytest.raises(DefinitionError, match=f"Spider lacking: .*'{attribute}'"):
        lacking()


@pytest.mark.parametrize(
    ("attribute", "selector"),
    [("title", "h1["), ("body", "//div["), ("published", ""), ("byline", "div::nope"), ("body", ("p", "p["))],
)
def test_a_selector_that_is_not_valid_is_refused(attribute: str, selector: str | tuple[str, ...]) -> None:
    wrong = type("Wrong", (Whole,), {"name": "wrong", attribute: selector})
    if selector:
        with pytest.raises(DefinitionError, match=f"Spider wrong: .*'{attribute}'"):
            wrong()
    else:
        with pytest.raises(DefinitionError, match="empty"):
            wrong()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"since": "gestern"}, "'gestern' is not a date"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "is after until"),
        ({"full": "maybe"}, "neither 1 nor 0"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises(DefinitionError, match=sentence):
        Whole(**arguments)


def test_a_spider_may_leave_everything_to_the_generic_reader() -> None:
    fields = {"name": "lazy", "generic": True, "entries": None, "title": None, "body": None}
    spider = type("Lazy", (Whole,), fields)()
    lines = "".join(f"<p>第{n}批旧厂房改造项目已经开工，预计明年春天交付使用。</p>" for n in "一二三")
    page = parse_html(
        f"<html><body><h1>旧厂房改造开工</h1><div>{lines}</div></body></html>", "http://whole.example/1"
    )
    article = read_article(page, Rules.of(spider), portal="lazy", now=datetime.now(UTC))
    assert article.title == "旧厂房改造开工"
    assert len(article.blocks) == 3
    assert article.fallbacks == []


def test_links_that_lead_nowhere_are_no_entries() -> None:
    links = "".join(
        f"<a href='{it}'>某地某日的一条新闻</a>" for it in ("tel:110", "http://[", "#top", "mailto:x", "/1")
    )
    page = parse_html(f"<html><body><h1>题</h1>{links}</body></html>", "http://whole.example/news/")
    spider = type("Linked", (Whole,), {"name": "linked", "next_page": "a[href^=tel]"})()
    assert [entry.url for entry in spider.read_entries(page)] == ["http://whole.example/1"]
    assert spider.read_next(page) is None


def test_of_alternatives_for_the_body_one_container_is_read() -> None:
    spider = type("Twice", (Whole,), {"name": "twice", "body": (".none", ".text")})()
    page = parse_html(
        "<h1>题</h1><div class='text'>一<div class='text'>二</div></div><div class='text'>一</div>", ""
    )
    article = read_article(page, Rules.of(spider), portal="twice", now=datetime.now(UTC))
    assert article.body == "一\n二"


def test_the_base_can_be_given() -> None:
    assert Whole(base="http://other.example/").base == "http://other.example"


def test_entries_of_a_new_layout_are_found_and_counted(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    rows = "".join(
        f'<li><a href="/n/20261{day}.html">第{day}届产业发展大会在某市举行</a><span>2026-11-{day}</span></li>'
        for day in range(10, 22)
    )
    page = parse_html(f"<html><body><ul class='new'>{rows}</ul></body></html>", "http://whole.example/")
    changed = type("Changed", (Whole,), {"name": "changed", "entries": ".old a"})
    spider = start(changed, settings)
    found = spider.read_entries(page)
    spider.closed("finished")
    assert len(found) == 12
    assert spider.crawler.stats
    assert spider.crawler.stats.get_value("portalwatch/fallbacks/entries") == 1
    assert "entries: the selector finds nothing" in caplog.text
