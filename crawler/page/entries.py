"""The entries of a section page, found without a selector.

The links of a page are grouped by the path of elements that they stand in; the entries are the group whose
links read most like headlines: many, long, dated, pointing at articles. Rows of the same list that are built
a little differently are taken with it.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.page import roles
from crawler.page.address import canonical_url
from crawler.text import dates
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

_SHORTEST = 5
_SHORTEST_MEAN = 7.0
_LONGEST_SCORED = 24
_DEPTH = 7
_MOST_PIECES = 5  # elements inside a cell that holds nothing but a date
_DATED_WEIGHT = 2.0
_MOST_ROW_TEXT = 1500
_DATA = tomllib.loads(resources.files(__package__).joinpath("entries.toml").read_text("utf-8"))
_CHROME: dict[str, float] = _DATA["chrome"]
_TEMPLATE = tuple(_DATA["template"])
_ROW_TAGS = frozenset(_DATA["row_tags"])
_STATES = frozenset(_DATA["states"])
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE_NAME = re.compile(r"(?<![a-z])(?:title|tit|headline|bt)(?![a-z])", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_ARTICLE = re.compile(
    r"\d{3,}|\.s?html?$|\.(?:pdf|docx?|jhtml|aspx?|php)$|[?&](?:\w*id|aid|art|news)=", re.IGNORECASE
)
_INDEX = re.compile(r"/(?:(?:index|list|default)(?:_\d+)?\.\w{2,5})?$", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
_CUT = re.compile(r"(?:\.{2,}|…+)\s*$")
_SPACE = re.compile(r"\s+")
_EDGES = " \t\xa0\u3000·•●■▪◆◇○>»-"
_BRACKETS = "[]()（）【】 "
_ANY_NOW = datetime(2100, 1, 1, tzinfo=LOCAL)  # every written date is in the past; only the text is taken


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a section page names: absolute ``url``, whole ``title``, displayed ``date_text``."""

    url: str
    title: str
    date_text: str


@dataclass(frozen=True, slots=True)
class _Link:
    element: HtmlElement
    url: str
    title: str
    path: str


def entries(page: Page) -> list[Entry]:
    """Return the entries of a section page in the order of the page, each address once; [] if it has none.

    The title is the ``title`` attribute's where the link's text is cut; the date is the displayed string of
    the entry's row, '' for none (give it to ``crawler.text.dates.parse``).
    """
    links = _links(page)
    groups: dict[str, list[_Link]] = defaultdict(list)
    for link in links:
        groups[link.path].append(link)
    best: list[_Link] = []
    best_score = 0.0
    for group in groups.values():
        once = _once(group)
        score = _score(once)
        if score > best_score:
            best, best_score = once, score
    if not best:
        return []
    rows = _rows(best)
    for link, row in _more_rows(links, rows):
        rows.setdefault(link.element, row)
        best.append(link)
    order = {link.element: number for number, link in enumerate(links)}
    best = _once(sorted(best, key=lambda link: order[link.element]))
    return [Entry(link.url, link.title, _date_of(link, rows[link.element])) for link in best]


def _links(page: Page) -> list[_Link]:
    """Return the links that can be entries, in document order."""
    own = canonical_url(page.url)
    found = []
    for element in page.root.iter("a"):
        href = (element.get("href") or "").strip()
        if (
            not href
            or href.startswith("#")
            or "{{" in href
            or href.lower().startswith(("javascript:", "mailto:", "tel:"))
        ):
            continue
        title = _title_of(element)
        if len(title) < _SHORTEST or title.isdigit():
            continue
        try:
            url = urljoin(page.url, href)
        except ValueError:
            continue
        if (
            not url.lower().startswith(("http://", "https://"))
            or canonical_url(url) == own
            or _is_template(element)
        ):
            continue
        found.append(_Link(element, url, title, _path(element)))
    return found


def _headline_in(element: HtmlElement) -> str:
    """Return the headline of a link around a whole row (headline, summary, source), '' for other links."""
    blocks = [inner for inner in element.iterdescendants("div", "p", *_HEADINGS) if not len(inner)]
    texts = {block: _SPACE.sub(" ", block.text_content()).strip(_EDGES) for block in blocks}
    shown = [block for block in blocks if len(texts[block]) >= _SHORTEST and not _is_date(texts[block])]
    if not shown or sum(map(bool, texts.values())) == 1:
        return ""
    heading = next((block for block in shown if block.tag in _HEADINGS), None)
    named = next((block for block in shown if _TITLE_NAME.search(block.get("class") or "")), shown[0])
    return texts[named if heading is None else heading]


def _is_date(text: str) -> bool:
    return any(len(moment.raw) >= len(text.strip(_BRACKETS)) for moment in dates.find_all(text, now=_ANY_NOW))


def _title_of(element: HtmlElement) -> str:
    text = _headline_in(element) or _SPACE.sub(" ", element.text_content()).strip(_EDGES)
    attribute = _SPACE.sub(" ", element.get("title") or "").strip(_EDGES)
    if attribute and (not text or _continues(text, attribute)):
        return attribute
    found = dates.find_all(text, now=_ANY_NOW) if len(text) > _SHORTEST else []
    for moment in found:  # a date that stands inside the link is none of the headline
        bare = text.strip(_BRACKETS)
        if bare.endswith(moment.raw) or bare.startswith(moment.raw):
            rest = text.replace(moment.raw, "").strip(_EDGES + _BRACKETS)
            text = rest if len(rest) >= _SHORTEST else text
    return text


def _continues(text: str, attribute: str) -> bool:
    """Return whether the attribute is the whole of what the text shows, perhaps cut."""
    shown = _CUT.sub("", text)
    return len(attribute) >= len(shown) and attribute.startswith(shown[: max(4, len(shown) - 1)])


def _is_template(element: HtmlElement) -> bool:
    return any(name in node.attrib for node in (element, *element.iterancestors()) for name in _TEMPLATE)


def _path(element: HtmlElement) -> str:
    """Return the names of the elements around a link, those of rows without their classes (odd, red)."""
    steps = []
    for node in (element, *element.iterancestors()):
        tag = str(node.tag)
        classes = [] if tag in _ROW_TAGS else (node.get("class") or "").lower().split()
        name = next((name for name in classes if name not in _STATES), "")
        steps.append(f"{tag}.{_DIGITS.sub('', name)}")
        if len(steps) == _DEPTH:
            break
    return ">".join(reversed(steps))


def _once(group: Iterable[_Link]) -> list[_Link]:
    found: dict[str, _Link] = {}
    for link in group:
        found.setdefault(canonical_url(link.url), link)
    return list(found.values())


def _score(group: Sequence[_Link]) -> float:
    if not group:
        return 0.0
    mean = sum(min(len(link.title), _LONGEST_SCORED) for link in group) / len(group)
    if mean < _SHORTEST_MEAN:
        return 0.0
    rows = _rows(group)
    dated = sum(bool(_date_of(link, rows[link.element])) for link in group) / len(group)
    if len(group) == 1 and not dated:
        return 0.0
    articles = sum(_looks_like_article(link.url) for link in group) / len(group)
    chrome = min(_chrome_of(group[0].element), _chrome_of(group[-1].element))
    return float(len(group) * mean * (1 + _DATED_WEIGHT * dated) * (0.2 + articles) * chrome)


def _looks_like_article(url: str) -> bool:
    parts = urlsplit(url)
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return bool(_ARTICLE.search(rest)) and not (_INDEX.search(parts.path) and not parts.query)


def _chrome_of(element: HtmlElement) -> float:
    for node in element.iterancestors():
        names = f"{node.get('class', '')} {node.get('id', '')}"
        role = roles.TAGS.get(str(node.tag), "") or (roles.role_of(names) if len(names) > 1 else "")
        if role and str(node.tag) not in ("body", "html"):
            return _CHROME.get(role, 1.0)
    return 1.0


def _rows(group: Sequence[_Link]) -> dict[HtmlElement, HtmlElement]:
    """Return for each link its row: the largest element that holds no other link of the group."""
    holders: dict[HtmlElement, int] = defaultdict(int)
    for link in group:
        for node in (link.element, *link.element.iterancestors()):
            holders[node] += 1
    rows = {}
    for link in group:
        row = link.element
        for node in link.element.iterancestors():
            if holders[node] > 1 or str(node.tag) in ("body", "html"):
                break
            row = node
        rows[link.element] = row
    return rows


def _more_rows(
    links: Sequence[_Link], rows: dict[HtmlElement, HtmlElement]
) -> list[tuple[_Link, HtmlElement]]:
    """Return the first long link of rows beside the group's rows that are built differently."""
    taken = set(rows.values())
    lists: dict[HtmlElement, set[str]] = defaultdict(set)
    for row in taken:
        parent = row.getparent()
        if parent is not None and len(parent) > 1:
            lists[parent].add(str(row.tag))
    found: dict[HtmlElement, _Link] = {}
    for link in links:
        for node in (link.element, *link.element.iterancestors()):
            parent = node.getparent()
            if parent is not None and parent in lists:
                fits = str(node.tag) in lists[parent] and node not in taken and _looks_like_article(link.url)
                if fits and (node not in found or len(link.title) > len(found[node].title)):
                    found[node] = link
                break
    return [(link, row) for row, link in found.items()]


def _date_of(link: _Link, row: HtmlElement) -> str:
    """Return the date displayed in an entry's row, outside its title if possible, or right behind the row."""
    behind = row.getnext()
    after = row.tail or ""
    if (
        behind is not None
        and isinstance(behind.tag, str)
        and next(behind.iter("a"), None) is None
        and len(behind) < _MOST_PIECES
    ):
        after += " " + behind.text_content()
    shown = " ".join(piece.strip() for piece in row.itertext() if isinstance(piece, str))[:_MOST_ROW_TEXT]
    outside = shown.replace(_SPACE.sub(" ", link.element.text_content()).strip(), "\n", 1)
    for text in (outside, shown, after[:100]):
        found = dates.find_all(text, now=_ANY_NOW)
        best = dates.parse(text, now=_ANY_NOW)
        if best is not None:  # in a table of threads the last answer may be nearer to now than the thread
            return best.raw if _YEAR.search(best.raw) else found[0].raw
    return ""
