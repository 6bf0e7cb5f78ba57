"""What `scrapy check` counts, and what it objects to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapy.utils.project import get_project_settings

from crawler.items import Article, Block, Dropped
from crawler.onboarding.inspection import Inspection, SectionSeen, inspect
from crawler.onboarding.saved import is_section
from crawler.page.entries import Entry
from crawler.roster import spider_class
from crawler.text.repairs import Repair
from tests.onboarding.looking import getter, pipelines, portals
from tests.world import crawler_of


@dataclass
class Stand:
    """Stands in for a visitor: pages without sockets, a crawler without a reactor."""

    get: Any
    crawler: Any


def inspected(name: str, sample: int, get: Any = None) -> Inspection:
    settings = get_project_settings()
    cls = spider_class(settings, name)
    visitor = Stand(get or getter(portals()[name]), crawler_of(cls, settings))
    return asyncio.run(inspect(visitor, cls(), pipelines(), sample))  # type: ignore[arg-type]  # a stand-in


def test_a_portal_that_is_read_well() -> None:
    found = inspected("fbdy", 4)
    assert [(seen.name, len(seen.entries)) for seen in found.sections] == [("大同新闻", 12), ("职场资讯", 12)]
    assert found.articles == found.filled["title"] == found.filled["body"] == found.filled["source"] == 4
    assert found.repaired == 4
    assert found.finds("byline") == 4
    assert found.faults() == []


def test_pages_that_are_not_there_and_empty_sections_are_told() -> None:
    get = getter(portals()["xian"])

    async def failing(url: str) -> Any:
        if url.endswith("category-2.html"):
            url = "http://xian.021cf.cn/nowhere"
        return await get(url)

    found = inspected("xian", 3, failing)
    assert found.articles == 3
    (fault,) = found.faults()
    assert fault.startswith("section 园区政策: the server answered with 404")


def test_what_half_of_the_pages_lack_is_a_fault() -> None:
    found = Inspection(("title", "byline"), [SectionSeen("要闻", "http://a.example/", [ENTRY])])
    assert found.faults() == ["no article could be read"]
    for lacking in (True, False, True):
        found.add(article(fallbacks=["byline"] if lacking else []))
    assert found.faults() == ["byline: the spider's rule finds it on 1 of 3 pages"]


def test_damage_and_boilerplate_are_counted() -> None:
    found = Inspection(())
    found.add(article("本报讯。\n责任编辑：甲", repairs=[Repair("gloss", 1, "區(qū)", "區", "")]))
    found.add(article("本报讯。", flags=["lost"], dropped=[Dropped(Block("扫一扫"), "notices", "share")]))
    assert (found.repaired, found.flagged) == (1, 1)
    assert found.dropped == {"share": 1}
    assert found.leftovers == {("body", "责任编辑:"): ["http://a.example/1.html"]}


def test_boilerplate_is_counted_in_every_field() -> None:
    found = Inspection(())
    left = article("本报讯。")
    left.source, left.editors = "版权所有 某某网", ["扫一扫"]
    found.add(left)
    assert set(found.leftovers) == {("source", "版权所有"), ("editors", "扫一扫")}


def test_texts_that_are_no_chinese_are_a_fault() -> None:
    found = Inspection((), [SectionSeen("要闻", "http://a.example/", [ENTRY])])
    found.add(article("本县召开防汛抗旱工作会议，部署今年汛期各项工作，要求各乡镇落实责任。"))
    assert found.garbled == found.faults() == []
    for _ in range(2):
        found.add(article("鏈県鍙紑闃叉睕鎶楁棻宸ヤ綔浼氳锛岄儴缃蹭粖骞存睕鏈熷悇椤瑰伐浣溿€"))
    assert found.faults() == ["2 of 3 texts are garbled, such as http://a.example/1.html"]


def test_section_pages_are_told_from_articles() -> None:
    portal = portals()["zhenggong"]
    spider = spider_class(get_project_settings(), "zhenggong")()
    get = getter(portal)
    pages = {
        "/list.asp?class=gonggao": True,
        "/list.asp?class=gonggao&page=2": True,
        "/show.asp?id=204507": False,
    }
    for path, section in pages.items():
        captured = asyncio.run(get(portal.definition.base + path))  # type: ignore[arg-type]  # a coroutine
        assert is_section(spider, captured) is section


ENTRY = Entry("http://a.example/1.html", "题", "")


def article(body: str = "本报讯。", **more: Any) -> Article:
    found = Article(portal="a", url=ENTRY.url, fetched=datetime.now(UTC), title="题", **more)
    found.blocks = [Block(line) for line in body.splitlines()]
    return found
