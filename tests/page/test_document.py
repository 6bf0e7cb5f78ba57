"""Parsing survives what real pages do and refuses in words what is no page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.page.document import MAX_CHARS, PageError, parse_html

URL = "http://www.example.com/a.html"


def text_of(html: str) -> str:
    return "".join(parse_html(html, URL).root.itertext())


def test_text_behind_an_early_end_is_kept() -> None:
    assert text_of("<html><body><p>一</p></body></html><div>二</div>") == "一二"


def test_a_page_without_body_has_one() -> None:
    assert parse_html("<html><head><title>一</title></head></html>", URL).root.find("body") is not None


def test_a_declaration_of_an_encoding_in_decoded_text_does_no_harm() -> None:
    html = '<?xml version="1.0" encoding="gb2312"?><html><body><p>正文</p></body></html>'

    assert text_of(html) == "正文"


def test_control_characters_do_not_end_the_page() -> None:
    assert text_of("<body><p>一\x00二\x0b三\ud800</p></body>") == "一二三"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the page is empty"),
        (" \r\n\ufeff", "the page is empty"),
        ('{"list": [1, 2]}', "JSON"),
        (
            '<?xml version="1.0"?><rss version="2.0"><channel><title>新闻</title></channel></rss>',
            "XML document (rss)",
        ),
        ("<urlset><url><loc>http://www.example.com/</loc></url></urlset>", "XML document (urlset)"),
        ("\x89PNG\r\n\x1a\n\x00\x00", "PNG picture"),
        ("\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG picture"),
        ("%PDF-1.4", "PDF document"),
        ("PK\x03\x04\x14\x00", "ZIP archive"),
        ("\x00\x01\x02\x03\ufffd\ufffd" * 20, "binary data"),
        ("只有文字", "no HTML element"),
        ("<div>" * 200_000 + "深", "nested deeper"),
        ("<p>" + "长" * MAX_CHARS, "more than the limit"),
    ],
    ids=[
        "empty",
        "blank",
        "json",
        "rss",
        "sitemap",
        "png",
        "jpeg",
        "pdf",
        "zip",
        "binary",
        "text",
        "deep",
        "long",
    ],
)
def test_what_is_no_page_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(PageError, match="example") as refusal:
        parse_html(text, URL)

    assert reason in refusal.value.reason
    assert refusal.value.url == URL


@given(st.text(alphabet="<>/=\"' \nadivpbrtable!-&;#x正文\x00", max_size=300))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        page = parse_html(text, URL)
    except PageError as refusal:
        assert refusal.reason  # noqa: PT017  either outcome is right, and a refusal has to say why
    else:
        assert page.root.find("body") is not None
