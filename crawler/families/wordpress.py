"""WordPress, with the class names that its core gives and themes keep."""

from __future__ import annotations

from crawler.spider import PortalSpider


class WordpressSpider(PortalSpider):
    """A portal on WordPress, with the microformat classes of posts (``hentry``, ``entry-title`` …)."""

    generic = True
    entries = (
        "article .entry-title a",
        ".hentry .entry-title a",
        ".wp-block-post-title a",
        ".post .entry-title a",
        ".post h2 a",
        "article h2 a",
    )
    entry_date = "(./ancestor-or-self::*[self::article or contains(@class, 'hentry')][1]//time)[1]"
    next_page = (
        ".nav-links a.next",
        "a.next.page-numbers",
        ".nav-previous a",
        "a.wp-block-query-pagination-next",
    )

    title = ("h1.entry-title", "h1.wp-block-post-title", ".entry-title", "article h1")
    body = (".entry-content", ".wp-block-post-content", "article .post-content", ".hentry .content")
    published = ("time.published", "time.entry-date", ".wp-block-post-date time", ".entry-meta time")
    breadcrumb = (".breadcrumbs a", ".breadcrumb a", ".crumbs a", ".cat-links a")
