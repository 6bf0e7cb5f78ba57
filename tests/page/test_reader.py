"""The generic reader as a whole: what stands around a body, and what it says about itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.items import BlockKind
from crawler.page import published, reader
from crawler.page.blocks import MAX_LINES
from crawler.page.document import PageError, parse_html
from crawler.text import dates

NOW = datetime(2024, 9, 1, tzinfo=UTC)
TEXT = "今年以来，全县新建乡村公路六十二公里，改造危桥九座，沿线群众出行条件明显改善。"
MORE = "县交通运输局负责人说，下半年还将开通三条乡村公交线路，票价统一为一元。"
PAGE = f"""<html><head><title>全县新建乡村公路六十二公里_云河县人民政府</title></head><body>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/yw/">要闻</a> &gt; 正文</div>
<h1>全县新建乡村公路六十二公里</h1><div class="info">发布时间：2024-07-03 08:15　来源：云河日报</div>
<div class="con"><p>{TEXT}</p><p><img src="/a.jpg" width="600" height="400"></p><p>{MORE}</p>
<p>附件：<a href="/f/1.pdf">公路清单.pdf</a></p></div><div class="bj">责任编辑：沈一鸣</div>
<div class="footer">版权所有：云河县人民政府</div></body></html>"""


def read(html: str) -> reader.Reading:
    return reader.read(parse_html(html, "http://www.example.com/yw/1.html"), now=NOW)


def test_fields_around_the_body_are_read() -> None:
    reading = read(PAGE)

    assert reading.title == "全县新建乡村公路六十二公里"
    assert [block.text for block in reading.blocks] == [TEXT, MORE, "附件：公路清单.pdf"]
    assert reading.breadcrumb == ["首页", "要闻"]
    assert [(file.name, file.url, file.kind) for file in reading.attachments] == [
        ("公路清单.pdf", "http://www.example.com/f/1.pdf", "pdf")
    ]
    assert [image.url for image in reading.images] == ["http://www.example.com/a.jpg"]


def test_lines_about_the_article_are_head_and_not_body() -> None:
    reading = read(PAGE)

    assert "发布时间：2024-07-03 08:15　来源：云河日报" in reading.head
    assert "责任编辑：沈一鸣" in reading.head
    assert not any("版权所有" in line for line in reading.head)


def test_elements_side_by_side_are_apart_in_head_lines_and_not_in_the_text() -> None:
    reading = read(
        "<title>全县新建公路</title><h1>全县新建公路</h1>"
        "<div><span>2024-07-03 08:15</span><span>云河县融媒体中心</span><span>阅读 12</span></div>"
        f"<div><p><span>今年</span><span>以来</span>，沿线</p><p>{TEXT}</p><p>{MORE}</p></div>"
    )

    assert "2024-07-03 08:15  云河县融媒体中心  阅读 12" in reading.head
    assert reading.blocks[0].text == "今年以来，沿线"


def test_tools_right_behind_the_source_are_apart_from_it() -> None:
    share = '<span class="site-share"><a href="#">收藏</a> <a class="wb">微博</a></span>'
    reading = read(
        "<title>全县新建公路</title><h1>全县新建公路</h1>"
        f"<div>2024-07-03　来源：教育局{share}</div><div><p>{TEXT}</p><p>{MORE}</p></div>"
    )

    assert "2024-07-03 来源：教育局  收藏 微博" in [" ".join(line.split("\u3000")) for line in reading.head]


def test_a_line_with_month_day_and_time_is_head() -> None:
    reading = read(
        "<title>全县新建公路</title><h1>全县新建公路</h1>"
        f"<div><p>07-03 08:15 云河日报</p><p>{TEXT}</p><p>{MORE}</p></div>"
    )

    assert [block.text for block in reading.blocks] == [TEXT, MORE]
    assert "07-03 08:15 云河日报" in reading.head


def test_a_line_in_brackets_with_a_time_of_day_is_head_and_one_without_is_text() -> None:
    page = "<title>全县新建公路</title><h1>全县新建公路</h1><div><p>{}</p><p>{}</p><p>{}</p></div>"

    assert read(page.format("(2024-03-04 09:22:33) 云河新闻网", TEXT, MORE)).blocks[0].text == TEXT
    assert read(page.format("（2024年3月4日）", TEXT, MORE)).blocks[0].text == "（2024年3月4日）"


def test_a_linked_date_with_who_it_comes_from_is_head() -> None:
    told = '<div><a href="/yunhe/">2024年07月03日 08:15:20</a> 来自<a href="/bao/">云河妇女报</a></div>'
    reading = read(
        f"<title>全县新建公路</title><h1>全县新建公路</h1>{told}<div><p>{TEXT}</p><p>{MORE}</p></div>"
    )

    assert "2024年07月03日 08:15:20 来自云河妇女报" in reading.head


def test_who_comments_below_the_text_is_not_about_the_article() -> None:
    comment = "<div><b>{}</b><span>{}小时前</span><p>家门口就能坐上公交。</p><a href='#'>回复</a></div>"
    comments = "".join(map(comment.format, ("江北雪", "山里人家", "何小满"), (3, 16, 18)))
    reading = read(
        "<title>全县新建公路</title><h1>全县新建公路</h1><p>2024-07-03 08:15 来源：云河日报</p>"
        f"<div><p>{TEXT}</p><p>{MORE}</p></div><div>责任编辑：沈一鸣</div><div><div>{comments}</div></div>"
    )

    assert reading.head == ["2024-07-03 08:15 来源：云河日报", "责任编辑：沈一鸣"]


def test_how_long_ago_the_article_itself_appeared_counts_below_its_text() -> None:
    reading = read(
        "<title>全县新建公路</title><h1>全县新建公路</h1>"
        f"<div><p>{TEXT}</p><p>{MORE}</p></div><div>云河日报 3小时前</div>"
    )

    assert "云河日报 3小时前" in reading.head


COMMENTS = (
    "<p>云河网友 2024-07-03 10:21</p><p>家门口就能坐上公交，老人孩子都方便，希望班次再多一些。</p><a>回复</a>"
    * 5
)


def test_comments_are_told_by_their_heading_and_replies_where_no_class_tells() -> None:
    reading = read(
        "<title>全县新建公路</title><h2>全县新建公路</h2><p>2024-07-03 08:15 来源：云河日报</p>"
        f"<div><p>今年新建公路六十二公里，方便群众出行。</p></div><div><h3>网友评论</h3>{COMMENTS}</div>"
    )

    assert [block.text for block in reading.blocks] == ["今年新建公路六十二公里，方便群众出行。"]


def test_an_article_below_the_name_of_a_column_of_comment_is_none() -> None:
    reading = read(
        f"<title>路通民心</title><div><h3>评论</h3><h1>路通民心</h1><p>{TEXT}</p><p>{MORE}</p>{COMMENTS}</div>"
    )

    assert reading.blocks[0].text == TEXT


def test_when_and_where_a_speech_was_held_is_text() -> None:
    reading = read(
        "<title>政府工作报告</title><h1>政府工作报告</h1><p>来源：云河日报</p>"
        f"<div><p>2024年3月4日在云河县第七届人民代表大会上</p><p>{TEXT}</p><p>{MORE}</p></div>"
    )

    assert reading.blocks[0].text == "2024年3月4日在云河县第七届人民代表大会上"


def test_a_day_first_date_below_the_text_is_head() -> None:
    reading = read(
        f"<title>全县新建公路</title><h1>全县新建公路</h1><div><p>{TEXT}</p><p>{MORE}</p></div>"
        "<ul><li><strong>日期</strong> 04.03.2024</li></ul>"
    )

    assert "日期 04.03.2024" in reading.head


def test_every_field_says_where_it_came_from() -> None:
    origins = read(PAGE).origins

    assert {"title", "body", "head", "breadcrumb", "published", "attachments", "images"} <= set(origins)
    assert "(1.00)" in origins["body"]


def test_a_page_without_an_article_gives_a_reading_without_blocks() -> None:
    assert (
        read("<html><head><title>首页</title></head><body><a href='/1'>新闻</a></body></html>").blocks == []
    )


def test_a_container_that_a_spider_chose_is_read_whole() -> None:
    page = parse_html("<body><div id='c'><h3>题</h3><p>一<br>二</p></div><p>外</p></body>")

    blocks = reader.blocks_of(page.root.get_element_by_id("c"), page)

    assert [(block.text, block.kind) for block in blocks] == [
        ("题", BlockKind.HEADING),
        ("一", BlockKind.PARAGRAPH),
        ("二", BlockKind.PARAGRAPH),
    ]


def test_a_hidden_container_that_a_spider_chose_is_read_too() -> None:
    page = parse_html("<body><div id='c' style='display:none'><p>一</p></div></body>")

    assert [block.text for block in reader.blocks_of(page.root.get_element_by_id("c"), page)] == ["一"]


def test_a_page_of_more_lines_than_any_article_is_refused_in_words() -> None:
    page = parse_html("<body>" + "<p>行</p>" * (MAX_LINES + 1), "http://www.example.com/")

    with pytest.raises(PageError, match=r"20,001 lines, more than the limit of 20,000"):
        reader.read(page, now=NOW)


@pytest.mark.parametrize("piece", ["<table><tr><td>", "<div>", "<span>", "<blockquote><p>"])
def test_deeply_nested_pages_are_read(piece: str) -> None:
    page = parse_html(f"<body><h1>题目</h1>{(piece + TEXT) * 150}", "http://www.example.com/")

    assert reader.read(page, now=NOW).blocks


def test_a_date_and_its_time_below_the_text_date_it_where_nothing_else_does() -> None:
    reading = read(
        "<title>衞生署籲市民注意食物衞生</title><h1>衞生署籲市民注意食物衞生</h1>"
        f"<div><p>{TEXT}<p>{MORE}<p>完<p>２００６年５月１８日（星期四）<br>香港時間１５時３０分</div>"
    )

    date = published.displayed(reading.head, now=NOW)
    assert date is not None
    assert dates.local(date.value) == "2006-05-18T15:30"
    assert reading.blocks[-1].text == "香港時間１５時３０分"
