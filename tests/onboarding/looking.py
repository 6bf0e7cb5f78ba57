"""Looking at replica portals without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from urllib.parse import urlsplit

from scrapy.http import HtmlResponse
from scrapy.utils.project import get_project_settings

from crawler import chain
from crawler.chain import ReadingPipeline
from crawler.onboarding.survey import Survey, survey
from crawler.onboarding.visit import Captured, Unreachable, captured
from crawler.replica import pages
from crawler.replica.clock import START
from crawler.replica.load import load_portals
from crawler.replica.portal import Portal
from crawler.replica.render import Renderer

Get = Callable[[str], Awaitable[Captured]]


@cache
def portals() -> dict[str, Portal]:
    return load_portals()


@cache
def pipelines() -> list[ReadingPipeline]:
    return chain.reading_pipelines(get_project_settings())


def getter(portal: Portal) -> Get:
    """Return what fetches pages of a replica portal."""
    renderer = Renderer(portal)

    async def get(url: str) -> Captured:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        answer = pages.answer(renderer, path, START, {})
        if answer.status >= 400:
            raise Unreachable(url, f"status-{answer.status}", f"the server answered with {answer.status}")
        return page(url, answer.body, dict(answer.headers))

    return get


def page(url: str, body: bytes | str, headers: dict[str, str] | None = None) -> Captured:
    raw = body.encode() if isinstance(body, str) else body
    return captured(HtmlResponse(url, headers=headers or {}, body=raw))


def site(pages: dict[str, str]) -> Get:
    """Return what fetches the pages of a site that is given as path → HTML; anything else is not there."""

    async def get(url: str) -> Captured:
        parts = urlsplit(url)
        path = parts.path or "/"
        if path not in pages:
            raise Unreachable(url, "status-404", "the server answered with status 404")
        return page(url, pages[path], {"Content-Type": "text/html; charset=utf-8"})

    return get


def look(get: Get, url: str, sample: int = 6) -> Survey:
    return asyncio.run(survey(get, url, sample))  # type: ignore[arg-type]  # a coroutine function
