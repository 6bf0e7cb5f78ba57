"""What a visit does with the section pages of a portal: whom it asks for next, and where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin

import scrapy

from crawler import definition
from crawler.asking import ENTRY, NOT_MODIFIED, conditional
from crawler.counting import CountingSpider
from crawler.lists import Lists
from crawler.monitor.displayed import stretch
from crawler.monitor.sightings import entries_hash
from crawler.page.address import canonical_url
from crawler.page.document import PageError
from crawler.store.database import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.choosing import Choosing
    from crawler.listing import Listing
    from crawler.monitor.sightings import Sighting, Sightings
    from crawler.page.document import Page
    from crawler.page.entries import Entry
    from crawler.parts import Joiner
    from crawler.reading import Rules
    from crawler.turning import Turning

# List pages go before articles, and articles that stand further down go before newer ones: most of what a run
# that is cut short leaves undone is then newer than what it stored. Not all: requests that wait for their
# host are sent in the order they came in. So the next run does not stop at what it stored (``Choosing``).
LIST_PRIORITY = 1_000_000


class SectionSpider(CountingSpider):
    """A spider that goes through sections; ``crawler.spider.PortalSpider`` brings what it needs."""

    base: str
    sections: ClassVar[dict[str, str]]
    generic: ClassVar[bool]
    full: bool
    days: definition.Window
    rules: Rules
    joiner: Joiner
    choosing: Choosing
    turning: Turning
    sightings: Sightings
    hashes: dict[str, str]

    def section_url(self, section: str) -> str:
        """Return the address of the first page of a section."""
        return urljoin(f"{self.base}/", self.sections[section])

    @property
    def selective(self) -> bool:
        """Whether this visit is for certain days or for everything: then nothing follows for the next."""
        return self.full or self.days != definition.Window()

    def list_request(self, url: str, section: str, number: int) -> scrapy.Request:
        """Return the request for page ``number`` (from 1) of a section."""
        request = scrapy.Request(
            url,
            callback=self.parse_list,
            errback=self.failed,
            cb_kwargs={"section": section, "number": number},
            priority=LIST_PRIORITY,
            dont_filter=True,
        )
        return conditional(request) if number == 1 and not self.selective else request

    def parse_list(self, response: Response, section: str, number: int) -> Iterator[scrapy.Request]:
        """Ask for the unknown articles of a section page, and for the next page while there are any."""
        seen = self.sightings.of(self.section_url(section))
        if response.status == NOT_MODIFIED:
            self._not_modified(response, section, seen)
            return
        listing = self._listing(response)
        if listing is None:
            self.lost(section, number)
            return
        own = self.choosing.own(listing.entries)
        if not own and not listing.may_be_empty:
            self.count_error(
                "empty-list", f"{response.url}: entries: nothing found on this section page ({section})"
            )
            self.lost(section, number)
            return
        found = self._sound(own, response.url)
        if number == 1 and self._is_as_before(seen, found, section):
            self._unchanged(seen)
            return
        seen.read, seen.lasting = True, seen.lasting and not listing.may_be_empty
        try:
            unknown, news = self.choosing.choose(found, self.section_url(section), seen.listed, self.now())
        except DatabaseError as error:
            self.count_error("store", f"{response.url}: what is stored of it cannot be told: {error}")
            self.lost(section, number)
            return
        self.sightings.list(seen, unknown, number)
        wanted = {address: entry for address, entry in unknown.items() if address not in self.choosing.asked}
        self.count("entries", len(found))
        self.count("lists")
        if number == 1:
            self.count(f"listed/{section}", len(found))
        # One for all: Scrapy keeps a queue for each priority, looks through all of them at every request, and
        # takes of a queue the last first.
        priority = len(self.choosing.asked) + len(wanted)
        for address, entry in wanted.items():
            self.choosing.asked.add(address)
            seen.new[address] = stretch(entry.date_text, self.now())
            self.count("requested")
            yield scrapy.Request(
                entry.url,
                callback=self.joiner.read,
                errback=self.failed,
                cb_kwargs={"section": section, "list_url": response.url},
                meta={ENTRY: address},
                priority=priority,
                # Scrapy's filter would drop a redirect to a known address, a circle for one, in silence.
                dont_filter=True,
            )
        go_on = news and not self.choosing.all_too_old(found)
        if listing.following and (go_on or listing.may_be_empty):
            yield from self._turned(listing.following, section, number, response.url)
        elif listing.turned_by and go_on:
            self.count("unfollowable")
            self.logger.warning("%s: only a script turns the page (%s)", response.url, listing.turned_by)

    def _turned(self, following: str, section: str, number: int, url: str) -> Iterator[scrapy.Request]:
        """Ask for the page after page ``number`` of a section, at ``url``, unless it leads nowhere."""
        end = self.turning.ends(section, following, number + 1)
        if end is None:
            yield self.list_request(following, section, number + 1)
        elif end:
            self.count("endless_sections")
            self.logger.warning("%s: %s", url, end)

    def _sound(self, entries: list[Entry], url: str) -> list[Entry]:
        """Return the entries that may be asked for; say and count the others, a line a page."""
        sound, others = self.turning.sorted_out(entries)
        if others:
            entry, fault = others[0]
            self.logger.warning(
                "%s: %d of its links are not followed, the first: %s (%s)",
                url, len(others), entry.url[:200], fault,
            )  # fmt: skip
            self.count("refused", len(others))
            self.count("refused/address", len(others))
        return sound

    def _listing(self, response: Response) -> Listing | None:
        try:
            with self.limited(response.url):
                return self.read_list(response)
        except PageError as error:
            self.refuse(error)
            return None

    def _is_as_before(self, seen: Sighting, found: list[Entry], section: str) -> bool:
        """Note what the first page of a section lists; tell whether it did so when all of it was stored."""
        addresses = [canonical_url(entry.url) for entry in found]
        seen.hash = entries_hash(addresses)
        moments = (stretch(entry.date_text, self.now()) for entry in found)
        seen.dated = [one for one in moments if one is not None]
        return self.hashes.get(self.section_url(section)) == seen.hash

    def lost(self, section: str, number: int) -> None:
        """Note that page ``number`` of a section could not be read; what it leads to is missing."""
        seen = self.sightings.of(self.section_url(section))
        seen.failed = True
        seen.broken_off = seen.broken_off or number > 1
        self.count("failed_sections")

    def _not_modified(self, response: Response, section: str, seen: Sighting) -> None:
        """Take a section for what it was, if the server was asked that: caches hand on others' answers."""
        asked = response.request.headers if response.request is not None else {}
        if "If-None-Match" in asked or "If-Modified-Since" in asked:
            self._unchanged(seen)
            return
        sentence = f"{response.url}: the server answered that it is as before, and was not told as when"
        self.count_error("status-304", sentence)
        self.lost(section, 1)

    def _unchanged(self, seen: Sighting) -> None:
        seen.read = seen.unchanged = True
        self.count("unchanged_sections")

    def read_list(self, response: Response) -> Listing | None:
        """Return what an answer to a section's address lists, None (counted) where it cannot be read.

        A way of access that is no HTML page, such as a feed, replaces this.
        """
        page = self.parsed(response)
        return None if page is None else self._listed(page)

    def _listed(self, page: Page) -> Listing:
        found = self.lists.read(page)
        if found.fell_back:
            self.logger.warning("%s: entries: the selector finds nothing, the generic reader does", page.url)
            self.count("fallbacks/entries")
        return found

    @property
    def lists(self) -> Lists:
        """How the section pages are read."""
        return Lists(self.rules, generic=self.generic)

    def read_entries(self, page: Page) -> list[Entry]:
        """Return the entries of a section page, in its order."""
        return self._listed(page).entries

    def read_next(self, page: Page) -> str | None:
        """Return the address of the next page of a section, None on the last."""
        return self.lists.following(page)

    def failed(self, failure: Failure) -> None:
        """Say why a request brought nothing."""
        raise NotImplementedError
