from __future__ import annotations

from urllib.parse import urljoin

import pytest

from crawler.page import paging
from crawler.page.document import Page, parse_html

BASE = "http://a.example/xw/"
NUMBERS = "<a href='index.html'>1</a><a href='index_1.html'>2</a><a href='index_2.html'>3</a>"
CALL = "<script>function createPageHTML(a,b,c,d){{}} createPageHTML({});</script>"

STORE = """<script type="text/xml"><datastore><nextgroup><![CDATA[
<a href="/jpage/dataproxy.jsp?page=1&amp;columnid=12"></a>]]></nextgroup><recordset>
<record><![CDATA[<li>x</li>]]></record></recordset></datastore></script>"""


def page_of(body: str, url: str = BASE) -> Page:
    return parse_html(f"<html><body><p>x</p>{body}</body></html>", url)


@pytest.mark.parametrize(
    ("body", "url", "want"),
    [
        ("<a href='index_1.html'>下一页</a>", BASE, "index_1.html"),
        ("<a href='index_1.html'>下一頁</a>", BASE, "index_1.html"),
        ("<a href='list.php?page=2'>下 一 页 &gt;</a>", BASE, "list.php?page=2"),
        ("<a href='p2.html' title='下一页'><img src='n.gif'></a>", BASE, "p2.html"),
        ("<div>" + NUMBERS + "<a href='index_1.html'>›</a></div>", BASE, "index_1.html"),
        ("<div><a href='/special/'>»</a></div>", BASE, None),
        ("<link rel='next' href='page/2/'>", BASE, "page/2/"),
        (NUMBERS, BASE, "index_1.html"),
        (NUMBERS, BASE + "index_1.html", "index_2.html"),
        (NUMBERS, BASE + "index_2.html", None),
        ("<a href='?pageNo=2'>2</a><a href='?pageNo=3'>3</a>", BASE + "list?pageNo=2", "?pageNo=3"),
        (CALL.format('5, 0, "index", "html"'), BASE, "index_1.html"),
        (CALL.format('5,1,"index","shtml"'), BASE + "index_1.html", "index_2.shtml"),
        ("<script>createPageHTML('bar', 5, 0, 'list', 'htm', 90)</script>", BASE, "list_2.htm"),
        ("<script>createPageHTML(5, 4, 'index', 'html')</script>", BASE + "index_4.html", None),
        ("<script>createPageHTML(1, 0, 'index', 'html')</script>", BASE, None),
        ("<script>function createPageHTML(count, current, name, ext) {}</script>", BASE, None),
        ("<a href='javascript:next()'>下一页</a>", BASE, None),
        ("<a href='#page=2'>下一页</a>", BASE, None),
        ("<a href='http://other.example/2.html'>下一页</a>", BASE, None),
        ("<p>共 1 页</p>", BASE, None),
    ],
)
def test_next_page(body: str, url: str, want: str | None) -> None:
    assert paging.next_page(page_of(body, url)) == (None if want is None else urljoin(url, want))


def test_page_links_leave_out_the_page_itself() -> None:
    assert paging.page_links(page_of(NUMBERS, BASE + "index.html")) == [
        BASE + "index_1.html",
        BASE + "index_2.html",
    ]


@pytest.mark.parametrize(
    ("url", "call", "following"),
    [
        ("/a/list.shtml", "'page_div', 8, 1, 'list', 'shtml', 118", "/a/list_2.shtml"),
        ("/a/list.shtml", "'page_div', 8, 0, 'list', 'shtml', 118", "/a/list_2.shtml"),
        ("/a/list_2.shtml", "'page_div', 8, 2, 'list', 'shtml', 118", "/a/list_3.shtml"),
        ("/a/list_8.shtml", "'page_div', 8, 8, 'list', 'shtml', 118", None),
        ("/a/", "'page_div', 8, 1, 'list', 'shtml', 118", "/a/list_2.shtml"),
        ("/a/index.html", "3, 0, 'index', 'html'", "/a/index_1.html"),
        ("/a/index_1.html", "3, 1, 'index', 'html'", "/a/index_2.html"),
        ("/a/index_2.html", "3, 2, 'index', 'html'", None),
        ("/a/", "3, 0, 'index', 'html'", "/a/index_1.html"),
    ],
)
def test_the_address_tells_from_where_a_script_counts(url: str, call: str, following: str | None) -> None:
    page = parse_html(
        f"<html><body><script>createPageHTML({call});</script></body></html>", f"http://a.cn{url}"
    )
    assert paging.next_page(page) == (f"http://a.cn{following}" if following else None)


@pytest.mark.parametrize(
    ("own", "links", "following"),
    [
        ("/l/index_7.html", {n: f"/l/index_{n - 1}.html" for n in range(2, 8)}, None),
        ("/l/index_3.html", {n: f"/l/index_{n - 1}.html" for n in (2, 3, 5, 6)}, "/l/index_4.html"),
        ("/l?page=9", {n: f"/l?page={n}" for n in range(1, 9)}, None),
        ("/l?page=2", {n: f"/l?page={n}" for n in (1, 3, 4)}, "/l?page=3"),
    ],
)
def test_the_last_page_leads_nowhere(own: str, links: dict[int, str], following: str | None) -> None:
    bar = "".join(f'<a href="{url}">{number}</a>' for number, url in links.items())
    page = parse_html(f"<html><body><div>{bar}</div></body></html>", f"http://a.cn{own}")
    assert paging.next_page(page) == (f"http://a.cn{following}" if following else None)


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("<a href='#' onclick=\"location.href='list.do?pageNo=2'\">下一页</a>", "list.do?pageNo=2"),
        ("<a href=\"javascript:window.location='list_2_3.html'\">下一页</a>", "list_2_3.html"),
        ("<a class='more' href='?page=2'>加载更多</a>", "?page=2"),
        (
            STORE,
            "/jpage/dataproxy.jsp?page=1&columnid=12",
        ),
    ],
)
def test_addresses_that_only_a_script_or_a_store_tells(body: str, want: str) -> None:
    assert paging.next_page(page_of(body)) == urljoin(BASE, want)


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("<a href=\"javascript:__doPostBack('pager','2')\">下一页</a>", "__doPostBack('pager','2')"),
        ("<a href='#' onclick='toPage(3)'>下页</a>", "toPage(3)"),
        ("<a href='#page=2'>下一页</a>", "#page=2"),
        ("<div class='load'>加载更多</div>", "加载更多"),
        ("<input type='button' value='下一页' onclick='goPage(2);'>", "goPage(2)"),
        ("<a href='javascript:void(0)'>下一页</a>", ""),
        ("<a href='#' class='disabled' onclick='toPage(3)'>下一页</a>", ""),
        ("<a href='index_2.html'>下一页</a>", ""),
        ("<p>下一页</p>", ""),
    ],
)
def test_what_only_a_script_can_turn_is_told(body: str, want: str) -> None:
    assert paging.unfollowable(page_of(body)) == want


def test_where_a_page_bar_stands() -> None:
    page = page_of(
        "<a href='1.html'>尾页</a><a href='2.html'>某县召开会议</a>" + CALL.format('5, 0, "index", "html"')
    )
    assert [bar.tag for bar in paging.page_bars(page)] == ["a", "script"]
