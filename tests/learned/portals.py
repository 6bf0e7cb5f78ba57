"""The portal of this folder's replica, as somebody would write it."""

from __future__ import annotations

from crawler.spider import PortalSpider


class QingshiSpider(PortalSpider):
    """青石渡在线."""

    name = "qingshi"
    portal = "青石渡在线"
    base = "http://www.qingshidu.example"
    sections = {"渡口新闻": "/list/1.html", "便民公告": "/list/2.html"}
    entries = "ul.list a"
    title = "h1"
    body = "div.text"
    byline = ".info"
    breadcrumb = ".where a"
