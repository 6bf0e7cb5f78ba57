"""A whole visit to a replica portal without a network: the renderer answers the spider's own requests."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.project import get_project_settings

from crawler import chain
from crawler.items import Article
from crawler.middlewares.charset import CharsetMiddleware
from crawler.replica import pages
from crawler.replica.clock import START
from crawler.replica.load import ROOT, load_portals
from crawler.replica.portal import Portal
from crawler.replica.render import Renderer
from crawler.spider import PortalSpider
from tests.world import crawler_of

FAMILIES = ROOT / "families"


def family_portals() -> dict[str, Portal]:
    """Return the replicas of the families, by name."""
    return load_portals(FAMILIES, ROOT / "texts")


@dataclass
class Visited:
    """The articles by address, the paths that were asked for in their order, and the counters."""

    articles: dict[str, Article] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    stats: dict[str, object] = field(default_factory=dict)


def started(cls: type[PortalSpider], folder: Path, **arguments: str) -> PortalSpider:
    """Return a spider in a crawler with a database of its own."""
    settings = get_project_settings()
    settings.set("PORTALWATCH_DATABASE_URL", f"sqlite:///{folder}/test.db")
    crawler = crawler_of(cls, settings)
    spider = cls.from_crawler(crawler, **arguments)
    spider.crawler = crawler
    spider.now = lambda: START.astimezone(UTC)  # type: ignore[method-assign]  # the pages' own time
    return spider


def answer(
    spider: PortalSpider, request: Request, body: bytes, headers: dict[str, str], status: int = 200
) -> Response:
    """Return an answer as it comes out of the charset middleware."""
    cls = responsetypes.from_args(headers={k: [v] for k, v in headers.items()}, url=request.url, body=body)
    response = cls(request.url, status=status, headers=headers, body=body, request=request)
    return CharsetMiddleware.from_crawler(spider.crawler).process_response(request, response)


def visit(cls: type[PortalSpider], portal: Portal, folder: Path, **arguments: str) -> Visited:
    """Visit a portal from front to end; its articles have gone through the reading pipelines."""
    spider, renderer, visited = started(cls, folder, **arguments), Renderer(portal), Visited()
    pipelines = chain.reading_pipelines(spider.settings)

    async def first() -> list[Request]:
        return [request async for request in spider.start()]

    waiting = deque(asyncio.run(first()))
    while waiting:
        request = waiting.popleft()
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        made = pages.answer(renderer, path, START, {})
        assert made.status == 200, request.url
        visited.paths.append(path)
        response = answer(spider, request, made.body, dict(made.headers))
        for found in request.callback(response, **request.cb_kwargs):
            if isinstance(found, Article):
                chain.run(found, pipelines)
                visited.articles[found.url] = found
            else:
                waiting.append(found)
    assert spider.crawler.stats is not None
    visited.stats = spider.crawler.stats.get_stats()
    spider.closed("finished")
    return visited
