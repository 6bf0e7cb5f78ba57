"""Articles that are cut into several pages: the address of the next part, and the parts joined in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import splitext
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawler.page.address import canonical_url
from crawler.page.paging import PAGE_NAMES, called_page, says_next
from crawler.page.title import DOCUMENT
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.items import Article, Block
    from crawler.page.document import Page

MISSING = "missing-part"
"""The flag of an article of which a part could not be read."""

_BEHIND = re.compile(r"[_\-/](\d{1,3})/?")
_FIRST = re.compile(r"[_\-]1$")
_PAGER = re.compile(
    r"(?:首页|上一?页|下一?页|尾页|末页|前一页|后一页|第\d+页|共\d+页|\d+页|(?:阅读|显示|余下|查看)全文|全文|[\d\s\[\]()<>«»‹›|/:…._-]|当前)+"
)
_FIRST_PART = re.compile(
    r"第?(?:1|一)页?|上一?[页頁]|前一?[页頁]|首[页頁]|<|‹|«|prev(?:ious)?", re.IGNORECASE
)
_ASKING = re.compile(r"=[\s\"']*\?")
_EDGE = 4  # blocks at the ends of a part that may be the page's and not the article's
_SHORTEST_TITLE = 4


def number_of(url: str, first: str) -> tuple[int, bool] | None:
    """Return the number that the address ``url`` gives a part of the article at ``first``, None for no part.

    The number is what stands behind the first part's own name: ``123_2.html`` or ``123/2/`` behind
    ``123.html``, or in a parameter such as ``page=2``. The truth value says whether that is certain: an
    address that only counts on from ``123_1.html`` may as well be the next article's.
    """
    own, other = urlsplit(first), urlsplit(url)
    if own.netloc.removeprefix("www.") != other.netloc.removeprefix("www."):
        return None
    if own.path == other.path:
        asked, number = _without_page(other.query)
        return (number, True) if number is not None and asked == _without_page(own.query)[0] else None
    if other.query not in ("", own.query):
        return None
    stem, ending = splitext(own.path.rstrip("/"))
    rest = other.path.removesuffix(ending)
    if rest.startswith(stem) and (match := _BEHIND.fullmatch(rest, len(stem))):
        return int(match[1]), True
    counted = _FIRST.sub("", stem)
    if counted != stem and rest.startswith(counted) and (match := _BEHIND.fullmatch(rest, len(counted))):
        return int(match[1]), False
    return None


def _without_page(query: str) -> tuple[list[tuple[str, str]], int | None]:
    """Return a query's parameters without that of the page, and the page's number."""
    rest: list[tuple[str, str]] = []
    number: int | None = None
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() in PAGE_NAMES and value.isdigit() and len(value) <= 3:
            number = int(value)
        else:
            rest.append((name, value))
    return rest, number


def next_part(page: Page, first: str = "") -> str:
    """Return the address of the part that follows on ``page``, empty where there is none.

    ``first`` is the address of the article's first part, that of ``page`` if it is empty. A link counts by
    its address, and by saying 下一页 or a number: what says 下一页 but leads to another article does not.
    """
    if not page.url:
        return ""
    first = first or page.url
    own = number_of(page.url, first)
    current = own[0] if own else 0
    found: dict[int, str] = {}
    for link, url in _candidates(page, first):
        number = number_of(url, first)
        if number is None or number[0] <= current:
            continue
        text = _text(link)
        if text.isdigit() and int(text) < 2:
            continue
        if says_next(text) or (text.isdigit() and len(text) < 4):
            found.setdefault(number[0], url)
    return found[min(found)] if found else ""


def leads_to_first(page: Page, first: str) -> bool:
    """Return whether the bar of a further part has the part at ``first`` as its page 1 or the one before.

    An error page under the address of a part has none, while a part may have a headline of its own.
    """
    wanted = canonical_url(first)
    return any(
        _FIRST_PART.fullmatch(_text(link)) is not None and canonical_url(url) == wanted
        for link, url in _candidates(page, first)
    )


def _text(link: HtmlElement | str) -> str:
    return link if isinstance(link, str) else fold(link.text_content()).strip("[]()【】 ")


def _candidates(page: Page, first: str) -> Iterator[tuple[HtmlElement | str, str]]:
    """Yield link (or its text) and address of what may lead to a part; most are told by their address."""
    name = _FIRST.sub("", splitext(urlsplit(first).path.rstrip("/"))[0].rpartition("/")[2])
    for link in page.root.iter("a") if _may_lead(page.source, name) else ():
        href = (link.get("href") or "").strip()
        if not href or not (href.startswith("?") or (name and name in href)):
            continue
        try:
            yield link, urljoin(page.url, href)
        except ValueError:
            continue
    if called := called_page(page):
        yield "下一页", called


def _may_lead(source: str, name: str) -> bool:
    """Whether a page may have such a link, by its source: most have none, and a few hundred others."""
    written = not source or "&#" in source or "&" in name  # a character may be written as its number
    return written or bool(name and name in source) or _ASKING.search(source) is not None


class Verdict(StrEnum):
    """What a page is that was asked for as the next part of an article."""

    NEXT = "next"
    AGAIN = "again"  # a part that was read before
    OTHER = "other"  # another article: what looked like the next part was a link to the next article
    MISSING = "missing"  # nothing, or a page about something else under the address of a part


@dataclass(slots=True)
class Joined:
    """An article and the parts of it that were read so far; ``article`` is the first and stays the record."""

    article: Article
    count: int = 1
    _pieces: list[list[Block]] = field(default_factory=list)
    _addresses: set[str] = field(default_factory=set)
    _texts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._take(self.article, self.article.url)

    def expects(self, url: str) -> bool:
        """Return whether the part at ``url`` was not read yet."""
        return canonical_url(url) not in self._addresses

    def add(self, part: Article, url: str) -> Verdict:
        """Take the part that was found at ``url``, and say what it is; only ``NEXT`` was taken.

        ``url`` is where redirects led to: back to the first part, perhaps, or to another article.
        """
        if not part.blocks:
            return Verdict.MISSING
        if not self.expects(url) or part.body in self._texts:
            return Verdict.AGAIN
        number = number_of(url, self.article.url)
        known = part.is_part and number is not None and number[1]
        if number is None or not (known or _is_same(part, self.article)):
            return Verdict.MISSING if number and number[1] else Verdict.OTHER
        self._take(part, url)
        self.article.raw += part.raw
        self.count += 1
        self._add_details(part)
        return Verdict.NEXT

    def finish(self, *, missing: bool = False) -> Article:
        """Return the article with the texts of all parts; ``missing`` flags it as not whole."""
        if len(self._pieces) > 1:
            self.article.blocks = list(self._blocks())
        if missing:
            self.article.flags.append(MISSING)
        return self.article

    def _take(self, part: Article, url: str) -> None:
        self._pieces.append(list(part.blocks))
        self._addresses.add(canonical_url(url))
        self._texts.add(part.body)

    def _add_details(self, part: Article) -> None:
        article = self.article
        article.head += [line for line in part.head if line not in article.head]
        for name in ("source_text", "authors_text", "editors_text"):
            setattr(article, name, getattr(article, name) or getattr(part, name))
        files = {one.url for one in article.attachments}
        for attachment in part.attachments:
            if attachment.url not in files:
                attachment.order = len(article.attachments)
                article.attachments.append(attachment)
        pictures = {one.url for one in article.images}
        article.images += [image for image in part.images if image.url not in pictures]

    def _blocks(self) -> Iterator[Block]:
        """Yield the blocks of all parts, without what every page of them shows at its ends."""
        title = fold(self.article.title)
        for number, piece in enumerate(self._pieces):
            others = [other for other in self._pieces if other is not piece]
            heads = {block.text for other in others for block in other[:_EDGE]}
            tails = {block.text for other in others for block in other[-_EDGE:]}
            start, stop = 0, len(piece)
            if number:
                while start < stop and (piece[start].text in heads or fold(piece[start].text) == title):
                    start += 1
            last = number == len(self._pieces) - 1
            while stop > start and (
                _is_pager(piece[stop - 1]) or (not last and piece[stop - 1].text in tails)
            ):
                stop -= 1
            yield from piece[start:stop]


def _is_pager(block: Block) -> bool:
    text = fold(block.text)
    return (
        len(text) <= 200 and _PAGER.fullmatch(text) is not None and (block.link_density > 0 or "页" in text)
    )


def _is_same(part: Article, article: Article) -> bool:
    """Whether a page has the article's headline, displayed or as its title, or none at all."""
    if not part.title or _agree(part.title, article.title):
        return True
    title = fold(article.title)
    return len(title) >= _SHORTEST_TITLE and title in fold(part.meta.get(DOCUMENT, ""))


def _agree(title: str, other: str) -> bool:
    """Whether one headline is the other, perhaps with a number behind it."""
    short, long = sorted((fold(title), fold(other)), key=len)
    return short == long or (len(short) >= _SHORTEST_TITLE and long.startswith(short))
