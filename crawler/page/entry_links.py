"""The links of a page that may be entries of a list: where they lead, and their whole headlines."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from itertools import chain, islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from crawler.page.address import canonical_url
from crawler.page.hrefs import address_of
from crawler.page.paging import PAGE_NAMES
from crawler.text import dates, deadline
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Container

    from lxml.html import HtmlElement

    from crawler.page.document import Page

DATA = tomllib.loads(resources.files(__package__).joinpath("entries.toml").read_text("utf-8"))
ANY_NOW = datetime(2100, 1, 1, tzinfo=LOCAL)  # every written date is in the past; only the text is taken
SHORTEST = 5
BRACKETS = "[]()（）【】〔〕 "
_DEPTH = 7
_TEMPLATE = tuple(DATA["template"])
_ROW_TAGS = frozenset(DATA["row_tags"])
_STATES = frozenset(DATA["states"])
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE_NAME = re.compile(r"(?<![a-z])(?:title|tit|headline|bt)(?![a-z])", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{\{|\$\{|<%|\{\$|\[!--")
_DIGITS = re.compile(r"\d+")
_ARTICLE = re.compile(
    r"\d{3,}|\.s?html?$|\.(?:pdf|docx?|jhtml|aspx?|php)$|[?&](?:\w*id|aid|art|news)=", re.IGNORECASE
)
_INDEX = re.compile(r"/(?:(?:index|list|default)(?:_\d+)?\.\w{2,5})?$", re.IGNORECASE)
_CUT = re.compile(r"(?:\.{2,}|…+)\s*$")
_SPACE = re.compile(r"\s+")
_EDGES = " \t\xa0\u3000·•●■▪◆◇○>»-"
_TAIL = "-_|—–"
_LONGEST_TAIL = 24
_DURATION = re.compile(r"^(?:\d{1,2}:)?\d{1,2}:\d\d(?=[^\d:\s])")  # of a video, shown on its picture
_ANNOTATION = re.compile(r"[\[【〔(（][^\[\]【】]{1,14}[\]】〕)）]")
# Tooltips that name their lines, as 动易 and its kin write them: 标题：…, 作者：…, 更新时间：…
_TIP_TITLE = re.compile(r"^\s*(?:文章|信息|新闻)?(?:标\s*题|名\s*称)\s*[:：]\s*")
_TIP_NEXT = re.compile(
    r"[\r\n]|\s(?:作\s*者|来\s*源|栏\s*目|点击\S{0,3}|发布\S{0,3}|更新\S{0,3}|日\s*期|时\s*间)\s*[:：]"
)


@dataclass(frozen=True, slots=True)
class Link:
    """``url`` is absolute, ``shown`` the headline as the link displays it, ``title`` the whole one.

    ``path`` names the elements around the link: links of one list share it.
    """

    element: HtmlElement
    url: str
    title: str
    shown: str
    path: str


def links_of(page: Page, least: int = SHORTEST) -> list[Link]:
    """Return the links that can be entries, of titles of ``least`` characters on, in document order.

    Left out are links of scripts and template rows, to the page itself or its sister lists, without a
    headline, and names of columns in brackets.
    """
    own = canonical_url(page.url)
    templates = {node for node in page.root.iter() if any(name in node.attrib for name in _TEMPLATE)}
    found = []
    for element in page.root.iter("a"):
        deadline.check()
        url = address_of(element, page.url)
        if not url:
            continue
        title, shown = _title_of(element)
        if len(title) < least or title.isdigit() or _ANNOTATION.fullmatch(title):
            continue
        if canonical_url(url) == own or _is_sister(url, page.url):
            continue
        if _PLACEHOLDER.search(title) or (templates and _is_inside(element, templates)):
            continue
        found.append(Link(element, url, title, shown, _path(element)))
    return [link for link in found if not is_date(link.title)]


def looks_like_article(url: str) -> bool:
    """Return whether an address looks like an article's rather than a section's."""
    parts = urlsplit(url)
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return bool(_ARTICLE.search(rest)) and not (_INDEX.search(parts.path) and not parts.query)


def is_date(text: str) -> bool:
    """Return whether a text is nothing but a date."""
    bare = text.strip(BRACKETS)
    return len(bare) < 40 and any(len(one.raw) >= len(bare) for one in dates.find_all(text, now=ANY_NOW))


def _is_sister(url: str, own: str) -> bool:
    """Return whether an address asks the page's own script for another list: other values, same names."""
    one, other = urlsplit(url), urlsplit(own)
    if not one.query or (one.netloc, one.path) != (other.netloc, other.path):
        return False
    return _parameters(one.query) == _parameters(other.query)


def _parameters(query: str) -> set[str]:
    return {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)} - set(PAGE_NAMES)


def _title_of(element: HtmlElement) -> tuple[str, str]:
    """Return the whole headline of a link, and as much of it as the link displays."""
    shown = _headline_in(element) or _SPACE.sub(" ", element.text_content()).strip(_EDGES)
    attribute = _told(element.get("title") or "")
    text = shown = _DURATION.sub("", shown)
    if attribute and (not text or _continues(text, attribute)):
        return attribute, shown
    for piece in _date_pieces(element):
        bare = text.strip(_EDGES + BRACKETS)
        if bare.startswith(piece) or bare.endswith(piece):
            rest = bare.removeprefix(piece) if bare.startswith(piece) else bare.removesuffix(piece)
            rest = rest.strip(_EDGES + BRACKETS) if len(rest) < len(bare) else rest
            text = rest if len(rest) >= SHORTEST else text
    if attribute and text != shown and _continues(text, attribute):
        return attribute, text
    return text, text


def _date_pieces(element: HtmlElement) -> list[str]:
    """Return the dates that a link displays apart from its headline: in an element of its own, in brackets or
    behind a gap. A headline that begins with a day keeps it.
    """  # noqa: D205  one sentence
    found = []
    for text in element.itertext():
        piece = _SPACE.sub(" ", text).strip()
        for moment in dates.find_all(piece, now=ANY_NOW) if len(piece) > SHORTEST - 1 else ():
            start = piece.find(moment.raw)
            before, behind = piece[:start][-1:], piece[start + len(moment.raw) :][:1]
            apart = all(not edge or edge in f"{BRACKETS}{_EDGES}" for edge in (before, behind))
            if apart and start >= 0:
                found.append(moment.raw)
    return found


def _headline_in(element: HtmlElement) -> str:
    """Return the headline of a link around a whole row (headline, summary, source), '' for other links."""
    blocks = [inner for inner in element.iterdescendants("div", "p", *HEADINGS) if not len(inner)]
    texts = {block: _SPACE.sub(" ", block.text_content()).strip(_EDGES) for block in blocks}
    shown = [block for block in blocks if len(texts[block]) >= SHORTEST and not is_date(texts[block])]
    if not shown:
        return ""
    heading = next((block for block in shown if block.tag in HEADINGS), None)
    named = next((block for block in shown if _TITLE_NAME.search(block.get("class") or "")), heading)
    if named is None and sum(map(bool, texts.values())) == 1:
        return ""
    return texts[heading if heading is not None else shown[0] if named is None else named]


def _told(attribute: str) -> str:
    """Return the headline that a title attribute tells, which may have labels and further lines."""
    tip = _TIP_TITLE.match(attribute)
    text = attribute[tip.end() :] if tip else attribute
    further = _TIP_NEXT.search(text) if tip or "\n" in text.strip() else None
    return _SPACE.sub(" ", text[: further.start()] if further else text).strip(_EDGES)


def _continues(text: str, attribute: str) -> bool:
    """Return whether the attribute is the whole of what the text shows, perhaps cut."""
    shown = _CUT.sub("", text)
    rest = attribute[len(text) :].lstrip() if attribute.startswith(text) else ""
    if rest[:1] in _TAIL and len(rest) <= _LONGEST_TAIL and rest:
        return False  # the site's name behind a headline that is shown whole
    return len(attribute) >= len(shown) and attribute.startswith(shown[: max(4, len(shown) - 1)])


def _is_inside(element: HtmlElement, holders: Container[HtmlElement]) -> bool:
    return any(node in holders for node in chain((element,), element.iterancestors()))


def _path(element: HtmlElement) -> str:
    """Return the names of the elements around a link, those of rows without their classes (odd, red)."""
    steps = []
    for node in islice(chain((element,), element.iterancestors()), _DEPTH):
        tag = str(node.tag)
        classes = [] if tag in _ROW_TAGS else (node.get("class") or "").lower().split()
        name = next((name for name in classes if name not in _STATES), "")
        steps.append(f"{tag}.{_DIGITS.sub('', name)}")
    return ">".join(reversed(steps))
