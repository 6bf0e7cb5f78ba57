"""Z-BlogPHP, a blog system that small companies run as a news site."""

from __future__ import annotations

from crawler.spider import PortalSpider


class ZblogSpider(PortalSpider):
    """A portal on Z-BlogPHP, with the classes of its own themes and of those derived from them."""

    generic = True
    entries = (".post.multi .post-title a", ".post.item h2 a", ".post-title a", ".post h2 a", "article h2 a")
    entry_date = (".post-date", ".date", "time")
    next_page = (
        ".pagebar .next-page a",
        "//*[contains(@class, 'pagebar')]//a[number(.) = number(//*[contains(@class, 'now-page')][1]) + 1]",
    )

    title = (".post.single .post-title", ".single h1.post-title", ".post h1", "article h1", "h1")
    body = (".post.single .post-body", ".postcon", ".post-body", ".post .entry", "article .article-content")
    byline = (".post .info", ".post-date", ".post .meta", "article header .meta")
    breadcrumb = (".sitemap a", ".breadcrumb a", ".place a", ".crumb a")
