"""The middleware that decides every page's encoding."""

from __future__ import annotations

import pytest
from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from crawler.middlewares.charset import CharsetMiddleware, DecidedResponse

TEXT = "低空经济座谈会在徐州召开，多家企业参加并签约。"
PAGE = f"<html><head><title>{TEXT}</title></head><body><p>{TEXT}</p></body></html>"


def middleware() -> CharsetMiddleware:
    return CharsetMiddleware.from_crawler(get_crawler(Spider))


@pytest.mark.parametrize("real", ["utf-8", "gb18030", "big5hkscs", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "big5", "iso-8859-1", "nonsense"])
def test_a_wrong_declaration_changes_nothing(real: str, declared: str) -> None:
    page = (
        PAGE.translate(str.maketrans("济谈会开业参约", "濟談會開業參約"))
        .replace("签", "簽")
        .replace("多家企", "多家企")
    )
    headers = {"Content-Type": f"text/html; charset={declared}"}
    request = Request("http://portal.example/")
    response = HtmlResponse(request.url, body=page.encode(real), headers=headers, request=request)
    found = middleware().process_response(request, response)
    assert isinstance(found, DecidedResponse)
    assert found.text.lstrip("\ufeff") == page
    assert found.body == response.body
    assert found.decision.reason


def test_binary_answers_and_robots_pass_untouched() -> None:
    request = Request("http://portal.example/a.pdf")
    binary = Response(request.url, body=b"%PDF-1.4 ...")
    assert middleware().process_response(request, binary) is binary
    robots = Request("http://portal.example/robots.txt")
    text = HtmlResponse(robots.url, body=b"User-agent: *")
    assert middleware().process_response(robots, text) is text


def test_the_decision_is_counted() -> None:
    crawler = get_crawler(Spider)
    request = Request("http://portal.example/")
    response = HtmlResponse(request.url, body=PAGE.encode("gb18030"))
    CharsetMiddleware.from_crawler(crawler).process_response(request, response)
    assert crawler.stats
    assert crawler.stats.get_value("portalwatch/charset/gb18030") == 1


def test_a_text_that_was_let_go_is_there_for_whoever_asks() -> None:
    request = Request("http://portal.example/")
    answer = HtmlResponse(request.url, body=PAGE.encode("gb18030"), request=request)
    found = middleware().process_response(request, answer)
    assert isinstance(found, DecidedResponse)
    found.let_go()
    assert (found.text, found.replaced) == (PAGE, 0)
