"""Pages in place of articles that are gone, and pages that only resemble them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.monitor.gone import gone

HOME = "http://p.example/"
ADDRESS = "http://p.example/news/1.html"


@pytest.mark.parametrize(
    ("status", "url", "text", "found", "reason"),
    [
        (404, ADDRESS, "", None, "status 404"),
        (410, ADDRESS, "", None, "status 410"),
        (200, HOME, "<html>", None, f"it redirects to {HOME}"),
        (200, "http://p.example/news/", "<html>", None, "it redirects to http://p.example/news/"),
        (200, "http://p.example/404.html", "<html>", None, "it redirects to http://p.example/404.html"),
        (
            200,
            ADDRESS,
            "<html><body><p>抱歉，您访问的页面不存在</p></body>",
            None,
            "a page that says 页面不存在",
        ),
        (
            200,
            ADDRESS,
            "<html><body>" + "<p>渡口在线网站导航</p>" * 40 + "该信息已被删除",
            False,
            "该信息已被删除",
        ),
        (500, ADDRESS, "页面不存在", None, ""),
        (403, ADDRESS, "", None, ""),
        (412, ADDRESS, "", None, ""),
        (429, ADDRESS, "", None, ""),
        (200, ADDRESS, "<html><body><div>页面不存在怎么办</div></body>", True, ""),
        (200, ADDRESS, "<html><body>" + "<p>网友问，页面不存在怎么办，答复如下。</p>" * 30, None, ""),
        (200, "http://p.example/news/2.html", "<html><body><p>另一篇</p>", None, ""),
    ],
)
def test_what_an_answer_says(status: int, url: str, text: str, found: bool | None, reason: str) -> None:
    said = gone(ADDRESS, status, url, text, lists={HOME, "http://p.example/news/"}, found=found)
    assert reason in said
    assert bool(said) == bool(reason)


LINES = Path(__file__).with_name("gone_cases.jsonl").read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", [json.loads(line) for line in LINES], ids=lambda case: case["label"])
def test_messages_and_pieces_that_read_like_them(case: dict[str, Any]) -> None:
    said = gone(ADDRESS, 200, ADDRESS, case["html"], lists={HOME}, found=case["found"])
    assert bool(said) == case["gone"], said


def test_the_pages_of_portals_are_not_gone() -> None:
    pages = sorted((Path(__file__).parents[2] / "seeds").glob("*/article-*/body.html"))
    assert pages
    for page in pages:
        text = page.read_bytes().decode("utf-8", "replace")
        assert gone(ADDRESS, 200, ADDRESS, text, lists={HOME}) == "", page
