"""Undoes gzip and its like within the size limit, without a look at the packed bytes as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response, TextResponse

if TYPE_CHECKING:
    from scrapy import Request


class InflateMiddleware(HttpCompressionMiddleware):
    """Scrapy's own, spared one thing.

    Scrapy copies a response that is called HTML with all its attributes, its encoding among them, and finds
    that by detection on the bytes that are still packed: more time than all else that is done to the page.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # the base class takes a spider no longer needed
        """Return the response with its body inflated; raises ``IgnoreRequest`` if that is too large."""
        if isinstance(response, TextResponse) and "Content-Encoding" in response.headers:
            response = Response(
                response.url,
                status=response.status,
                headers=response.headers,
                body=response.body,
                flags=response.flags,
                request=response.request,
                certificate=response.certificate,
                ip_address=response.ip_address,
                protocol=response.protocol,
            )
        found: Request | Response = super().process_response(request, response)
        return found
