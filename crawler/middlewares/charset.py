"""Decides the encoding of every page, so that Scrapy's own guess never reaches an article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.http import HtmlResponse, TextResponse

from crawler.text import charset

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class DecidedResponse(HtmlResponse):
    """An answer whose text was decoded by ``crawler.text.charset``.

    ``body`` are the bytes as they came, ``decision`` says which encoding was chosen and why, ``replaced``
    counts the bytes that no encoding could read, and ``text`` is the decoded page.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        header = self.headers.get("Content-Type")
        self.decision = charset.decide(self.body, header.decode("latin-1") if header else None)
        self._decoded = charset.decode(self.body, self.decision)

    @property
    def text(self) -> str:
        """The decoded page."""
        return self._decoded.text

    @property
    def replaced(self) -> int:
        """How many bytes could not be read."""
        return self._decoded.replaced


def decided(response: TextResponse) -> DecidedResponse:
    """Return ``response`` with its text decoded by our own decision."""
    if isinstance(response, DecidedResponse):
        return response
    return DecidedResponse(
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


class CharsetMiddleware:
    """Gives every textual answer the text that our own charset decision reads."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware for ``crawler``."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return ``response`` decoded, and count the decision; robots.txt and binary answers pass."""
        if not isinstance(response, TextResponse) or not response.body or request.url.endswith("/robots.txt"):
            return response
        page = decided(response)
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portalwatch/charset/{page.decision.encoding}")
        if page.replaced:
            self.crawler.stats.inc_value("portalwatch/unreadable_bytes", page.replaced)
        return page
