from __future__ import annotations

import gzip

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from crawler.middlewares.inflate import InflateMiddleware

PAGE = "<html><body><p>青石渡的船又多了。</p></body></html>".encode("gb18030")
REQUEST = Request("http://portal.example/1.html")


def inflate(response: Response, **settings: object) -> Response:
    found = InflateMiddleware.from_crawler(get_crawler(Spider, settings)).process_response(REQUEST, response)
    assert isinstance(found, Response)
    return found


def packed(body: bytes, kind: str = "text/html") -> HtmlResponse:
    headers = {"Content-Encoding": "gzip", "Content-Type": kind}
    return HtmlResponse(REQUEST.url, body=gzip.compress(body), headers=headers)


def test_a_packed_page_is_a_page() -> None:
    found = inflate(packed(PAGE))
    assert isinstance(found, HtmlResponse)
    assert found.body == PAGE
    assert "Content-Encoding" not in found.headers


def test_no_encoding_is_looked_for_in_packed_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: object) -> str:
        pytest.fail("the encoding of the packed bytes was asked for")

    monkeypatch.setattr(HtmlResponse, "_body_inferred_encoding", refuse)
    assert inflate(packed(PAGE)).body == PAGE


def test_a_page_that_is_not_packed_stays_as_it_is() -> None:
    response = HtmlResponse(REQUEST.url, body=PAGE)
    assert inflate(response) is response


def test_a_bomb_is_refused() -> None:
    with pytest.raises(IgnoreRequest, match="exceeded"):
        inflate(packed(b"<p>" + b"\0" * 10_000_000), DOWNLOAD_MAXSIZE=1_000_000)
