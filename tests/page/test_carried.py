"""Articles that a page carries for its own script to display; the texts are invented."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from lxml import etree

from crawler.page import reader
from crawler.page.document import parse_html

NOW = datetime(2024, 9, 1, tzinfo=UTC)
TITLE = "云河县新建乡村公路六十二公里"
TEXT = [
    "今年以来，云河县新建乡村公路六十二公里，改造危桥九座，沿线群众出行条件明显改善，公交通达率提高。",
    "县交通运输局负责人表示，下半年还将开通三条乡村公交线路，票价统一为一元，方便群众到县城就医和求学。",
]
MARKUP = "".join(f"<p>{text}</p>" for text in TEXT)
DATA = json.dumps({"props": {"detail": {"title": TITLE, "content": MARKUP}}})
CARRIERS = {
    "textarea": f'<textarea class="article-content">{html.escape(MARKUP)}</textarea>',
    "data of a script": f'<script type="application/json">{DATA}</script>',
    "data set by a script": f"<script>window.__STATE__ = {DATA};</script>",
    "data encoded like an address": f'<script type="application/json">{quote(DATA, safe="")}</script>',
    "markup escaped once more": "<script>var a = "
    + json.dumps({"contentHtml": html.escape(MARKUP)})
    + ";</script>",
}


def page(carrier: str, shown: str = "") -> str:
    head = f'<head><meta charset="utf-8"><title>{TITLE}_云河网</title></head>'
    menu = '<ul><li><a href="/1">要闻</a></li><li><a href="/2">视频</a></li></ul>'
    return f"<html>{head}<body>{menu}<h1>{TITLE}</h1>{shown}{carrier}<p>版权所有：云河网</p></body></html>"


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
def test_the_carried_text_is_read_where_the_page_displays_none(carrier: str) -> None:
    reading = reader.read(parse_html(page(carrier)), now=NOW)

    assert reading.title == TITLE
    assert [block.text for block in reading.blocks] == TEXT


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
def test_a_displayed_text_is_read_once(carrier: str) -> None:
    reading = reader.read(parse_html(page(carrier, f"<div>{MARKUP}</div>")), now=NOW)

    assert [block.text for block in reading.blocks] == TEXT


def test_a_short_text_below_its_headline_goes_before_a_carried_one() -> None:
    notice = (
        "因管道检修，城东片区九月二日停水一天，请居民提前储水，给您带来不便，敬请谅解，恢复供水时间另行通知。"
    )
    shown = f"<div>2024-09-01 08:30 来源：云河网</div><div><p>{notice}</p></div>"

    reading = reader.read(parse_html(page(CARRIERS["data of a script"], shown)), now=NOW)

    assert [block.text for block in reading.blocks] == [notice]


def test_a_text_in_a_textarea_goes_before_a_few_words_below_the_headline() -> None:
    others = "<h4>热点推荐</h4><p>云河开通三条公交线路</p>"
    shown = f"<div>2024-09-01 08:30 云河网</div><div><p>打开客户端 阅读全文</p>{others}</div>"

    reading = reader.read(parse_html(page(CARRIERS["textarea"], shown)), now=NOW)

    assert [block.text for block in reading.blocks] == TEXT


@pytest.mark.parametrize(
    "carrier",
    [
        '<script>var a = {"content": "<p>\\u12"};</script>',
        '<script>var a = {"content": "<p>未完',
        "<textarea>请输入<p>您的意见</textarea>",
        f'<script>{{"content": {json.dumps(TEXT[0] * 3)}}}</script>',
    ],
)
def test_what_is_no_markup_of_an_article_is_not_read(carrier: str) -> None:
    assert reader.read(parse_html(page(carrier)), now=NOW).blocks == []


def test_the_page_is_left_as_it_was() -> None:
    read = parse_html(page(CARRIERS["textarea"]))
    before = etree.tostring(read.root)

    reader.read(read, now=NOW)

    assert etree.tostring(read.root) == before
