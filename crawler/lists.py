"""Reading the section pages of a portal by its rules, and by the generic reader where they find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.listing import Listing, joined
from crawler.page.entries import Entry
from crawler.page.entries import entries as generic_entries
from crawler.page.paging import next_page as generic_next_page
from crawler.page.paging import unfollowable
from crawler.selectors import elements, texts

if TYPE_CHECKING:
    from crawler.page.document import Page
    from crawler.reading import Rules

_INSIDE_ROW = frozenset({"a", "span", "em", "b", "h2", "h3", "h4", "td"})


@dataclass(frozen=True, slots=True)
class Lists:
    """How a portal's section pages are read: ``entries``, ``entry_date`` and ``next_page`` of its rules.

    With ``generic`` the generic reader also finds the following page where no rule does.
    """

    rules: Rules
    generic: bool = False

    def read(self, page: Page) -> Listing:
        """Return what a section page lists and where it goes on."""
        ruled = self.ruled(page)
        entries = ruled or generic_entries(page)
        has_rule = self.rules.of_field("entries") is not None
        found = Listing(entries, self.following(page), fell_back=has_rule and bool(entries) and not ruled)
        if not found.following and self.rules.of_field("next_page") is None and self.generic:
            found.turned_by = unfollowable(page)
        return found

    def ruled(self, page: Page) -> list[Entry]:
        """Return the entries that the rule finds, none where there is no rule."""
        rule = self.rules.of_field("entries")
        if rule is None:
            return []
        return list(rule(page)) if callable(rule) else self._selected(page, rule)

    def following(self, page: Page) -> str | None:
        """Return the address of the next page of a section, None on the last."""
        rule = self.rules.of_field("next_page")
        if rule is None:
            return generic_next_page(page) if self.generic else None
        if callable(rule):
            return rule(page)  # type: ignore[no-any-return]  # a spider's own method
        links = elements(rule, page.root)
        href = (links[0].get("href") or "").strip() if links else ""
        return (joined(page.url, href) or None) if not href.startswith("#") else None

    def _selected(self, page: Page, rule: Any) -> list[Entry]:
        found: list[Entry] = []
        for link in elements(rule, page.root):
            href = (link.get("href") or "").strip()
            title = link.get("title") or "".join(link.itertext())
            url = "" if href.startswith("#") else joined(page.url, href)
            if url:
                found.append(Entry(url, title.strip(), self._date(link)))
        return found

    def _date(self, link: Any) -> str:
        rule = self.rules.of_field("entry_date")
        if not rule:
            return ""
        row = link
        while (row := row.getparent()) is not None and row.tag in _INSIDE_ROW:
            pass
        return next(iter(texts(rule, row)), "") if row is not None else ""
