"""Redirects that a page asks for."""

from __future__ import annotations

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response

from crawler.middlewares.refresh import RefreshMiddleware

URL = "http://a.example/news/"


def answered(body: str) -> Request | Response:
    crawler = Crawler(Spider, {"METAREFRESH_MAXDELAY": 5})
    crawler.settings.freeze()
    middleware = RefreshMiddleware.from_crawler(crawler)
    request = Request(URL)
    response = HtmlResponse(URL, body=body, encoding="utf-8", request=request)
    return middleware.process_response(request, response)


@pytest.mark.parametrize("word", ["refresh", "Refresh", "REFRESH"])
def test_a_page_that_refers_to_another_is_followed(word: str) -> None:
    found = answered(f'<html><head><meta http-equiv="{word}" content="0;url=/news/1.html"></head></html>')
    assert isinstance(found, Request)
    assert found.url == "http://a.example/news/1.html"


@pytest.mark.parametrize(
    "body", ["<p>text</p>", "<p>refresh</p>", '<meta http-equiv="refresh" content="60">']
)
def test_any_other_page_is_returned(body: str) -> None:
    assert isinstance(answered(body), HtmlResponse)
