from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Article, Attachment, Block, BlockKind, Dropped
from crawler.refusals import Refused
from crawler.text import dates
from pipelines.fields import FieldsPipeline

NOW = datetime(2024, 3, 5, 8, 0, tzinfo=UTC)
CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "fields.jsonl").read_text("utf-8").splitlines()
]
TEXT = "某县召开会议，研究部署下一阶段重点工作，强调要抓好落实。"


def article(**given: Any) -> Article:
    texts = given.pop("blocks", [TEXT])
    gone = given.pop("dropped", [])
    given.setdefault("title", "某县召开会议")
    given.setdefault("url", "http://a.example/1.html")
    made = Article(portal="x", fetched=NOW, **given)
    made.blocks = [Block(text) for text in texts]
    made.dropped = [Dropped(Block(text), "notices", "rule") for text in gone]
    return made


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_fills_the_fields(case: dict[str, Any]) -> None:
    made = article(**case["article"])
    FieldsPipeline().run(made)
    found = {
        "published": dates.local(made.published) if made.published else None,
        "source": made.source,
        "authors": made.authors,
        "editors": made.editors,
        "section": made.section,
        "views": made.views,
    }
    assert {field: found[field] for field in case["want"]} == case["want"]


def test_says_where_each_field_came_from() -> None:
    made = article(
        published_text="2024-01-02",
        head=["来源：甲网 作者：张三丰 浏览次数：3"],
        breadcrumb=["首页", "要闻"],
        meta={"pubdate": "2024-02-02"},
    )
    FieldsPipeline().run(made)
    assert made.origins == {
        "published": "spider",
        "source": "displayed, labelled (0.95)",
        "authors": "displayed, labelled (0.90)",
        "section": "spider",
        "views": "displayed (0.90)",
    }


def test_running_twice_changes_nothing() -> None:
    made = article(head=["2024-01-02 来源：甲网 编辑：张三丰"], blocks=[TEXT, "（来源：乙县融媒体中心）"])
    FieldsPipeline().run(made)
    once = (made.published, made.source, made.authors, made.editors, made.body, list(made.dropped))
    FieldsPipeline().run(made)
    assert (made.published, made.source, made.authors, made.editors, made.body, list(made.dropped)) == once


def test_a_bracketed_source_line_is_no_text() -> None:
    made = article(blocks=[TEXT, "（来源：乙县融媒体中心）"])
    FieldsPipeline().run(made)
    assert made.body == TEXT
    assert [(item.pipeline, item.rule) for item in made.dropped] == [("fields", "source line")]
    assert made.source == "乙县融媒体中心"


@pytest.mark.parametrize(
    ("given", "field", "kind"),
    [
        ({"title": " "}, "title", "no-title"),
        ({"blocks": []}, "body", "no-body"),
        ({"blocks": [" "]}, "body", "no-body"),
        ({"head": ["发布日期：2024-03-08"]}, "published", "future-date"),
        ({"published_text": "2031-01-01"}, "published", "future-date"),
        ({"title": "安全验证"}, "body", "challenge"),
        ({"title": "系統提示", "blocks": ["對不起,您訪問的頁面不存在"]}, "body", "challenge"),
        ({"title": "某网", "blocks": ["您的请求可能存在威胁，已被拦截。"]}, "body", "challenge"),
    ],
)
def test_refuses_what_is_no_article(given: dict[str, Any], field: str, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        FieldsPipeline().run(article(**given))
    assert (refused.value.field, refused.value.kind) == (field, kind)
    assert refused.value.url == "http://a.example/1.html"


def test_a_date_of_tomorrow_is_believed() -> None:
    made = article(head=["发布日期：2024-03-06"])
    FieldsPipeline().run(made)
    assert made.published is not None


def test_an_article_about_blocked_pages_is_an_article() -> None:
    made = article(title="为什么网站提示访问过于频繁", blocks=["访问过于频繁时，网站会要求输入验证码。" * 20])
    FieldsPipeline().run(made)
    assert made.blocks


def test_a_notice_that_is_only_a_file_is_an_article() -> None:
    made = article(blocks=[], attachments=[Attachment("名单", "http://a.example/a.pdf", "pdf", 0)])
    FieldsPipeline().run(made)
    assert made.section == []


def test_names_in_a_table_are_no_authors() -> None:
    made = article()
    made.blocks.append(Block("记者：张三丰\t李四光", BlockKind.TABLE))
    FieldsPipeline().run(made)
    assert made.authors == []


def test_scrapy_gets_the_article_back() -> None:
    made = article()
    assert FieldsPipeline().process_item(made) is made
