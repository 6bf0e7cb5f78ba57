"""The chains of middlewares and pipelines do what Scrapy's own do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.exceptions import DropItem, _InvalidOutput
from scrapy.http import HtmlResponse, Response
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.test import get_crawler

from crawler.chains import Counts, Middlewares, Pipelines

ASKED = Request("http://portal.example/1.html")
OTHER = Request("http://portal.example/2.html")
ANSWER = Response(ASKED.url, body=b"page")
DECODED = HtmlResponse(ASKED.url, body=b"page")


class Returns:
    """A middleware whose methods return what they were given, at once or later."""

    def __init__(self, to_request: Any = None, to_response: Any = None, *, later: bool = False) -> None:
        self.seen: list[Any] = []
        self._later = later
        self._to_request, self._to_response = to_request, to_response

    def process_request(self, request: Request) -> Any:
        self.seen.append(request)
        return self._given(self._to_request)

    def process_response(self, request: Request, response: Response) -> Any:  # noqa: ARG002  Scrapy's signature
        self.seen.append(response)
        return self._given(self._to_response or response)

    def _given(self, value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return asyncio.sleep(0, value) if self._later else value


async def download(_request: Request) -> Response:
    return ANSWER


def through(kind: type[DownloaderMiddlewareManager], *steps: Returns) -> Response | Request:
    manager = kind(*steps, crawler=get_crawler(Spider))
    return asyncio.run(manager.download_async(download, ASKED))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("kind", [DownloaderMiddlewareManager, Middlewares])
def test_each_step_sees_what_the_one_before_returned(
    kind: type[DownloaderMiddlewareManager], later: bool
) -> None:
    outer, inner = Returns(later=later), Returns(to_response=DECODED, later=later)
    assert through(kind, outer, inner) is DECODED
    assert (outer.seen, inner.seen) == ([ASKED, DECODED], [ASKED, ANSWER])


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("kind", [DownloaderMiddlewareManager, Middlewares])
def test_an_answer_to_a_request_and_a_request_to_an_answer_end_the_chain(
    kind: type[DownloaderMiddlewareManager], later: bool
) -> None:
    outer, inner = Returns(), Returns(to_response=OTHER, later=later)
    assert through(kind, outer, inner) is OTHER
    assert outer.seen == [ASKED]
    outer, inner = Returns(to_request=DECODED, later=later), Returns()
    assert through(kind, outer, inner) is DECODED
    assert inner.seen == [DECODED]


@pytest.mark.parametrize("kind", [DownloaderMiddlewareManager, Middlewares])
@pytest.mark.parametrize("fault", [Returns(to_request="page"), Returns(to_response="page")])
def test_anything_else_is_a_fault(kind: type[DownloaderMiddlewareManager], fault: Returns) -> None:
    with pytest.raises(_InvalidOutput):
        through(kind, fault)


@pytest.mark.parametrize("kind", [DownloaderMiddlewareManager, Middlewares])
def test_what_a_step_raises_is_raised(kind: type[DownloaderMiddlewareManager]) -> None:
    with pytest.raises(ValueError, match="wrong"):
        through(kind, Returns(to_request=ValueError("wrong")))


class Adds:
    """A pipeline that adds a letter, at once or later, or drops the item."""

    def __init__(self, letter: str, *, later: bool = False) -> None:
        self._letter = letter
        self._later = later

    def process_item(self, item: str) -> Any:
        if not self._letter:
            raise DropItem(item)
        return asyncio.sleep(0, item + self._letter) if self._later else item + self._letter


@pytest.mark.parametrize("kind", [ItemPipelineManager, Pipelines])
def test_an_item_goes_through_the_pipelines_in_their_order(kind: type[ItemPipelineManager]) -> None:
    manager = kind(Adds("a"), Adds("b", later=True), Adds("c"), crawler=get_crawler(Spider))
    assert asyncio.run(manager.process_item_async("")) == "abc"
    dropping = kind(Adds("a"), Adds(""), Adds("c"), crawler=get_crawler(Spider))
    with pytest.raises(DropItem, match="a"):
        asyncio.run(dropping.process_item_async(""))


def test_what_is_counted_can_be_read() -> None:
    counts = Counts(get_crawler(Spider))
    counts.inc_value("pages")
    counts.inc_value("pages", 2)
    counts.max_value("largest", 5)
    counts.set_value("state", "ok")
    assert counts.get_stats() == {"pages": 3, "largest": 5, "state": "ok"}
    assert counts.get_value("pages") == 3
