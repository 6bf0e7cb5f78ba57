"""Looking at an unknown portal: its front page, its sections, a handful of articles of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from crawler.families.recognise import families, recognise
from crawler.onboarding.furniture import Furniture
from crawler.onboarding.navigation import Candidate, candidates, host_of, other_hosts
from crawler.onboarding.visit import Captured, Unreachable
from crawler.page import reader
from crawler.page.address import canonical_url
from crawler.page.datastore import stores
from crawler.page.document import PageError, limited
from crawler.page.paging import next_page, unfollowable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from crawler.families.recognise import Family
    from crawler.page.document import Page
    from crawler.page.entries import Entry

    Get = Callable[[str], Awaitable[Captured]]

MOST_CANDIDATES = 24  # pages that are tried as sections
MOST_SECTIONS = 12  # more make a spider that nobody reviews
SECOND_PAGES = 2  # sections whose second page is looked at too
FEW = 5  # entries below which a section is named as small
_LEAST = 3
_LONG_TITLE = 10  # characters: headlines are longer than names of sections
_SHARE = 0.5
_MIN_ARTICLES = 2
_SECONDS = 5.0  # for reading one page, as in a crawl
_SURE = 0.8  # that a page belongs to a family


class NoPortal(Exception):  # noqa: N818  the sentence reads better so
    """An address that no portal can be made of; the message says why."""


@dataclass(slots=True)
class Section:
    """A section: its displayed ``name`` (raw), its pages as captured, the entries of each."""

    name: str
    pages: list[Captured]
    lists: list[list[Entry]]

    @property
    def entries(self) -> list[Entry]:
        """The entries of the first page."""
        return self.lists[0]

    @property
    def first(self) -> Captured:
        """The section's first page."""
        return self.pages[0]


@dataclass(slots=True)
class Survey:
    """What was seen of a portal. ``articles`` are pairs of an article and the place of its section."""

    front: Captured
    sections: list[Section] = field(default_factory=list)
    articles: list[tuple[Captured, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def survey(get: Get, url: str, sample: int) -> Survey:
    """Look at the portal at ``url`` and read ``sample`` articles.

    Raises Unreachable if the front page cannot be fetched, PageError if it cannot be read, and NoPortal if no
    sections or no articles are found.
    """
    front = await get(url)
    found = Survey(front)
    if others := other_hosts(front.page):
        found.notes.append(
            f"the navigation leads to other hosts too, which are portals of their own: {_some(others)}"
        )
    looked_at = await _look_at(get, candidates(front.page)[:MOST_CANDIDATES], found.notes)
    furniture = Furniture(seen.page for _, seen in looked_at)
    found.sections = _sections(looked_at, furniture, found.notes)
    if not found.sections:
        raise NoPortal(
            f"{front.url}: no sections found: no page that it links to lists articles of its own"
            + made_by([front.page])
        )
    for section in found.sections[:SECOND_PAGES]:
        await _add_second_page(get, section, furniture, found.notes)
    await _add_articles(get, found, sample)
    if len(found.articles) < _MIN_ARTICLES:
        raise NoPortal(
            f"{front.url}: {len(found.articles)} of its articles could be read, {_MIN_ARTICLES} are needed"
            + "".join(f"; {note}" for note in found.notes[-2:])
        )
    return found


async def _look_at(
    get: Get, tried: Sequence[Candidate], notes: list[str]
) -> list[tuple[Candidate, Captured]]:
    """Fetch the candidates; return those that are pages."""
    found = []
    for candidate in tried:
        try:
            seen = await get(candidate.url)
            assert seen.page is not None  # parsed here, so that what is no page is passed over
        except Unreachable as error:
            if error.kind == "robots":
                notes.append(f"{candidate.url} was left out: robots.txt does not allow it")
            continue
        except PageError:
            continue
        found.append((candidate, seen))
    return found


def _sections(
    looked_at: Sequence[tuple[Candidate, Captured]], furniture: Furniture, notes: list[str]
) -> list[Section]:
    found: list[tuple[int, Section]] = []
    for candidate, seen in looked_at:
        try:
            with limited(_SECONDS, seen.url):
                listed = furniture.own_entries(seen.page)
        except PageError as error:
            notes.append(f"section {error}")
            continue
        if not _is_list(listed) or _is_known(seen, listed, [one for _, one in found]):
            continue
        found.append((candidate.place, Section(candidate.name, [seen], [listed])))
        if len(listed) < FEW:
            notes.append(f"section {candidate.name or seen.url}: only {len(listed)} entries")
    if left := found[MOST_SECTIONS:]:
        notes.append(
            f"{len(left)} more sections were left out, add those that you want: "
            + _some(f"{one.name or '?'} {one.first.url}" for _, one in left)
        )
    return [section for _, section in sorted(found[:MOST_SECTIONS], key=lambda pair: pair[0])]


def family_of(pages: Sequence[Page]) -> Family | None:
    """Return the system that surely made most of the pages, None if none did."""
    surest = [guess for page in pages for guess in recognise(page)[:1] if guess.confidence >= _SURE]
    ((name, count),) = Counter(guess.family for guess in surest).most_common(1) or [("", 0)]
    return families()[name] if count > len(pages) / 2 else None


def made_by(pages: Sequence[Page]) -> str:
    """Return the end of a sentence that says which system made most of the pages, '' if none is known."""
    family = family_of(pages)
    if family is None:
        return ""
    return f"; it looks like {family.says}, for which there is {family.spider} (docs/families.md)"


def _is_list(listed: Sequence[Entry]) -> bool:
    if len(listed) < _LEAST:
        return False
    like = sum(bool(entry.date_text) or len(entry.title) >= _LONG_TITLE for entry in listed)
    return like / len(listed) >= _SHARE


def _is_known(seen: Captured, listed: Sequence[Entry], found: Iterable[Section]) -> bool:
    own = {entry.url for entry in listed}
    return any(
        canonical_url(section.first.url) == canonical_url(seen.url)
        or own == {entry.url for entry in section.entries}
        for section in found
    )


async def _add_second_page(get: Get, section: Section, furniture: Furniture, notes: list[str]) -> None:
    address = next_page(section.first.page)
    if address is None:
        if turned := unfollowable(section.first.page):
            notes.append(f"section {section.name}: only a script turns its pages ({turned})")
        return
    if any(stores(section.first.page)):
        return  # what follows is rows alone, which their family reads
    try:
        seen = await get(address)
        with limited(_SECONDS, seen.url):
            listed = furniture.own_entries(seen.page)
    except (Unreachable, PageError) as error:
        notes.append(f"section {section.name}: its second page could not be read ({error})")
        return
    if not listed or {entry.url for entry in listed} == {entry.url for entry in section.entries}:
        notes.append(f"section {section.name}: the second page {address} lists nothing new")
        return
    section.pages.append(seen)
    section.lists.append(listed)


async def _add_articles(get: Get, found: Survey, sample: int) -> None:
    """Read articles of all sections in turn, the newest of each first."""
    own = host_of(found.front.url)
    tried = 0
    asked: set[str] = set()
    for place, entry in _in_turn(found.sections):
        if len(found.articles) >= sample or tried >= 2 * sample:
            return
        if canonical_url(entry.url) in asked:
            continue
        asked.add(canonical_url(entry.url))
        tried += 1
        try:
            seen = await get(entry.url)
            with limited(_SECONDS, seen.url):
                reading = reader.read(seen.page, now=seen.fetched)
        except (Unreachable, PageError) as error:
            found.notes.append(f"article {error}")
            continue
        if host_of(seen.url) != own or not reading.title or not reading.blocks:
            found.notes.append(f"article {entry.url}: no headline and text were found on it")
            continue
        found.articles.append((seen, place))


def _in_turn(sections: Sequence[Section]) -> list[tuple[int, Entry]]:
    columns = [[(place, entry) for entry in section.entries] for place, section in enumerate(sections)]
    return [pair for pair in chain.from_iterable(zip_longest(*columns)) if pair is not None]


def _some(words: Iterable[str], most: int = 4) -> str:
    listed = list(words)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
