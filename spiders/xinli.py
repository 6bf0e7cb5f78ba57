"""新利平台: a site that copies news and shows neither date nor source.

UTF-8; toneless glosses with a blank behind, Traditional made by a table that knows one form a character.
The real address is not known: give it with ``-a base=``; the default is a host under .example.
"""

from __future__ import annotations

from crawler.spider import PortalSpider


class XinliSpider(PortalSpider):
    """新利平台."""

    name = "xinli"
    portal = "新利平台"
    base = "http://www.xinli.example"
    sections = {"要闻动态": "/yaowen/", "政策公告": "/zhengce/"}
    entries = ".article-list h3 a"
    next_page = ".pagination .next a"

    title = "h1.title"
    body = ".article .content"
    breadcrumb = ".position a"
