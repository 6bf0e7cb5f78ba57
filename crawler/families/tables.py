"""Sites of the time of tables: nested tables for layout, few classes or none, ASP or PHP of their own."""

from __future__ import annotations

from crawler.spider import PortalSpider


class TablesSpider(PortalSpider):
    """A portal without any name that a selector could hold on to: the generic reader reads everything."""

    generic = True
