"""Follows ``<meta http-equiv=refresh>``, and looks for it only where a page has the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import HtmlResponse

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

LOOKED_AT = 4096  # characters in which Scrapy looks


class RefreshMiddleware(MetaRefreshMiddleware):
    """Scrapy's own, which takes tags, comments and entities out of every page before it looks."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # the base class takes a spider no longer needed
        """Return the response, or the request of the page that it refers to."""
        if isinstance(response, HtmlResponse) and "refresh" not in response.text[:LOOKED_AT].lower():
            return response
        found: Request | Response = super().process_response(request, response)
        return found
