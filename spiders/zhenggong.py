"""政公网: notices and business news in nested tables, in clean Traditional; one section in Big5-HKSCS.

The abstract repeats the first paragraph, a sentence about the calendar stands in front, and the source that
counts stands in brackets at the end.
The real address is not known: give it with ``-a base=``; the default is a host under .example.
"""

from __future__ import annotations

from crawler.spider import PortalSpider


class ZhenggongSpider(PortalSpider):
    """政公网."""

    name = "zhenggong"
    portal = "政公网"
    base = "http://www.zhenggong.example"
    sections = {
        "浙江政企信息": "/list.asp?class=zhejiang",
        "各地动态": "/list.asp?class=quanguo",
        "公示公告": "/list.asp?class=gonggao",
    }
    entries = "td.lk a"
    entry_date = "td.dt"
    next_page = "//td[@class='pg']/a[contains(., '下一')]"

    title = "td.bt"
    body = "td.nr"
    byline = "td.xx"
    breadcrumb = "td.xx a"
