"""TRS WCM (拓尔思), the most frequent system of government sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crawler.families.gov import GovSpider, page_calls
from crawler.listing import joined
from crawler.page import paging

if TYPE_CHECKING:
    from crawler.page.document import Page


class TrsSpider(GovSpider):
    """A portal on TRS WCM: static pages ``./202311/t20231111_103189.htm``, lists with ``createPageHTML``.

    Lists and bylines are drawn by each site's own templates, so the generic reader finds them; the editors'
    container is the system's.
    """

    body: ClassVar[Any] = (
        ".TRS_UEDITOR",
        ".trs_editor_view",
        ".TRS_Editor",
        ".trs_paper_default",
        ".Custom_UnionStyle",
    )

    def next_page(self, page: Page) -> str | None:
        """Return the page that the page bar's script names, else what the generic reader finds."""
        for call in page_calls(page):
            return (joined(page.url, call.following) or None) if call.following else None
        return paging.next_page(page)
