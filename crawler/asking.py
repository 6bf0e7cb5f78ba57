"""What a request's meta says of how a page is asked for, and why one was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

CONDITIONAL = "conditional"
"""A 304 is an answer that the callback takes."""
VALIDATORS = "validators"
"""What the server said of the page, after a conditional request that was answered in full."""
ENTRY = "entry"
"""The canonical address that the list named, whatever it redirects to."""
NOT_MODIFIED = 304
BUSY, TOO_MANY = 503, 429


class AskedToWait(IgnoreRequest):
    """The server answered that it wants to be left alone for a while."""


class NotNow(IgnoreRequest):
    """A request that was not sent because the visit is over."""


def conditional(request: Request) -> Request:
    """Return ``request`` marked as one that may be answered with 304."""
    request.meta[CONDITIONAL] = True
    request.meta["handle_httpstatus_list"] = [NOT_MODIFIED]
    return request


def asks_to_wait(response: Response) -> bool:
    """Return whether a server asks to be left alone: 429, or 503 with Retry-After (RFC 6585, RFC 9110)."""
    if response.status == BUSY:
        return bool(response.headers.get("Retry-After"))
    return response.status == TOO_MANY
