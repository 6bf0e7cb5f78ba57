"""Pages that nobody wrote for readers: each is refused by name, or read, within bounds."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import count

import pytest

from crawler.page import title
from crawler.page.document import PageError, limited, parse_html, refuse_binary
from crawler.page.walk import walk
from crawler.reading import NO_RULES, Rules, read_article
from crawler.text import deadline

NOW = datetime(2026, 11, 12, tzinfo=UTC)
SENTENCE = "渡口的老船工说，水位落下去三尺，上游来的船就要在镇外等到第二天早上，才有人领着过滩。"
HEAD = "<html><head><title>渡口的一天</title></head><body><h1>渡口的一天</h1>"
PAGE = f"{HEAD}<div class='text'>{''.join(f'<p>{SENTENCE}</p>' for _ in range(5))}</div></body></html>"

HOSTILE = {
    "20 MB of paragraphs": (
        HEAD + f"<p>{SENTENCE}</p>" * (20_000_000 // len(f"<p>{SENTENCE}</p>".encode())),
        "too-large",
        "displays .* lines",
    ),
    "20 MB of script": (
        HEAD + "<script>" + "a=1;" * 5_000_000 + "</script>",
        "too-large",
        "characters, more",
    ),
    "nested tags": (HEAD + "<div>" * 200_000 + SENTENCE, "too-large", "nested deeper"),
    "nested inline tags": (HEAD + "<b>" * 200_000 + SENTENCE, "too-large", "nested deeper"),
    "one line": (HEAD + "<div>" + SENTENCE * 75_000 + "</div>", "too-large", "displays .* characters"),
    "one line without marks": (HEAD + "<div>" + "渡" * 3_000_000 + "</div>", "too-large", "displays .* char"),
    "100,000 siblings": (HEAD + "<p>短句子</p>" * 100_000, "too-large", "displays 100,001 lines"),
    "100,000 rows": (HEAD + "<table>" + "<tr><td>甲<td>乙" * 100_000, "too-large", "lines"),
    "a feed": ('<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "unreadable", "XML document .rss"),
    "an XML document": ("<?xml version='1.0'?><a><p>x</p></a>", "unreadable", "XML document .a"),
    "JSON": ('{"title": "x", "content": "<p>y</p>"}', "unreadable", "JSON document"),
    "a picture": ("\x89PNG\r\n\x1a\n" + "\x00\x01<p>" * 2000, "unreadable", "a PNG picture"),
    "nothing": (" \n", "unreadable", "empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_refused_and_why(name: str) -> None:
    text, kind, reason = HOSTILE[name]
    with pytest.raises(PageError, match=reason) as raised:
        read_article(parse_html(text, "http://p.example/1.html"), NO_RULES, portal="p", now=NOW)
    assert raised.value.kind == kind
    assert "\n" not in str(raised.value)


def test_a_selector_is_no_way_around_the_limit() -> None:
    page = parse_html(f"{HEAD}<div id='c'>{SENTENCE * 75_000}</div>", "http://p.example/1.html")
    with pytest.raises(PageError, match=r"displays .* characters"):
        read_article(page, Rules({"title": "h1", "body": "#c"}), portal="p", now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "<p>" + "<b>渡</b>" * 100_000 + "</p>",
        HEAD + f"<p>{SENTENCE}</p>" + "<img src='a.jpg'>" * 50_000,
        HEAD + f"<p>{SENTENCE}</p>" + "<a href='a.doc'>附件</a>" * 50_000,
        HEAD + "<!-- ContentStart -->" * 50_000 + f"<p>{SENTENCE}</p>",
        HEAD + "<script>createPageHTML(</script>" * 50_000 + f"<p>{SENTENCE}</p>",
        HEAD + f"<p>{'责任编辑：甲 ' * 8}</p>" * 1500,
    ],
    ids=["inline elements", "pictures", "files", "comments", "scripts", "editors"],
)
def test_what_is_only_odd_is_read(text: str) -> None:
    page = parse_html(text, "http://p.example/1.html")
    assert read_article(page, NO_RULES, portal="p", now=NOW).title == "渡口的一天"


def test_an_empty_body_reads_as_nothing() -> None:
    page = parse_html("<html><head></head><body></body></html>", "http://p.example/1.html")
    read = read_article(page, NO_RULES, portal="p", now=NOW)
    assert (read.title, read.blocks) == ("", [])


def test_a_headline_among_a_hundred_thousand_siblings() -> None:
    page = parse_html(HEAD + "<p>短句子</p>" * 100_000, "http://p.example/1.html")
    found = title.find(page, walk(page.root).lines, {})
    assert found is not None
    assert found.value == "渡口的一天"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second pass at each look at the clock."""
    ticks = count()
    monkeypatch.setattr(deadline, "clock", lambda: next(ticks))


def read(seconds: float) -> str:
    with limited(seconds, "http://p.example/1.html"):
        page = parse_html(PAGE, "http://p.example/1.html")
        return read_article(page, NO_RULES, portal="p", now=NOW).title


@pytest.mark.usefixtures("clock")
def test_reading_takes_no_longer_than_it_may() -> None:
    for seconds in (1, 3, 6):
        with pytest.raises(PageError, match=f"longer than {seconds} s") as raised:
            read(seconds)
        assert raised.value.kind == "too-slow"
    assert read(100_000) == read(0) == "渡口的一天"


@pytest.mark.usefixtures("clock")
def test_an_outer_limit_holds_inside_and_ends_with_its_block() -> None:
    with pytest.raises(PageError, match="longer than 3 s"), limited(3):
        read(0)
    assert read(0) == "渡口的一天"


NOISE = random.Random(7).randbytes(8192)  # noqa: S311  no secret


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + NOISE, "PNG"),
        (b"\xff\xd8\xff\xe0" + NOISE, "JPEG"),
        (b"PK\x03\x04" + NOISE, "ZIP"),
        (NOISE, "binary data"),
    ],
)
def test_bytes_that_are_no_text(body: bytes, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        refuse_binary(body)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_bytes_that_are_text(encoding: str) -> None:
    refuse_binary(f"<html><body>{'渡口有船' * 200}</body></html>".encode(encoding))
    refuse_binary(b"")
