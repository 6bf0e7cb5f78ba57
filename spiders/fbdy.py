"""大同人才网, http://fbdy.cn: a job exchange's PHP site that carries local news.

GBK bytes under a header that says utf-8; Traditional made character by character, with toned glosses.
"""

from __future__ import annotations

from crawler.spider import PortalSpider


class FbdySpider(PortalSpider):
    """大同人才网."""

    name = "fbdy"
    portal = "大同人才网"
    region = "山西省大同市"
    base = "http://fbdy.cn"
    sections = {"大同新闻": "/news/newslist-datong.html", "职场资讯": "/news/newslist-zhichang.html"}
    entries = ".news_list dt a"
    entry_date = ".news_time"
    next_page = ".pages a.next"

    title = ".news_show h1"
    body = "#content"
    byline = ".news_show_tip"
    breadcrumb = ".dqwz a"
