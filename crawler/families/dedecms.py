"""DedeCMS (织梦), once the most frequent system of Chinese company and local news sites."""

from __future__ import annotations

from crawler.spider import PortalSpider


class DedecmsSpider(PortalSpider):
    """A portal on DedeCMS, with the markup of the templates that it comes with."""

    generic = True
    entries = (".listbox .e2 a.title", ".listbox li a.title", ".listbox .e2 > li > a", ".listbox li h3 a")
    entry_date = (".//small[contains(., '日期')]/following-sibling::text()[1]", ".info", ".date")
    next_page = "//*[contains(@class, 'pagelist')]//a[contains(., '下一页')]"

    title = (".viewbox .title h2", ".viewbox h1", ".viewbox .title", ".article h1")
    body = (".viewbox .content > table > tbody > tr > td", ".viewbox .content td", ".viewbox .content")
    byline = ".viewbox .info"
    breadcrumb = (".place a", ".position a")
