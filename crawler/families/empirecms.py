"""EmpireCMS (帝国), a system of local news and industry portals."""

from __future__ import annotations

from crawler.spider import PortalSpider


class EmpirecmsSpider(PortalSpider):
    """A portal on EmpireCMS, with the markup of the templates that it comes with."""

    generic = True
    next_page = (
        "//*[contains(concat(' ', @class, ' '), ' epages ')]//a[contains(., '下一页')]",
        "//*[contains(concat(' ', @class, ' '), ' list_page ')]//a[contains(., '下一页')]",
    )

    title = (".title_info h1", ".con_tit h1", ".article h1", "h1")
    body = ("#text", "#news_content", ".con_text", ".article_content")
    byline = (".info_text", ".con_info", ".article .info")
    breadcrumb = (".position a", ".weizhi a", ".place a")
