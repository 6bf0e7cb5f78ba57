"""Decides the encoding of every page, so that Scrapy's own guess never reaches an article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.items import RawPage
from crawler.page.document import PageError, limited, refuse_binary
from crawler.text import charset

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler


class DecidedResponse(HtmlResponse):
    """An answer whose text was decoded by ``crawler.text.charset``.

    ``body`` are the bytes as they came, ``decision`` says which encoding was chosen and why, ``replaced``
    counts the bytes that no encoding could read, and ``text`` is the decoded page.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        header = self.headers.get("Content-Type")
        self.decision = charset.decide(self.body, header.decode("latin-1") if header else None)
        self._decoded: charset.Decoded | None = None
        self.replaced = self._made().replaced

    def _made(self) -> charset.Decoded:
        if self._decoded is None:
            self._decoded = charset.decode(self.body, self.decision)
        return self._decoded

    @property
    def text(self) -> str:
        """The decoded page."""
        return self._made().text

    def let_go(self) -> None:
        """Let go of the text, which is made again for whoever asks.

        Scrapy keeps an answer until what was read from it is stored, and a hundred of them wait for that.
        """
        self._decoded = None


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


_OF_A_VISITOR = frozenset({"set-cookie", "set-cookie2"})


def raw_page(response: Response, fetched: datetime) -> RawPage:
    """Return a textual answer as it came, without cookies, for keeping; ``fetched`` is aware."""
    assert isinstance(response, TextResponse)
    response = decided(response)
    headers = {
        name.decode("latin-1"): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.decode("latin-1").lower() not in _OF_A_VISITOR
    }
    return RawPage(
        url=response.url,
        fetched=fetched,
        status=response.status,
        headers=headers,
        charset=response.decision.encoding,
        charset_reason=response.decision.reason,
        body=response.body,
    )


class RefusedResponse(Response):
    """An answer that is called a page and holds none; ``refusal`` says why."""

    refusal: PageError


def text_of(response: Response) -> str:
    """Return the decoded text of an answer; raises ``PageError`` if it has none."""
    if isinstance(response, RefusedResponse):
        raise response.refusal
    if not isinstance(response, TextResponse):
        raise PageError(response.url, "it is not text")
    return decided(response).text


class CharsetMiddleware:
    """Gives every textual answer the text that our own charset decision reads."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.seconds = crawler.settings.getfloat("PORTALWATCH_READ_TIMEOUT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware for ``crawler``."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return ``response`` decoded, and count the decision; robots.txt and binary answers pass.

        One that only calls itself text, or takes too long to decode, becomes a ``RefusedResponse``.
        """
        if not isinstance(response, TextResponse) or not response.body or request.url.endswith("/robots.txt"):
            return response
        try:
            with limited(self.seconds, response.url):
                refuse_binary(response.body, response.url)
                page = decided(response)
        except PageError as error:
            refused = RefusedResponse(
                response.url, status=response.status, headers=response.headers, request=request
            )
            refused.refusal = error
            return refused
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"portalwatch/charset/{page.decision.encoding}")
        if page.replaced:
            self.crawler.stats.inc_value("portalwatch/unreadable_bytes", page.replaced)
        return page
