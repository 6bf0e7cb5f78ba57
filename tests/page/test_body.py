"""Bodies of pages as many systems mark them up; the pages are in bodies.jsonl, their texts are invented."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.page import body, reader
from crawler.page.document import parse_html

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "bodies.jsonl").read_text("utf-8").splitlines()
]
NOW = datetime(2024, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_body_is_found_from_the_first_line_to_the_last(case: dict[str, Any]) -> None:
    reading = reader.read(parse_html(case["html"], "http://www.example.com/a/1.html"), now=NOW)

    found = [" ".join(block.text.split(" ")) for block in reading.blocks]
    wanted = case["body"]

    assert [text for text in wanted if text not in found] == []
    first, last = found.index(wanted[0]), len(found) - 1 - found[::-1].index(wanted[-1])
    assert found[first : last + 1] == wanted
    assert first == 0
    assert [phrase for phrase in case["absent"] if phrase in "\n".join(found[: last + 1])] == []


UNNAMED = [case for case in CASES if not case.get("named")]


@pytest.mark.parametrize("case", UNNAMED, ids=[case["name"] for case in UNNAMED])
def test_the_body_is_found_without_any_class_or_id(case: dict[str, Any]) -> None:
    html = re.sub(r'\s(?:class|id)="[^"]*"', "", case["html"])

    reading = reader.read(parse_html(html, "http://www.example.com/a/1.html"), now=NOW)

    found = [" ".join(block.text.split(" ")) for block in reading.blocks]
    assert found[: len(case["body"])] == case["body"]


def test_a_page_without_text_has_no_body() -> None:
    page = parse_html(
        "<html><body><ul><li><a href='/1'>首页</a></li><li><a href='/2'>新闻</a></li></ul></body></html>"
    )

    assert body.find(page) is None


def test_the_body_says_how_it_was_found() -> None:
    text = "今年以来，全县新建乡村公路六十二公里，改造危桥九座，群众出行条件明显改善。"
    page = parse_html(
        f"<body><h1>新建公路</h1><!--enpcontent--><p>{text}</p><p>{text[:-1]}吗？</p><!--/enpcontent--></body>"
    )

    found = body.find(page, "新建公路")

    assert found is not None
    assert found.how == "marks"
    assert found.sure == 1.0


def test_marks_around_something_else_are_not_believed() -> None:
    text = "今年以来，全县新建乡村公路六十二公里，改造危桥九座，群众出行条件明显改善。"
    page = parse_html(
        f"<body><h1>新建公路</h1><!--正文开始--><p>首页 &gt; 要闻</p><!--正文结束--><p>{text}</p></body>"
    )

    found = body.find(page, "新建公路")

    assert found is not None
    assert found.how == "run"
    assert text in [line.text for line in found.lines]


def test_a_file_that_is_linked_twice_is_read_once() -> None:
    title = "甲州市关于发布地方标准《米粉》的公告"
    page = parse_html(
        "<body><div><a href='/'>首页</a><a href='/xw/'>新闻动态</a></div>"
        f"<div class='article'><div class='article-title'><h1>{title}</h1></div>"
        "<div class='article-inf'>2023-05-09 11:03　来源：甲州市卫健委</div>"
        f"<div class='article-con'><div><p><a href='P02023.pdf'>{title}.pdf</a></p></div></div>"
        "<div class='article-attach'><p>文件下载：</p><a href='P02023.pdf'>P02023.pdf</a></div>"
        "<div class='article-foot'><a href='javascript:window.close()'>关闭窗口</a></div></div></body>"
    )

    found = body.find(page, title)

    assert found is not None
    assert [line.text for line in found.lines] == [f"{title}.pdf"]
