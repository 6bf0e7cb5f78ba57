"""Pages in place of articles that are gone, and pages that only resemble them."""

from __future__ import annotations

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
