"""From a parsed page to an Article: a spider's rules, and the generic reader for what they do not give."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.page.document import PageError, parse_html
from crawler.reading import NO_RULES, Rules, read_article

NOW = datetime(2026, 11, 12, tzinfo=UTC)
TEXT = (
    "为支持低空经济发展，区政府决定对首次入统的企业给予一次性奖励，奖励资金由区财政统筹安排。",
    "各镇街要加强政策宣传，指导企业按照规定的程序申报，确保政策资金及时足额兑付到位。",
)
PAGE = f"""<html><head><title>关于支持低空经济发展的通知_某区政府</title></head><body>
<div class="path"><a href="/">首页</a> &gt; <a href="/zc/">政策文件</a></div>
<h1 class="bt">关于支持低空经济发展的通知</h1>
<p class="info">发布日期：2026-10-09<br>来源：区发改局</p>
<div id="zoom"><p>区政发〔2026〕12号</p><p>{TEXT[0]}</p>
<p><img src="/up/1.jpg" width="600"></p><p>{TEXT[1]}</p>
<p>附件：<a href="/files/a.docx">申报表.docx</a></p></div>
<div class="foot">版权所有 某区政府</div></body></html>"""


def read(**rules: Any) -> Any:
    page = parse_html(PAGE, "http://www.example.gov.cn/zc/202610/t20261009_1.html")
    return read_article(page, Rules(rules) if rules else NO_RULES, portal="p", now=NOW)


def test_a_spider_s_rules_are_what_is_read() -> None:
    article = read(title="h1.bt", body="#zoom", byline="p.info", breadcrumb=".path a")
    assert article.title == article.read_title == "关于支持低空经济发展的通知"
    assert article.head == ["发布日期：2026-10-09\n来源：区发改局"]
    assert article.breadcrumb == ["首页", "政策文件"]
    assert [block.text for block in article.blocks][1:3] == list(TEXT)
    assert article.fallbacks == []
    assert article.origins["title"] == "spider"


def test_files_pictures_and_number_come_with_the_container() -> None:
    article = read(title="h1.bt", body="#zoom")
    (file,) = article.attachments
    assert (file.name, file.url, file.kind) == (
        "申报表.docx",
        "http://www.example.gov.cn/files/a.docx",
        "docx",
    )
    assert [image.url for image in article.images] == ["http://www.example.gov.cn/up/1.jpg"]
    assert article.document_number == "区政发〔2026〕12号"


@pytest.mark.parametrize("field", ["title", "body", "byline", "published", "source", "breadcrumb"])
def test_the_generic_reader_supplies_what_a_rule_does_not_find(field: str) -> None:
    rules = {"title": "h1.bt", "body": "#zoom", field: ".gone"}
    article = read(**rules)
    assert article.fallbacks == [field]
    assert article.title == "关于支持低空经济发展的通知"
    assert TEXT[1] in article.body
    if field in {"byline", "published", "source"}:
        assert any("2026-10-09" in line for line in article.head)
    if field == "breadcrumb":
        assert article.breadcrumb == ["首页", "政策文件"]


def test_without_rules_everything_is_read_generically() -> None:
    article = read()
    assert article.title == "关于支持低空经济发展的通知"
    assert TEXT[0] in article.body
    assert "版权所有" not in article.body
    assert [file.kind for file in article.attachments] == ["docx"]
    assert article.fallbacks == []


def test_a_method_replaces_a_selector() -> None:
    article = read(
        title=lambda page: page.root.findtext(".//h1"), body="#zoom", source=lambda _: ["区", "发改局"]
    )
    assert article.title == "关于支持低空经济发展的通知"
    assert article.source_text == "区 发改局"


def test_what_is_no_page_is_refused() -> None:
    with pytest.raises(PageError, match="JSON"):
        parse_html('{"title": "x"}', "http://www.example.gov.cn/")


def test_the_tail_that_a_portal_s_titles_share_is_no_headline() -> None:
    bare = PAGE.replace('<h1 class="bt">关于支持低空经济发展的通知</h1>', "").replace(
        "_某区政府", "-走进某区"
    )
    page = parse_html(bare, "http://www.example.gov.cn/zc/202610/t20261009_1.html")
    titles = [
        read_article(page, NO_RULES, portal="p", now=NOW, shared=shared).title
        for shared in ((), ("-走进某区",))
    ]
    assert titles == ["关于支持低空经济发展的通知-走进某区", "关于支持低空经济发展的通知"]
