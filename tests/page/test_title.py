from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.page import title
from crawler.page.blocks import lines
from crawler.page.document import parse_html

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "title.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_finds_the_displayed_headline(case: dict[str, Any]) -> None:
    page = parse_html(f"<html><body>{case['html']}</body></html>", "http://a.example/1.html")
    found = title.find(page, lines(page))
    assert (found.value if found else None) == case["want"]


def test_endings_that_other_pages_share_are_cut() -> None:
    assert (
        title.without_tails(
            "某事发生了什么 - 很不寻常的站点名字叫做甲乙丙丁戊己庚辛",
            shared=[" - 很不寻常的站点名字叫做甲乙丙丁戊己庚辛"],
        )
        == "某事发生了什么"
    )


def test_says_where_the_headline_came_from() -> None:
    page = parse_html("<title>某县召开会议部署工作_某县人民政府</title><p>正文一段。</p>", "")
    found = title.find(page, lines(page))
    assert found is not None
    assert found.origin == "title element"
    assert found.element is None
