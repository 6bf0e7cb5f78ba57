"""EmpireCMS (帝国), a system of local news and industry portals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.page.document import Page
from crawler.page.entries import entries
from crawler.selectors import elements
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from crawler.page.entries import Entry

_PAGE_BAR = (".epages", ".list_page", ".pagination", "#pages")


class EmpirecmsSpider(PortalSpider):
    """A portal on EmpireCMS, with the markup of the templates that it comes with."""

    generic = True
    next_page = (
        "//*[contains(concat(' ', @class, ' '), ' epages ')]//a[contains(., '下一页')]",
        "//*[contains(concat(' ', @class, ' '), ' list_page ')]//a[contains(., '下一页')]",
        "//*[contains(concat(' ', @class, ' '), ' pagination ')]//a[contains(., '下一页')]",
    )

    title = (".title_info h1", ".con_tit h1", ".article h1", "h1")
    body = ("#text", "#news_content", ".con_text", ".article_content")
    byline = (".info_text", ".con_info", ".article .info")
    breadcrumb = (".position a", ".weizhi a", ".place a")

    def entries(self, page: Page) -> list[Entry]:
        """Return the entries that stand with the page bar: every site draws its rows in its own way, and on a
        short last page the links beside them are more.
        """  # noqa: D205  one sentence
        for bar in elements(_PAGE_BAR, page.root)[:1]:
            for holder in bar.iterancestors():
                if found := entries(Page(holder, page.url)):
                    return found
        return entries(page)
