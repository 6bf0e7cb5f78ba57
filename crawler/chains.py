"""Scrapy's chains of middlewares and pipelines, and its counters, without what they do for nobody here.

Scrapy makes a coroutine of what each step of a chain returns and awaits it, some forty times a page. Nearly
all steps return at once. And each look at a counter is first one for an attribute that is not there, since an
argument that this project never gives is deprecated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.exceptions import _InvalidOutput
from scrapy.http import Request, Response
from scrapy.pipelines import ItemPipelineManager
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.defer import ensure_awaitable
from scrapy.utils.python import global_object_name

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Counts(MemoryStatsCollector):
    """Scrapy's counters, in memory."""

    __getattribute__ = object.__getattribute__


class Middlewares(DownloaderMiddlewareManager):
    """Scrapy's manager of the downloader middlewares; only what has to be awaited is."""

    async def _process_request(
        self, request: Request, download_func: Callable[[Request], Coroutine[Any, Any, Response]]
    ) -> Response | Request:
        for method in self.methods["process_request"]:
            assert method is not None
            found = self._handle_mw_method(method, request=request)
            if found is not None and not isinstance(found, Response | Request):
                found = await ensure_awaitable(found, _warn=global_object_name(method))
            if found is not None:
                return _checked(found, method)
        return await download_func(request)

    async def _process_response(self, response: Response | Request, request: Request) -> Response | Request:
        if response is None:
            raise TypeError("Received None in process_response")
        for method in self.methods["process_response"] if isinstance(response, Response) else ():
            assert method is not None
            found = self._handle_mw_method(method, request=request, response=response)
            if found is response:
                continue
            if not isinstance(found, Response | Request):
                found = await ensure_awaitable(found, _warn=global_object_name(method))
            response = _checked(found, method)
            if isinstance(response, Request):
                break
        return response


def _checked(found: Any, method: Callable[..., Any]) -> Response | Request:
    if not isinstance(found, Response | Request):
        kind = type(found).__name__
        raise _InvalidOutput(f"Middleware {method.__qualname__} must return Response or Request, got {kind}")
    return found


class Pipelines(ItemPipelineManager):
    """Scrapy's manager of the item pipelines; only what has to be awaited is."""

    async def process_item_async(self, item: Any) -> Any:
        """Return the item as the pipelines leave it, or raise what one of them raises."""
        for method in self.methods["process_item"]:
            assert method is not None
            wanting = method in self._mw_methods_requiring_spider
            found = method(item, self._spider) if wanting else method(item)
            if found is not item:
                found = await ensure_awaitable(found, _warn=global_object_name(method))
            item = found
        return item
