from __future__ import annotations

from crawler.page import images
from crawler.page.blocks import layout
from crawler.page.document import parse_html

BASE = "http://a.example/zw/1.html"


def find(body: str) -> list[tuple[str, str]]:
    shown = layout(parse_html(f"<html><body>{body}</body></html>", BASE))
    return [(item.url, item.caption) for item in images.find(shown.pictures, shown.lines, BASE)]


def test_pictures_with_captions_each_once() -> None:
    assert find(
        "<p><img src='a.jpg'></p><p>▲会议现场。王五 摄</p><p>正文一段，说明情况。</p>"
        "<figure><img src='/b.png'><figcaption>施工现场</figcaption></figure><p><img src='a.jpg'></p>"
    ) == [("http://a.example/zw/a.jpg", "▲会议现场。王五 摄"), ("http://a.example/b.png", "施工现场")]


def test_the_following_paragraph_is_no_caption() -> None:
    assert find("<p><img src='a.jpg'></p><p>会议强调，要抓好落实。</p>") == [
        ("http://a.example/zw/a.jpg", "")
    ]


def test_lazy_addresses_and_page_furniture() -> None:
    assert find(
        "<img src='data:image/gif;base64,R0' data-original='c.jpg'><img src='/images/logo.png'>"
        "<img src='d.gif' width='16'><img src='blank.gif' data-src='e.webp'><p>x</p>"
    ) == [("http://a.example/zw/c.jpg", ""), ("http://a.example/zw/e.webp", "")]
