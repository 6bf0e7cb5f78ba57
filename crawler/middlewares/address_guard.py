"""Refuses requests to addresses that no public portal has: a link on a hostile page may point anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver

from crawler.addresses import is_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred


class PrivateAddress(IgnoreRequest):
    """A request that was not sent because it would have gone to a private address."""


class AddressGuardMiddleware:
    """Refuses a request whose address is private, before robots.txt is even asked for."""

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; ``PORTALWATCH_ALLOW_PRIVATE_ADDRESSES`` switches it off."""
        return cls(allow_private=crawler.settings.getbool("PORTALWATCH_ALLOW_PRIVATE_ADDRESSES"))

    def process_request(self, request: Request) -> None:
        """Raise PrivateAddress where the request must not go."""
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            raise PrivateAddress(f"{request.url}: {parts.scheme} is not a scheme that a portal has")
        if not self.allow_private and is_private(parts.hostname or ""):
            raise PrivateAddress(f"{request.url}: {parts.hostname} is not a public address")


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, refusing names that resolve to private addresses (DNS rebinding).

    The names of configured proxies are exempt: whoever runs the crawler chose them.
    """

    allow_private = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Make the resolver; ``PORTALWATCH_ALLOW_PRIVATE_ADDRESSES`` switches the check off."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allow_private = crawler.settings.getbool("PORTALWATCH_ALLOW_PRIVATE_ADDRESSES")
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  Twisted's name
        """Resolve ``name`` to an IPv4 address."""
        found = super().getHostByName(name, timeout)
        if not self.allow_private and name not in {urlsplit(p).hostname for p in getproxies().values()}:
            found.addCallback(self._public, name)
        return found

    @staticmethod
    def _public(address: Any, name: str) -> Any:
        if is_private(str(address)):
            raise PrivateAddress(f"{name} resolves to {address}, which is not a public address")
        return address
