from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.page import breadcrumb
from crawler.page.blocks import lines
from crawler.page.document import parse_html

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "breadcrumb.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_finds_the_steps(case: dict[str, Any]) -> None:
    page = parse_html(f"<html><body>{case['html']}<p>正文一段。</p></body></html>", "http://a.example/1.html")
    found = breadcrumb.find(lines(page), case.get("title", ""))
    assert (found.value if found else None) == case["want"]


def test_a_restored_path_is_cleaned_again() -> None:
    assert breadcrumb.steps("當前位置：首頁 > 要聞 > 正文") == ["首頁", "要聞"]
    assert breadcrumb.steps("") == []
