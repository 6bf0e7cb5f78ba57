"""The ucap platform (开普云), which many provinces run for all their sites."""

from __future__ import annotations

from crawler.families.trs import TrsSpider


class UcapSpider(TrsSpider):
    """A portal on ucap: ``ucaptitle`` and ``ucapcontent`` elements, or the ids that stand for them.

    Its lists call ``createPageHTML`` too, with the name of the page bar's element in front.
    """

    title = ("ucaptitle", "#UCAPTITLE", TrsSpider.title)
    body = ("ucapcontent", "#UCAP-CONTENT", "#UCAPCONTENT", "#zoomcon")
