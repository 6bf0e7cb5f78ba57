"""The links of a front page that may lead to sections, the likeliest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.onboarding.phrasebook import words
from crawler.page import roles
from crawler.page.address import canonical_url
from crawler.page.entries import entries
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.page.document import Page

_LONGEST_NAME = 12  # characters of a section's name, glosses taken off
_ARTICLE = re.compile(r"\d{4,}[^/]*$|/\d{4}[-/]?\d{2}/|[?&](?:\w*id|aid|art|news)=\d{3,}", re.IGNORECASE)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|apk|exe|jpe?g|png|gif|mp4|xml|rss)$", re.IGNORECASE)
_WORTH = {"nav": 3.0, "header": 0.5, "footer": -3.0, "share": -4.0, "related": -0.5, "advert": -2.0}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})


@dataclass(slots=True)
class Candidate:
    """An address that may be a section's: its ``place`` among the links, the ``name`` they give it or ''."""

    url: str
    name: str
    worth: float
    place: int


def host_of(url: str) -> str:
    """Return the host of an address as articles are compared: lower case, without www."""
    return urlsplit(canonical_url(url)).netloc


def candidates(front: Page) -> list[Candidate]:
    """Return the front page's links to other pages of its host that may be sections, the best first."""
    fronts = {canonical_url(front.url), canonical_url(urljoin(front.url, "/"))}
    articles = {canonical_url(entry.url) for entry in entries(front)}
    found: dict[str, Candidate] = {}
    for link, url in _own_links(front):
        address = canonical_url(url)
        if address in fronts:
            continue
        text = " ".join(link.text_content().split())
        name = fold(text)
        more = name in words("more")
        if not more and not is_section_name(name):
            continue
        like_article = 2.5 * bool(_ARTICLE.search(_rest(url))) + 1.5 * (address in articles)
        worth = _worth(link) + (1.0 if more else 0.0) - like_article
        known = found.setdefault(address, Candidate(url, "", worth, len(found)))
        known.worth = max(known.worth, worth)
        if not known.name and not more:
            known.name = text
    return sorted((one for one in found.values() if one.worth > -1.0), key=lambda one: -one.worth)


def is_section_name(name: str) -> bool:
    """Tell whether a folded text can be a section's name."""
    return (
        2 <= len(name) <= _LONGEST_NAME
        and not name.isdigit()
        and name not in words("no_section")
        and not any(part in name for part in words("no_section_parts"))
    )


def other_hosts(front: Page) -> list[str]:
    """Return the hosts, other than its own, that the navigation of a front page leads to."""
    own = host_of(front.url)
    found: dict[str, None] = {}
    for link, url in links(front):
        if _role(link) == "nav" and host_of(url) != own:
            found.setdefault(host_of(url))
    return list(found)


def links(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the links of a page that lead to addresses of the web, made absolute."""
    for link in page.root.iter("a"):
        href = (link.get("href") or "").strip()
        if not href or href.startswith("#") or "{{" in href:
            continue
        try:
            url = urljoin(page.url, href)
        except ValueError:
            continue
        if url.lower().startswith(("http://", "https://")):
            yield link, url


def _own_links(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    own = host_of(page.url)
    for link, url in links(page):
        if host_of(url) == own and not _FILE.search(urlsplit(url).path):
            yield link, url


def _rest(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _role(link: HtmlElement) -> str:
    for node in link.iterancestors():
        tag = str(node.tag)
        if tag in ("body", "html"):
            break
        names = f"{node.get('class', '')} {node.get('id', '')}"
        if role := roles.TAGS.get(tag) or roles.role_of(names):
            return role
    return ""


def _worth(link: HtmlElement) -> float:
    heading = any(str(node.tag) in _HEADINGS for node in link.iterancestors())
    return _WORTH.get(_role(link), 0.0) + heading
