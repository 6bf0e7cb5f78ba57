"""Which address is the next part of an article, and what the parts make together."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from crawler.items import Article, Attachment, Block, Image
from crawler.page.document import parse_html
from crawler.page.parts import MISSING, Joined, Verdict, leads_to_first, next_part, number_of

BASE = "http://a.example/xw/"
BAR = "<a href='123.html'>1</a><a href='123_2.html'>2</a><a href='123_3.html'>3</a>"
CALL = "<script>createPageHTML({});</script>"


@pytest.mark.parametrize(
    ("url", "first", "want"),
    [
        ("123_2.html", "123.html", (2, True)),
        ("123-2.html", "123.html", (2, True)),
        ("t20260501_77_1.shtml", "t20260501_77.shtml", (1, True)),
        ("123/2/", "123/", (2, True)),
        ("123/2", "123", (2, True)),
        ("?id=7&page=2", "?id=7", (2, True)),
        ("?page=3&id=7", "?id=7&page=1", (3, True)),
        ("123_2.html", "123_1.html", (2, False)),
        ("124.html", "123.html", None),
        ("t20260501_78.html", "t20260501_77.html", None),
        ("1234.html", "123.html", None),
        ("123_print.html", "123.html", None),
        ("?id=8&page=2", "?id=7", None),
        ("?id=8", "?id=7", None),
        ("http://b.example/xw/123_2.html", "123.html", None),
        ("123_2024.html", "123.html", None),
    ],
)
def test_what_an_address_says(url: str, first: str, want: tuple[int, bool] | None) -> None:
    assert number_of(urljoin(BASE, url), urljoin(BASE, first)) == want


@pytest.mark.parametrize(
    ("body", "url", "want"),
    [
        ("<a href='123_2.html'>下一页</a>", "123.html", "123_2.html"),
        ("<a href='123_2.html'>下 一 頁 &gt;</a>", "123.html", "123_2.html"),
        (BAR, "123.html", "123_2.html"),
        (BAR, "123_2.html", "123_3.html"),
        (BAR, "123_3.html", ""),
        ("<a href='?id=7&amp;page=2'>2</a>", "show.php?id=7", "show.php?id=7&page=2"),
        (CALL.format('3, 0, "123", "html"'), "123.html", "123_1.html"),
        (CALL.format('3, 1, "123", "html"'), "123_1.html", "123_2.html"),
        (CALL.format('3, 2, "123", "html"'), "123_2.html", ""),
        (CALL.format('1, 0, "123", "html"'), "123.html", ""),
        ("<a href='124.html'>下一页</a>", "123.html", ""),
        ("<a href='124.html'>下一篇</a>", "123.html", ""),
        ("<a href='123_2.html'>下一篇：另一件事</a>", "123.html", ""),
        ("<a href='123_2.html'>打印</a>", "123.html", ""),
        ("<a href='123_1.html'>1</a>", "123.html", ""),
        ("<a href='?id=8'>下一页</a>", "show.php?id=7", ""),
        ("<a href='http://[/123_2.html'>2</a>", "123.html", ""),
        ("<p>下一页</p>", "123.html", ""),
    ],
)
def test_the_next_part(body: str, url: str, want: str) -> None:
    page = parse_html(f"<html><body>{body}</body></html>", urljoin(BASE, url))
    first = urljoin(BASE, "123.html") if url.startswith("123") else ""
    assert next_part(page, first) == (urljoin(BASE, want) if want else "")


def test_a_saved_page_without_address_has_no_next_part() -> None:
    assert next_part(parse_html(f"<html><body>{BAR}</body></html>")) == ""


def part(name: str, *lines: str, title: str = "渡口旧事") -> Article:
    article = Article("p", BASE + name, datetime(2026, 5, 1, tzinfo=UTC), title=title)
    article.blocks = [Block(line) for line in lines]
    return article


def add(joined: Joined, one: Article) -> Verdict:
    return joined.add(one, one.url)


def test_the_parts_make_one_article_without_what_each_page_repeats() -> None:
    first = part("123.html", "其一。", "其二。", "青石渡在线编辑部", "上一页 1 2 3 下一页")
    first.blocks[-1].link_density = 0.8
    first.head, first.attachments = ["来源：渡口报"], [Attachment("表", BASE + "a.doc", "doc", 0)]
    first.images = [Image(BASE + "1.jpg")]
    joined = Joined(first)
    second = part("123_2.html", "渡口旧事", "其三。", "青石渡在线编辑部")
    second.head, second.editors_text = ["来源：渡口报", "责任编辑：柳照"], "柳照"
    second.attachments = [
        Attachment("表", BASE + "a.doc", "doc", 0),
        Attachment("图", BASE + "b.pdf", "pdf", 1),
    ]
    second.images = [Image(BASE + "1.jpg"), Image(BASE + "2.jpg")]
    assert add(joined, second) is Verdict.NEXT
    assert (
        add(joined, part("123_3.html", "其四。", "青石渡在线编辑部", title="渡口旧事（3）")) is Verdict.NEXT
    )

    article = joined.finish()

    assert article.url == BASE + "123.html"
    assert article.body == "其一。\n其二。\n其三。\n其四。\n青石渡在线编辑部"
    assert article.head == ["来源：渡口报", "责任编辑：柳照"]
    assert article.editors_text == "柳照"
    assert [(one.name, one.order) for one in article.attachments] == [("表", 0), ("图", 1)]
    assert [image.url for image in article.images] == [BASE + "1.jpg", BASE + "2.jpg"]
    assert article.flags == []


def test_what_is_no_further_part() -> None:
    joined = Joined(part("123.html", "其一。"))
    assert add(joined, part("123.html", "其一，又一次。")) is Verdict.AGAIN
    assert add(joined, part("123_2.html", "其一。")) is Verdict.AGAIN
    assert add(joined, part("123_2.html")) is Verdict.MISSING
    assert add(joined, part("123_2.html", "没有这一页。", title="出错了，页面不见了")) is Verdict.MISSING
    assert add(joined, part("124.html", "另一件事。", title="另一件事")) is Verdict.OTHER
    assert joined.finish().body == "其一。"
    counted = Joined(part("123_1.html", "其一。"))
    assert add(counted, part("123_2.html", "另一件事。", title="另一件事")) is Verdict.OTHER
    assert add(counted, part("123_2.html", "其二。")) is Verdict.NEXT


def test_a_missing_part_is_flagged_and_the_rest_is_kept() -> None:
    joined = Joined(part("123.html", "其一。"))
    add(joined, part("123_2.html", "其二。"))
    article = joined.finish(missing=True)
    assert article.body == "其一。\n其二。"
    assert article.flags == [MISSING]


@pytest.mark.parametrize(
    ("body", "want"),
    [
        (BAR, True),
        ("<a href='123.html'>上一页</a>", True),
        ("<a href='/'>首页</a>", False),
        ("<a href='122.html'>上一页</a>", False),
        ("<a href='123.html'>返回原文</a>", False),
    ],
)
def test_a_part_s_bar_leads_to_the_first(body: str, want: bool) -> None:
    page = parse_html(f"<html><body><p>x</p>{body}</body></html>", urljoin(BASE, "123_2.html"))
    assert leads_to_first(page, urljoin(BASE, "123.html")) is want


@pytest.mark.parametrize(("is_part", "verdict"), [(True, Verdict.NEXT), (False, Verdict.MISSING)])
def test_a_part_may_have_a_headline_of_its_own(is_part: bool, verdict: Verdict) -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC)
    first = Article("p", urljoin(BASE, "123.html"), day, title="老船工柳照", blocks=[Block("一")])
    part = Article(
        "p", urljoin(BASE, "123_2.html"), day, title="二、渡口", blocks=[Block("二")], is_part=is_part
    )
    assert Joined(first).add(part, part.url) is verdict
