"""Why a request brought nothing: each cause has a kind and a sentence of its own."""

from __future__ import annotations

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.errors import describe
from crawler.middlewares.blocked import Blocked


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (CannotResolveHostError("x"), "dns"),
        (DownloadConnectionRefusedError("x"), "refused-connection"),
        (DownloadFailedError("[('SSL routines', '', 'unsafe legacy renegotiation disabled')]"), "tls"),
        (DownloadFailedError("[('SSL routines', '', 'dh key too small')]"), "tls"),
        (DownloadTimeoutError("x"), "timeout"),
        (HttpError(Response("http://p.example/", status=412)), "status-412"),
        (DownloadCancelledError("x"), "size"),
        (ResponseDataLossError("x"), "cut-off"),
        (IgnoreRequest("Forbidden by robots.txt"), "robots"),
        (Blocked("a challenge came instead of the page"), "blocked"),
        (DownloadFailedError("Connection lost"), "connection"),
    ],
)
def test_each_cause_has_a_kind(error: BaseException, kind: str) -> None:
    found, sentence = describe(error)
    assert found == kind
    assert sentence
