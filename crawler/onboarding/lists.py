"""Selectors of section pages, learned from the sections: entries, their dates, the next page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.lists import Lists
from crawler.onboarding.naming import is_stable, selectors
from crawler.onboarding.navigation import host_of, links
from crawler.onboarding.samples import squeezed
from crawler.page.address import canonical_url
from crawler.page.paging import next_page
from crawler.reading import Rules
from crawler.selectors import elements
from crawler.text import dates
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page
    from crawler.page.entries import Entry

_MOST = 150
_DATED = 0.8  # share of entries that show a date where lists show dates
_LONGEST_DATE = 40  # characters of the element that shows an entry's date
_NOW = datetime(2100, 1, 1, tzinfo=LOCAL)  # dates are compared, not judged
_NEXT_WORDS = ("下一", "下页", "后一页", "后页", "›", "»", ">")


def learn_lists(pages: Sequence[Page], wanted: Sequence[Sequence[Entry]]) -> tuple[dict[str, str], list[str]]:
    """Return the selectors ``entries``, ``entry_date`` and ``next_page`` that hold on all ``pages``.

    ``wanted`` are the entries of each page, those of its own host.
    A selector is left out where none holds; the second value names those that are missed, in words.
    """
    found: dict[str, str] = {}
    missed = []
    link = _first(
        _of_entries(pages, wanted), lambda one: _same_entries(_under_trial(entries=one), pages, wanted)
    )
    if link is None:
        missed.append("entries")
    else:
        found["entries"] = link
        listed = [entry for page in wanted for entry in page]
        if sum(bool(entry.date_text) for entry in listed) >= _DATED * len(listed):
            date = _first(
                _of_dates(pages[0], link, wanted[0]),
                lambda one: _same_dates(_under_trial(entries=link, entry_date=one), pages, wanted),
            )
            if date is None:
                missed.append("entry_date")
            else:
                found["entry_date"] = date
    following = [next_page(page) for page in pages]
    if any(following):
        onward = _first(
            _of_next(pages, following), lambda one: _same_next(_under_trial(next_page=one), pages, following)
        )
        if onward is None:
            missed.append("next_page")
        else:
            found["next_page"] = onward
    return found, missed


def _under_trial(**rules: str) -> Lists:
    return Lists(Rules(rules, generic=True), generic=True)


def _first(tried: Iterable[str], holds: Callable[[str], bool]) -> str | None:
    once = list(dict.fromkeys(tried))[:_MOST]
    return next((one for one in once if holds(one)), None)


def _own(page: Page, listed: Iterable[Entry]) -> list[Entry]:
    own = host_of(page.url)
    return [entry for entry in listed if host_of(entry.url) == own]


def _same_entries(trial: Lists, pages: Sequence[Page], wanted: Sequence[Sequence[Entry]]) -> bool:
    for page, want in zip(pages, wanted, strict=True):
        got = _own(page, trial.ruled(page))
        if len(got) != len(want) or _urls(got) != _urls(want):
            return False
        titles = {canonical_url(entry.url): squeezed(entry.title) for entry in got}
        if any(len(titles[canonical_url(entry.url)]) < len(squeezed(entry.title)) // 2 for entry in want):
            return False
    return True


def _urls(listed: Iterable[Entry]) -> set[str]:
    return {canonical_url(entry.url) for entry in listed}


def _same_dates(trial: Lists, pages: Sequence[Page], wanted: Sequence[Sequence[Entry]]) -> bool:
    for page, want in zip(pages, wanted, strict=True):
        got = {canonical_url(entry.url): _day(entry.date_text) for entry in trial.ruled(page)}
        if any(_day(entry.date_text) != got.get(canonical_url(entry.url)) for entry in want):
            return False
    return True


def _day(text: str) -> Any:
    moment = dates.parse(text, now=_NOW) if text else None
    return moment.at.date() if moment else None


def _same_next(trial: Lists, pages: Sequence[Page], following: Sequence[str | None]) -> bool:
    for page, want in zip(pages, following, strict=True):
        got = trial.following(page)
        if (got and canonical_url(got)) != (want and canonical_url(want)):
            return False
        leads = {link.get("href") for link in elements(trial.rules.of_field("next_page"), page.root)}
        if want and len(leads) > 1:
            return False  # the first of several links is another one on the next page
    return True


def _of_entries(pages: Sequence[Page], wanted: Sequence[Sequence[Entry]]) -> list[str]:
    """Return selectors of the links to the first, middle and last entry of each page, those of most first."""
    counted: dict[str, int] = {}
    for page, want in zip(pages, wanted, strict=True):
        by_url: dict[str, list[HtmlElement]] = {}
        for link, url in links(page):
            by_url.setdefault(canonical_url(url), []).append(link)
        for place in sorted({0, len(want) // 2, len(want) - 1}) if want else ():
            for link in by_url.get(canonical_url(want[place].url), ()):
                for selector in selectors(link):
                    counted[selector] = counted.get(selector, 0) + 1
    order = {selector: place for place, selector in enumerate(counted)}
    return sorted(counted, key=lambda one: (-counted[one] // len(pages), order[one]))


def _of_dates(page: Page, link: str, wanted: Sequence[Entry]) -> Iterator[str]:
    """Yield selectors of the innermost elements that show an entry's date near its link."""
    texts = {canonical_url(entry.url): squeezed(entry.date_text) for entry in wanted if entry.date_text}
    for element, url in links(page):
        date = texts.get(canonical_url(url))
        if not date or element not in elements(link, page.root):
            continue
        row = next((node for node in element.iterancestors() if date in squeezed(node.text_content())), None)
        if row is None:
            continue
        holders = [node for node in row.iter() if isinstance(node.tag, str) and date in _text(node)]
        if len(_text(holders[-1])) > _LONGEST_DATE:
            return  # a date in a summary is none of the entry
        for node in holders[:0:-1] or holders:
            yield from (name for name in selectors(node) if " " not in name)
            yield str(node.tag)
        return


def _text(node: HtmlElement) -> str:
    return squeezed(node.text_content())


def _of_next(pages: Sequence[Page], following: Sequence[str | None]) -> Iterator[str]:
    """Yield selectors of the links to the next page, by class and by what they say."""
    for page, url in zip(pages, following, strict=True):
        found = [link for link, to in links(page) if url and canonical_url(to) == canonical_url(url)]
        for link in found:
            yield from selectors(link)
        for link in found:
            word = next((word for word in _NEXT_WORDS if word in link.text_content()), None)
            if word is None:
                continue
            for node in link.iterancestors():
                for attribute in ("id", "class"):
                    value = " ".join((node.get(attribute) or "").split())
                    if value and all(is_stable(name) for name in value.split()):
                        yield f"//{node.tag!s}[@{attribute}='{value}']//a[contains(., '{word}')]"
            yield f"//a[contains(., '{word}')]"
