"""PHPCMS v9, a system of county portals and trade sites."""

from __future__ import annotations

from crawler.spider import PortalSpider


class PhpcmsSpider(PortalSpider):
    """A portal on PHPCMS v9, with the markup of the templates that it comes with.

    The headline's element holds the byline too, behind a line break.
    """

    generic = True
    entries = (".list.lh24 > li > a", "ul.list > li > a", ".list li a")
    entry_date = (".rt", ".date", "span")
    next_page = "//*[@id='pages']//a[contains(., '下一页')]"

    title = ("(//*[@id='Article']/h1/text()[normalize-space()])[1]", "#Article h1", ".article h1")
    body = ("#Article .content", ".article .content", "#content")
    byline = ("#Article h1 span", ".article .info")
    breadcrumb = (".crumbs a", ".crumb a")
