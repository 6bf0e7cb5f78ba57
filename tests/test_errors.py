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


FAILURE = "<twisted.python.failure.Failure twisted"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            f"[{FAILURE}.internet.error.ConnectionDone: Connection was closed cleanly.>]",
            "the connection broke (Connection was closed cleanly)",
        ),
        (
            f"[{FAILURE}.internet.error.ConnectionLost: Lost: a > b.>, {FAILURE}.web.http._DataLoss: cut>]",
            "the connection broke (Lost: a > b; cut)",
        ),
        ("Connection lost", "the connection broke (Connection lost)"),
    ],
)
def test_a_broken_connection_is_told_in_words(said: str, sentence: str) -> None:
    assert describe(DownloadFailedError(said)) == ("connection", sentence)
