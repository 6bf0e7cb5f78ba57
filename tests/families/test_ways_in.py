"""Feeds, sitemaps and JSON lists as they come: broken, hostile, relative, large."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawler.families import jsonlist, xml
from crawler.listing import Listing
from crawler.page.document import PageError
from crawler.page.entries import Entry
from crawler.spider import PortalSpider
from tests.families.portals import Jcms, Rest, Rss, Sitemap, Tables
from tests.families.visiting import answer, started

BASE = "http://www.hegu.example"
ITEM = "<item><title>甲</title><link>{}</link><pubDate>{}</pubDate></item>"


@pytest.fixture
def rss(tmp_path: Path) -> Iterator[PortalSpider]:
    spider = started(Rss, tmp_path)
    yield spider
    spider.closed("finished")


@pytest.fixture
def sitemap(tmp_path: Path) -> Iterator[PortalSpider]:
    spider = started(Sitemap, tmp_path)
    yield spider
    spider.closed("finished")


@pytest.fixture
def jcms(tmp_path: Path) -> Iterator[PortalSpider]:
    spider = started(Jcms, tmp_path)
    yield spider
    spider.closed("finished")


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[PortalSpider]:
    spider = started(Rest, tmp_path)
    yield spider
    spider.closed("finished")


def read(
    spider: PortalSpider, text: str | bytes, kind: str = "text/xml", path: str = "/feed/", **headers: str
) -> Listing | None:
    body = text.encode() if isinstance(text, str) else text
    request = Request(BASE + path, cb_kwargs={"section": "全部", "number": 1})
    return spider.read_list(answer(spider, request, body, {"Content-Type": kind, **headers}))


def urls(listing: Listing | None) -> list[str]:
    assert listing is not None
    return [entry.url for entry in listing.entries]


def channel(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>站</title><link>{BASE}</link>{''.join(items)}</channel></rss>"


def refusal(spider: PortalSpider) -> int:
    assert spider.crawler.stats is not None
    return int(spider.crawler.stats.get_value("portalwatch/refused/unreadable", 0))


def test_dates_become_portal_time_and_addresses_absolute(rss: PortalSpider) -> None:
    listing = read(rss, channel(ITEM.format("/2026/1.html", "Thu, 05 Mar 2026 02:05:00 GMT")))
    assert listing == Listing([Entry(f"{BASE}/2026/1.html", "甲", "2026-03-05 10:05")])


@pytest.mark.parametrize("date", ["2026-03-05 10:05:00", "2026-03-05", "昨天", "", "Thu, 99 Mar 2026"])
def test_other_dates_stay_as_they_are_or_are_read(rss: PortalSpider, date: str) -> None:
    listing = read(rss, channel(ITEM.format("/a", date)))
    assert listing is not None
    assert listing.entries[0].date_text in {date, "2026-03-05 10:05"}


def test_items_without_an_address_are_left_out_and_identifiers_stand_in(rss: PortalSpider) -> None:
    text = channel(
        "<item><title>无</title></item>",
        "<item><title>号</title><guid isPermaLink='false'>http://www.hegu.example/?p=1</guid></item>",
        f"<item><title>址</title><guid>{BASE}/b</guid></item>",
    )
    assert urls(read(rss, text)) == [f"{BASE}/b"]


@pytest.mark.parametrize(
    "address", ["mailto:a@b.example", "javascript:go()", "http://[", "ftp://x.example/1", "#", " "]
)
def test_addresses_that_are_none_are_left_out(rss: PortalSpider, rest: PortalSpider, address: str) -> None:
    text = channel(ITEM.format(address, ""), ITEM.format("/1", ""))
    found = urls(read(rss, text))
    assert found[-1] == f"{BASE}/1"
    assert all(url.startswith(BASE) for url in found)
    data = json.dumps([{"title": "甲", "url": address}, {"title": "乙", "url": "/1"}])
    assert urls(read(rest, data, "application/json", "/list"))[-1] == f"{BASE}/1"


def test_atom_takes_the_alternate_link_and_the_next_page(rss: PortalSpider) -> None:
    text = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='?page=2'/><entry><title>甲</title>"
        "<link rel='self' href='/self'/><link href='a/1'/><updated>2026-03-05T10:05:00+08:00</updated>"
        "</entry></feed>"
    )
    listing = read(rss, text)
    assert listing == Listing([Entry(f"{BASE}/feed/a/1", "甲", "2026-03-05 10:05")], f"{BASE}/feed/?page=2")


def test_rdf_of_rss_one_is_read(rss: PortalSpider) -> None:
    text = (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel/><item rdf:about='x'>"
        "<title>甲</title><link>/r</link>"
        "<dc:date>2026-03-05T02:05:00Z</dc:date></item></rdf:RDF>"
    )
    assert read(rss, text) == Listing([Entry(f"{BASE}/r", "甲", "2026-03-05 10:05")])


def test_gbk_by_its_own_declaration(rss: PortalSpider) -> None:
    text = '<?xml version="1.0" encoding="gb2312"?>' + channel(
        "<item><title>全市经济运行平稳，重点项目加快推进</title><link>/g</link></item>"
    )
    listing = read(rss, text.encode("gbk"), "application/rss+xml")
    assert listing is not None
    assert listing.entries[0].title == "全市经济运行平稳，重点项目加快推进"


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes(
    rss: PortalSpider, caplog: pytest.LogCaptureFixture
) -> None:
    text = (
        channel(ITEM.format("/1", ""), ITEM.format("/2", "")).partition("</channel>")[0]
        + "<item><title>丙 & 丁"
    )
    assert urls(read(rss, text)) == [f"{BASE}/1", f"{BASE}/2"]
    assert "not well-formed" in caplog.text
    assert rss.crawler.stats is not None
    assert rss.crawler.stats.get_value("portalwatch/broken_lists") == 1


BOMB = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><rss><item><title>&b;</title></item></rss>"
FILE = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><item><link>&x;</link></item></rss>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "declares entities"),
        (FILE.replace("<!DOCTYPE", "<!doctype").replace("<!ENTITY", "<!entity"), "declares entities"),
        ("<html><body><p>没有这个地址</p></body></html>", "this is no feed but <html>"),
        ("<urlset/>", "this is no feed but <urlset>"),
        ('{"items": []}', "no XML document"),
        ("   ", "no XML document"),
        ("<rss>" + "x" * 8_000_001, "more than the limit"),
    ],
)
def test_what_is_no_feed_is_refused(
    rss: PortalSpider, caplog: pytest.LogCaptureFixture, text: str, reason: str
) -> None:
    assert read(rss, text) is None
    assert reason in caplog.text
    assert refusal(rss) == 1


def test_deep_nesting_and_external_types_do_no_harm() -> None:
    deep = "<rss>" * 5000 + "</rss>" * 5000
    root, broken = xml.parse_xml(deep, "")
    assert xml.name_of(root) == "rss"
    assert broken
    root, broken = xml.parse_xml("<!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/rss.dtd'><rss>&nbsp;</rss>", "")
    assert xml.name_of(root) == "rss"


def test_a_sitemap_is_read_newest_first_and_articles_only(sitemap: PortalSpider) -> None:
    text = (
        "<urlset xmlns:image='i'><url><loc>/</loc></url><url><loc>/2026/01/1/</loc>"
        "<lastmod>2026-01-02</lastmod></url>"
        "<url><loc> /2026/03/2/ </loc><lastmod>2026-03-02T00:00:00Z</lastmod>"
        "<image:image><image:loc>/p.jpg</image:loc></image:image></url><url><lastmod>2026-04-01</lastmod></url><url><loc>/about/us/</loc></url></urlset>"
    )
    assert read(sitemap, text, path="/sitemap.xml") == Listing(
        [Entry(f"{BASE}/2026/03/2/", "", "2026-03-02 08:00"), Entry(f"{BASE}/2026/01/1/", "", "2026-01-02")]
    )


def test_an_index_is_followed_newest_first_within_the_window(tmp_path: Path) -> None:
    spider = started(Sitemap, tmp_path, since="2026-02-01")
    text = (
        "<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2025-12-31</lastmod></sitemap>"
        "<sitemap><loc>/b.xml</loc><lastmod>2026-02-03</lastmod></sitemap>"
        "<sitemap><loc>/c.xml.gz</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>"
    )
    assert read(spider, text, path="/i.xml") == Listing([], f"{BASE}/c.xml.gz", may_be_empty=True)
    url = "<urlset><url><loc>/2026/03/1/</loc></url></urlset>"
    packed = read(spider, gzip.compress(url.encode()), "application/gzip", "/c.xml.gz")
    assert packed == Listing([Entry(f"{BASE}/2026/03/1/", "", "")], f"{BASE}/b.xml")
    assert read(spider, url, path="/b.xml") == Listing([Entry(f"{BASE}/2026/03/1/", "", "")])
    spider.closed("finished")


def test_an_empty_index_is_an_error(sitemap: PortalSpider, caplog: pytest.LogCaptureFixture) -> None:
    request = Request(f"{BASE}/i.xml", cb_kwargs={"section": "全部", "number": 1})
    response = answer(sitemap, request, b"<sitemapindex/>", {"Content-Type": "text/xml"})
    assert list(sitemap.parse_list(response, "全部", 1)) == []
    assert "nothing found" in caplog.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"<urlset>" + b" " * 9_000_000), "unpacked it is larger than the limit"),
        (b"\x1f\x8b\x08\x00broken", "cannot be unpacked"),
    ],
)
def test_a_gzip_file_is_bounded(
    sitemap: PortalSpider, caplog: pytest.LogCaptureFixture, body: bytes, reason: str
) -> None:
    assert read(sitemap, body, "application/x-gzip", "/s.xml.gz") is None
    assert reason in caplog.text


def test_json_lists_of_three_systems(rest: PortalSpider) -> None:
    posts = [
        {"id": 1, "date": "2026-03-05T10:05:00", "link": f"{BASE}/1/", "title": {"rendered": "甲 &#8211; 乙"}}
    ]
    assert read(rest, json.dumps(posts), "application/json", "/wp-json/wp/v2/posts") == Listing(
        [Entry(f"{BASE}/1/", "甲 – 乙", "2026-03-05T10:05:00")]
    )
    articles = {
        "classify": {"name": "公告"},
        "pages": 3,
        "articles": [{"title": "丙", "url": "/c", "date": 1772676300}],
    }
    assert read(rest, json.dumps(articles), "application/json", "/gkmlpt/api/all/7?page=1&sid=2") == Listing(
        [Entry(f"{BASE}/c", "丙", "2026-03-05 10:05")], f"{BASE}/gkmlpt/api/all/7?page=2&sid=2"
    )
    rows = "".join(
        f"<li><a href='/art/{n}00.html'>关于第{n}批项目公示的通知</a><span>2026-03-0{n}</span></li>"
        for n in (1, 2, 3)
    )
    markup = {"code": "200", "data": {"html": f"<ul>{rows}</ul>"}}
    listing = read(rest, json.dumps(markup), "application/json", "/front/page/build/unit")
    assert urls(listing) == [f"{BASE}/art/{n}00.html" for n in (1, 2, 3)]


def test_json_paging_ends(rest: PortalSpider) -> None:
    row = [{"title": "甲", "link": "/1"}]
    path = "/wp-json/wp/v2/posts?page=2"
    more = read(rest, json.dumps(row), "application/json", path, **{"X-WP-TotalPages": "3"})
    last = read(rest, json.dumps(row), "application/json", path, **{"X-WP-TotalPages": "2"})
    assert more is not None
    assert last is not None
    assert (more.following, last.following) == (f"{BASE}/wp-json/wp/v2/posts?page=3", None)
    assert read(rest, "[]", "application/json", path) == Listing([], None, may_be_empty=True)


def test_pages_are_counted_by_rows_where_nothing_else_is_told(rest: PortalSpider) -> None:
    row = {"title": "甲", "url": "/1", "publishedTimeStr": "2026-03-05 10:05:00"}
    data = {"data": {"results": [row], "total": 31, "rows": 15, "page": 2}}
    path = "/searchList/0a1b?_isAgg=true&_isJson=true&_pageSize=15&page="
    middle, last = (read(rest, json.dumps(data), "application/json", f"{path}{page}") for page in (2, 3))
    assert middle is not None
    assert last is not None
    assert middle.entries == [Entry(f"{BASE}/1", "甲", "2026-03-05 10:05:00")]
    assert (middle.following, last.following) == (f"{BASE}{path}3", None)


@pytest.mark.parametrize("text", ["", "<html></html>", "[" * 100_000, "nul"])
def test_what_is_no_json_is_refused(rest: PortalSpider, text: str) -> None:
    assert read(rest, text, "application/json", "/list") is None
    assert refusal(rest) == 1


SCALARS = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["title", "url", "date", "data", "rendered", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("date", [1e300, -1, True, float("inf"), 10**30, None, [], {"rendered": 5}])
def test_dates_that_are_none_stay_empty(rest: PortalSpider, date: object) -> None:
    data = json.dumps([{"title": "甲", "url": "/1", "date": date}])
    assert read(rest, data, "application/json", "/list") == Listing([Entry(f"{BASE}/1", "甲", "")])


@given(VALUES)
def test_any_json_is_read_without_a_fault(data: object) -> None:
    for entry in jsonlist.rows(data, f"{BASE}/list"):
        assert entry.title
        assert entry.url


@given(st.text(alphabet="<>/!?[]rsitemlnk&;'\" =x", max_size=200))
def test_any_text_is_xml_or_refused(text: str) -> None:
    with contextlib.suppress(PageError):
        root, _ = xml.parse_xml(text, "u")
        assert xml.name_of(root)


@pytest.mark.parametrize(("first", "further"), [(1, "startrecord=46&endrecord=90"), (46, ""), (91, "")])
def test_rows_of_jcms_are_asked_for_by_number(jcms: PortalSpider, first: int, further: str) -> None:
    row = "<li><a href='/art/2026/3/5/art_12_34.html' title='甲乙丙丁'>甲乙…</a><span>2026-03-05</span></li>"
    text = (
        f"<datastore><totalrecord>90</totalrecord><recordset><record><![CDATA[{row}]]></record></recordset>"
        "</datastore>"
    )
    path = "/module/web/jpage/dataproxy.jsp?startrecord={}&endrecord={}&perpage=15&columnid=12"
    listing = read(jcms, text, path=path.format(first, first + 44))
    assert listing is not None
    assert listing.entries[0].title == "甲乙丙丁"
    assert (listing.following or "").partition("?")[2].removesuffix("&perpage=15&columnid=12") == further


def test_a_list_that_only_a_script_turns_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = "".join(f"<li><a href='/{n}00.html'>关于第{n}批项目公示的通知</a></li>" for n in range(1, 6))
    more = "<a href=\"javascript:__doPostBack('pager','2')\">下一页</a>"
    spider = started(Tables, tmp_path)
    spider.sections = {"通知": "/list.asp"}
    request = Request(f"{spider.base}/list.asp", cb_kwargs={"section": "通知", "number": 1})
    body = f"<html><body><ul>{rows}</ul>{more}</body></html>".encode()
    response = answer(spider, request, body, {"Content-Type": "text/html; charset=utf-8"})
    assert len(list(spider.parse_list(response, "通知", 1))) == 5
    spider.closed("finished")
    assert spider.crawler.stats is not None
    assert spider.crawler.stats.get_value("portalwatch/unfollowable") == 1
    assert "only a script turns the page (__doPostBack('pager','2'))" in caplog.text
