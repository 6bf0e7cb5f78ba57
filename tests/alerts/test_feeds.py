from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from crawler.alerts.alerted import Alerted
from crawler.alerts.atom import atom
from crawler.alerts.feed import Feed
from crawler.alerts.jsonfeed import jsonfeed
from crawler.alerts.opml import opml
from crawler.alerts.rss import rss

FOUND = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
FEED = Feed(
    id="tag:portalwatch.invalid,2026:watch/6f1c",
    title="portalwatch: 低空",
    description="Stories that match: 低空 <b>&\x07",
    updated=FOUND + timedelta(hours=1),
    path="低空",
    base="https://feeds.example/",
    home="https://web.example",
    page=2,
    pages=3,
)
ALERT = Alerted(
    uid="a-1",
    kind="new",
    title="低空\x0b经济 <起飞> & 更\ud800多\ufffe",
    url="http://p.example/1?a=1&b=2",
    portal="cnxz",
    source="徐州日报",
    first_source="江上网",
    words=("低空", "title:经济"),
    excerpts=("…首条<i>低空</i>航线…",),
    reprints=2,
    published=FOUND - timedelta(days=1),
    found=FOUND,
    updated=FOUND + timedelta(hours=1),
    section="要闻",
    watch="低空",
    version=3,
    stored_url="https://web.example/articles/7/versions/3",
)


def read_atom(*alerts: Alerted, feed: Feed = FEED) -> Any:
    return feedparser.parse(atom(feed, alerts))


def read_rss(*alerts: Alerted, feed: Feed = FEED) -> Any:
    return feedparser.parse(rss(feed, alerts))


def test_atom_is_read_by_a_reader() -> None:
    feed = read_atom(ALERT)

    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.id == "tag:portalwatch.invalid,2026:watch/6f1c"
    assert feed.feed.title == "portalwatch: 低空"
    (entry,) = feed.entries
    assert entry.id == "tag:portalwatch.invalid,2026:alert/a-1"
    assert entry.title == "低空经济 <起飞> & 更多"
    assert entry.link == "http://p.example/1?a=1&b=2"
    assert entry.author == "徐州日报"
    assert entry.published == "2026-05-03T08:00:00Z"
    assert entry.updated == "2026-05-04T09:00:00Z"
    assert [tag.term for tag in entry.tags] == ["低空", "title:经济"]
    text = entry.content[0].value
    for part in (
        "Matched: 低空, title:经济",
        "cnxz",
        "徐州日报",
        "江上网",
        "reprints: 2",
        "要闻",
        "versions/3",
        "Watch: 低空 (new)",
        "published: 2026-05-03 16:00",
        "found: 2026-05-04 16:00",
    ):
        assert part in text
    assert "首条&lt;i&gt;低空&lt;/i&gt;航线" in text
    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": "https://feeds.example/%E4%BD%8E%E7%A9%BA/2.atom",
        "alternate": "https://web.example",
        "first": "https://feeds.example/%E4%BD%8E%E7%A9%BA.atom",
        "previous": "https://feeds.example/%E4%BD%8E%E7%A9%BA.atom",
        "next": "https://feeds.example/%E4%BD%8E%E7%A9%BA/3.atom",
        "last": "https://feeds.example/%E4%BD%8E%E7%A9%BA/3.atom",
    }


def test_atom_keeps_the_rules_of_its_specification() -> None:
    document = atom(FEED, [ALERT, replace(ALERT, uid="a-2", published=None, source=None)])
    root = etree.fromstring(document)
    space = {"a": "http://www.w3.org/2005/Atom"}

    for parent in (root, *root.findall("a:entry", space)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", space)) == 1
        alternates = parent.findall("a:link[@rel='alternate']", space)
        assert len({(link.get("type"), link.get("hreflang")) for link in alternates}) == len(alternates) == 1
    assert root.findtext("a:author/a:name", namespaces=space)
    second = root.findall("a:entry", space)[1]
    assert second.findtext("a:published", namespaces=space) == "2026-05-04T08:00:00Z"
    assert second.findtext("a:author/a:name", namespaces=space) == "cnxz"


def test_rss_is_read_by_a_reader() -> None:
    feed = read_rss(ALERT)

    assert not feed.bozo
    assert feed.version == "rss20"
    assert feed.feed.title == "portalwatch: 低空"
    assert feed.feed.link == "https://web.example"
    (entry,) = feed.entries
    assert entry.id == "tag:portalwatch.invalid,2026:alert/a-1"
    assert entry.title == "低空经济 <起飞> & 更多"
    assert entry.link == "http://p.example/1?a=1&b=2"
    assert entry.author == "徐州日报"
    assert entry.published == "Sun, 03 May 2026 08:00:00 +0000"
    assert entry.updated == "2026-05-04T09:00:00Z"
    assert [tag.term for tag in entry.tags] == ["低空", "title:经济"]
    assert "首条&lt;i&gt;低空&lt;/i&gt;航线" in entry.summary


@pytest.mark.parametrize("base", ["https://feeds.example/", ""])
def test_rss_keeps_the_rules_of_its_specification(base: str) -> None:
    root = etree.fromstring(rss(replace(FEED, base=base, home=""), [ALERT, replace(ALERT, uid="a-2")]))

    assert (root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1)
    (channel,) = root
    for name in ("title", "link", "description"):
        assert len(channel.findall(name)) == 1
        assert channel.findtext(name)
    assert str(channel.findtext("link")).startswith(("http://", "https://"))
    guids = [item.find("guid") for item in channel.findall("item")]
    assert [guid.get("isPermaLink") for guid in guids if guid is not None] == ["false", "false"]
    assert len({guid.text for guid in guids if guid is not None}) == 2


def test_json_feed() -> None:
    feed = json.loads(jsonfeed(FEED, [ALERT]))

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://feeds.example/%E4%BD%8E%E7%A9%BA/2.json"
    assert feed["next_url"] == "https://feeds.example/%E4%BD%8E%E7%A9%BA/3.json"
    assert feed["home_page_url"] == "https://web.example"
    (item,) = feed["items"]
    assert item["id"] == "tag:portalwatch.invalid,2026:alert/a-1"
    assert item["date_published"] == "2026-05-03T08:00:00Z"
    assert item["date_modified"] == "2026-05-04T09:00:00Z"
    assert item["title"] == "低空经济 <起飞> & 更多"
    assert item["tags"] == ["低空", "title:经济"]
    told = item["_portalwatch"]
    assert told["excerpts"] == ["…首条<i>低空</i>航线…"]
    assert (told["reprints"], told["section"], told["watch"]) == (2, "要闻", "低空")
    assert told["stored_url"] == "https://web.example/articles/7/versions/3"


def test_addresses_are_relative_where_nobody_said_where_the_feeds_are() -> None:
    feed = replace(FEED, base="", home="")

    assert {link.rel: link.href for link in read_atom(ALERT, feed=feed).feed.links} == {
        "first": "../%E4%BD%8E%E7%A9%BA.atom",
        "previous": "../%E4%BD%8E%E7%A9%BA.atom",
        "next": "../%E4%BD%8E%E7%A9%BA/3.atom",
        "last": "../%E4%BD%8E%E7%A9%BA/3.atom",
    }
    assert not {"feed_url", "next_url", "home_page_url"} & set(json.loads(jsonfeed(feed, [ALERT])))


def test_ids_stay_when_an_alert_changes() -> None:
    before = read_atom(ALERT)
    after = read_atom(replace(ALERT, title="另一个标题", updated=FOUND + timedelta(days=2), reprints=3))

    assert before.entries[0].id == after.entries[0].id == read_rss(ALERT).entries[0].id
    assert before.entries[0].published == after.entries[0].published
    assert before.entries[0].updated < after.entries[0].updated


@pytest.mark.parametrize("kind", ["changed", "withdrawn"])
def test_what_happened_is_said_in_the_title(kind: str) -> None:
    assert read_atom(replace(ALERT, kind=kind, title="停水")).entries[0].title == f"[{kind}] 停水"


def test_the_full_text_where_it_was_asked_for() -> None:
    text = read_atom(replace(ALERT, body="第一段。\n<b>第二段</b>。")).entries[0].content[0].value

    assert "<p>第一段。</p><p>&lt;b&gt;第二段&lt;/b&gt;。</p>" in text
    assert "首条" not in text


def test_an_empty_feed_is_a_feed() -> None:
    feed = replace(FEED, page=1, pages=1)

    assert not read_atom(feed=feed).bozo
    assert not read_rss(feed=feed).bozo
    assert json.loads(jsonfeed(feed, []))["items"] == []


def test_opml_lists_the_feeds() -> None:
    root = etree.fromstring(opml([FEED, replace(FEED, path="_all", title="all <&>", page=1)], FOUND))

    assert (root.tag, root.get("version")) == ("opml", "2.0")
    outlines = root.findall("body/outline")
    assert [outline.get("type") for outline in outlines] == ["rss", "rss"]
    assert [outline.get("text") for outline in outlines] == ["portalwatch: 低空", "all <&>"]
    assert outlines[1].get("xmlUrl") == "https://feeds.example/_all.atom"
