"""Why a request brought no page, in words."""

from __future__ import annotations

import re

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectionLost, DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.web.client import ResponseFailed

from crawler.asking import AskedToWait
from crawler.heads import LONGEST, HeadersTooLong
from crawler.middlewares.address_guard import PrivateAddress
from crawler.middlewares.blocked import Blocked
from crawler.middlewares.robots import RobotsUnreachable
from crawler.tls import LEGACY, NORMAL, looks_old

_KINDS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((CannotResolveHostError, DNSLookupError), "dns", "the name of the host is not known"),
    ((DownloadConnectionRefusedError,), "refused-connection", "the host refuses connections"),
    ((DownloadTimeoutError, ConnectTimeoutError), "timeout", "no answer in time"),
    ((DownloadCancelledError,), "size", "the answer is larger than DOWNLOAD_MAXSIZE"),
    ((ResponseDataLossError,), "cut-off", "the answer ended before its end"),
)


# What Scrapy's middlewares give as their reason.
_WORDS = (
    ("robots.txt", "robots", "robots.txt does not allow it"),
    ("DOWNLOAD_MAXSIZE", "size", "the answer is larger than DOWNLOAD_MAXSIZE once it is unpacked"),
    ("redirect", "redirects", "it redirects in a circle or too often"),
)
_FAILURES = re.compile(r"<twisted\.python\.failure\.Failure [\w.]+: (.+?)\.?>(?=[],])", re.DOTALL)
_OF_THE_HOST = frozenset({"dns", "refused-connection", "tls"})


def describe(error: BaseException, profile: str = NORMAL) -> tuple[str, str]:
    """Return (kind, sentence) for what a download under a TLS profile ended with.

    Kinds: status-NNN, dns, refused-connection, timeout, size, cut-off, tls, robots, redirects,
    asked-to-wait, blocked, private-address, ignored, connection, other.
    """
    if isinstance(error, HttpError):
        status = error.response.status
        return f"status-{status}", f"the server answered with status {status}"
    if isinstance(error, RobotsUnreachable):
        return _without_robots(error, profile)
    if isinstance(error, IgnoreRequest):
        return _ignored(error)
    for types, kind, sentence in _KINDS:
        if isinstance(error, types):
            return kind, sentence
    return _broken(error, profile)


def _broken(error: BaseException, profile: str) -> tuple[str, str]:
    if HeadersTooLong.__name__ in repr(error):
        return "size", f"the headers of the answer are longer than {LONGEST} bytes"
    if re.search(r"\b(?:ssl|tls|certificate)", repr(error), re.IGNORECASE):
        hint = '; the server may be too old: try tls = "legacy" in its spider'
        advice = hint if profile != LEGACY and looks_old(str(error)) else ""
        return "tls", f"no secure connection could be made ({_short(error)}){advice}"
    if isinstance(error, (ConnectionLost, ResponseFailed, DownloadFailedError, OSError)):
        return "connection", f"the connection broke ({_short(error)})"
    return "other", _short(error)


def _without_robots(error: RobotsUnreachable, profile: str) -> tuple[str, str]:
    """Say why nothing may be fetched; a fault of the host as such is no fault of its robots.txt."""
    if error.cause is None:
        kind, sentence = f"status-{error.status}", f"the server answered with status {error.status}"
    else:
        kind, sentence = describe(error.cause, profile)
        if kind in _OF_THE_HOST:
            return kind, sentence
    return kind, f"robots.txt could not be read, so it was not asked for: {sentence}"


def _ignored(error: IgnoreRequest) -> tuple[str, str]:
    reason = str(error)
    if isinstance(error, PrivateAddress):
        return "private-address", reason
    if isinstance(error, AskedToWait):
        return "asked-to-wait", reason
    if isinstance(error, Blocked):
        return "blocked", reason
    for word, kind, sentence in _WORDS:
        if word in reason:
            return kind, sentence
    return "ignored", reason or "a middleware dropped the request"


def _short(error: BaseException) -> str:
    said = str(error) or type(error).__name__
    # Of a failed answer Scrapy prints the list of causes as Python shows it.
    text = "; ".join(dict.fromkeys(_FAILURES.findall(said))) or said
    return text if len(text) <= 200 else f"{text[:200]}…"
