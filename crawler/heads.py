"""Scrapy's handler of downloads, which also bounds what stands before the body of an answer.

DOWNLOAD_MAXSIZE bounds the body. Of headers Twisted bounds each line and nothing bounds their number: a
server that sent them without end filled the memory until the download timed out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

LONGEST = 256 * 1024
"""Bytes of status line and headers, those of interim answers (1xx) included."""


class HeadersTooLong(Exception):  # noqa: N818  the name reads as the reason
    """What stands before the body of an answer is longer than ``LONGEST``."""


class _Protocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def request(self, request: Any) -> Deferred[Any]:
        self._head = 0
        found: Deferred[Any] = super().request(request)
        return found

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        if self._parser is not None and self._parser.state in {STATUS, HEADER}:
            self._head += len(data)
            if self._head > LONGEST:
                reason = HeadersTooLong(f"the headers are longer than {LONGEST} bytes")
                self._giveUp(Failure(reason))  # type: ignore[no-untyped-call]  # Twisted has no types here
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted has no types here


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: ARG002, N802  Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted has no types here


class BoundedHandler(HTTP11DownloadHandler):
    """For http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory  # noqa: SLF001  as Scrapy itself does it
