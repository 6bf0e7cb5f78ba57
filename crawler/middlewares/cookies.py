"""Cookies for those who want them, without loading what they need for all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.exceptions import NotConfigured
from scrapy.utils.misc import build_from_crawler, load_object

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SCRAPYS = "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"


class WantedCookiesMiddleware:
    """Scrapy's own where ``COOKIES_ENABLED`` is set; it loads a list of suffixes and an HTTP client."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        """Make Scrapy's middleware. Raises NotConfigured if no cookies are wanted."""
        if not crawler.settings.getbool("COOKIES_ENABLED"):
            raise NotConfigured
        return build_from_crawler(load_object(SCRAPYS), crawler)
