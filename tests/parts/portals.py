"""A portal whose articles stand on several pages."""

from __future__ import annotations

from crawler.spider import PortalSpider


class ChangwenSpider(PortalSpider):
    """长文在线."""

    name = "changwen"
    portal = "长文在线"
    base = "http://www.changwen.example"
    sections = {"长文": "/list.html"}
    entries = "ul.list a"
    title = "h1"
    body = "div.text"
    byline = ".info"
