"""What is done to the requests that a page leads to, and what is only loaded where it is wanted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request, Spider
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.middlewares.cookies import WantedCookiesMiddleware
from crawler.middlewares.following import FollowingMiddleware, WantedDepthMiddleware

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIST = Response("http://portal.example/list.html", request=Request("http://portal.example/list.html"))
SHORT = "http://portal.example/1.html"
LONG = f"http://portal.example/{'1' * 100}.html"


def followed(**settings: Any) -> list[Any]:
    crawler = get_crawler(Spider, {"URLLENGTH_LIMIT": 60, **settings})
    middleware = FollowingMiddleware.from_crawler(crawler)

    async def brought() -> AsyncIterator[Any]:
        for one in ("an item", Request(SHORT), Request(LONG)):
            yield one

    async def run() -> list[Any]:
        return [one async for one in middleware.process_spider_output_async(LIST, brought())]

    return asyncio.run(run())


def test_a_request_names_the_page_and_a_long_address_is_left_out() -> None:
    item, request = followed()
    assert item == "an item"
    assert request.url == SHORT
    assert request.headers["Referer"] == LIST.url.encode()


def test_each_of_the_two_can_be_switched_off() -> None:
    assert [one.url for one in followed(URLLENGTH_LIMIT=0)[1:]] == [SHORT, LONG]
    _, request = followed(REFERER_ENABLED=False)
    assert (request.url, "Referer" in request.headers) == (SHORT, False)
    with pytest.raises(NotConfigured):
        followed(URLLENGTH_LIMIT=0, REFERER_ENABLED=False)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, False),
        ({"DEPTH_LIMIT": 3}, True),
        ({"DEPTH_PRIORITY": 1}, True),
        ({"DEPTH_STATS_VERBOSE": True}, True),
    ],
)
def test_depths_are_counted_where_a_setting_needs_them(settings: dict[str, Any], wanted: bool) -> None:
    if wanted:
        assert WantedDepthMiddleware.from_crawler(get_crawler(Spider, settings))
    else:
        with pytest.raises(NotConfigured):
            WantedDepthMiddleware.from_crawler(get_crawler(Spider, settings))


def test_cookies_are_kept_where_they_are_wanted() -> None:
    wanted = WantedCookiesMiddleware.from_crawler(get_crawler(Spider, {"COOKIES_ENABLED": True}))
    assert isinstance(wanted, CookiesMiddleware)
    with pytest.raises(NotConfigured):
        WantedCookiesMiddleware.from_crawler(get_crawler(Spider, {"COOKIES_ENABLED": False}))
