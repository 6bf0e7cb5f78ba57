"""The further pages of a section, or of a long article, found without a selector."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.page import roles
from crawler.page.address import canonical_url
from crawler.page.datastore import next_group, stores
from crawler.page.hrefs import address_of, is_scripted
from crawler.text import deadline
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.html import HtmlElement

    from crawler.page.document import Page

_NEXT_WORDS = (
    "下一页",
    "下页",
    "后一页",
    "下一頁",
    "next",
    "nextpage",
    "下一页>",
    "下一页>>",
    "下一页»",
    "后页",
    "下页>",
    "往后",
    "下5页",
    "加载更多",
    "点击加载更多",
    "更多加载",
)
_BAR_WORDS = frozenset(
    (
        "上一页",
        "上页",
        "前一页",
        "前页",
        "上一頁",
        "尾页",
        "末页",
        "最后一页",
        "最後一頁",
        "末頁",
        "prev",
        "previous",
    )
)
_NEXT_MARKS = (">", ">>", "›", "»", "→", "＞")
_CALLED = "createPageHTML"
_CALL = re.compile(_CALLED + r"\w{0,20}\s{0,9}\(\s*((?:[^()'\"]|'[^']*'|\"[^\"]*\")*)\)")
_ARGUMENT = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^,\s]+)")
_NUMBERED = re.compile(r"(?:^|[_\-/=])(\d{1,5})(?=\.\w{2,6}$|$|/|-\d{1,2}\.\w{2,6}$)")
PAGE_NAMES = (
    "page",
    "pageno",
    "pageindex",
    "page_no",
    "pn",
    "p",
    "pageid",
    "currentpage",
    "paged",
    "curpage",
)
"""Names of the parameter that counts pages, in lower case."""
_PARAMETER = re.compile(rf"(?:^|&)(?:{'|'.join(PAGE_NAMES)})=(\d{{1,5}})(?:&|$)", re.IGNORECASE)
_HANDLER = re.compile(r"(?!void\b|return\b|if\b)\b[A-Za-z_$][\w.$]{1,60}\s?\([^()]{0,200}\)")
_FRAGMENT = re.compile(r"#\w{0,20}=?\d{1,5}\b")
_DISABLED = re.compile(r"disabled|none|gray|grey", re.IGNORECASE)
_BARS = ("div", "ul", "p", "nav")
_LOADING = frozenset(("加载更多", "点击加载更多", "更多加载"))
_LONGEST_WORD = 12
_MOST_HANDLER = 400  # characters
_MOST_LABEL = 8  # texts of a button
_MOST_PAGES = 10_000
_MOST_DIGITS = 6


def next_page(page: Page) -> str | None:
    """Return the absolute address of the following page of a list (or article), None on the last one.

    In this order: ``link rel=next``; a link that says 下一页 or shows an arrow among page numbers; the
    ``createPageHTML`` call of TRS; the next group of jcms; the page number one above the page's own among the
    numbered links. See ``unfollowable`` for pages that only a script can turn.
    """
    if "next_page" not in page.cache:
        page.cache["next_page"] = (
            _by_rel(page) or _by_word(page) or called_page(page) or _by_store(page) or _by_number(page)
        )
    found = page.cache["next_page"]
    assert found is None or isinstance(found, str)
    return found


def unfollowable(page: Page) -> str:
    """Return what turns a page that has no ``next_page`` but shows that more follows, '' where nothing does.

    It is the call of a script such as ``__doPostBack('pager','2')``, or the words of a button.
    """
    if next_page(page):
        return ""
    for element in page.root.iter("a", "button", "input", "span", "div", "li"):
        deadline.check()
        text = _label(element)
        state = f"{element.get('class') or ''} {'disabled' if 'disabled' in element.attrib else ''}"
        if text not in _NEXT_WORDS or _DISABLED.search(state):
            continue
        done = f"{element.get('href') or ''} {element.get('onclick') or ''}"[:_MOST_HANDLER]
        if (call := _HANDLER.search(done)) and (element.tag != "a" or is_scripted(element)):
            return call[0]
        if fragment := _FRAGMENT.search(done):
            return fragment[0]
        if text in _LOADING and (element.tag != "a" or is_scripted(element)):
            return element.text_content().strip()
    return ""


def page_bars(page: Page) -> list[HtmlElement]:
    """Return the elements that show where a page's bar is: by links such as 下一页, calls and names."""
    found: list[HtmlElement] = []
    for element in page.root.iter("a", "script", *_BARS):
        if element.tag in _BARS:
            names = f"{element.get('class', '')} {element.get('id', '')}"
            if len(names) > 1 and roles.role_of(names) == "pager":
                found.append(element)
            continue
        if element.tag == "script":
            if any(match[1].strip()[:1] for match in _CALL.finditer(element.text or "")):
                found.append(element)
        elif len(text := _text(element)) < _LONGEST_WORD and (text in _BAR_WORDS or text in _NEXT_WORDS):
            found.append(element)
    return found


def says_next(text: str) -> bool:
    """Return whether a link's folded text says that it leads to the next page, in words or by an arrow."""
    return text in _NEXT_WORDS or text in _NEXT_MARKS


def page_links(page: Page) -> list[str]:
    """Return the absolute addresses of the other pages that the page bar names, in the order of the page."""
    found: dict[str, None] = {}
    for link, url in _links(page):
        if _text(link).isdigit() and _is_sibling(url, page.url):
            found.setdefault(url)
    return [url for url in found if canonical_url(url) != canonical_url(page.url)]


def _links(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    for link in page.root.iter("a"):
        deadline.check()
        if url := address_of(link, page.url):
            yield link, url


def _text(link: HtmlElement) -> str:
    return fold(link.text_content() or "").strip("[]()【】 ")


def _label(element: HtmlElement) -> str:
    """Return the folded text of a link or button, some of it where it holds much."""
    if element.tag == "input":
        return fold(element.get("value") or "")
    return fold("".join(islice(element.itertext(), _MOST_LABEL))[:_MOST_HANDLER]).strip("[]()【】 ")


def _is_sibling(url: str, base: str) -> bool:
    return not base or urlsplit(url).netloc.removeprefix("www.") in (
        "",
        urlsplit(base).netloc.removeprefix("www."),
    )


def _by_rel(page: Page) -> str | None:
    for tag in ("link", "a"):
        for element in page.root.iter(tag):
            if "next" in (element.get("rel") or "").lower().split() and (
                href := (element.get("href") or "").strip()
            ):
                return urljoin(page.url, href) if not href.startswith(("#", "javascript:")) else None
    return None


def _by_word(page: Page) -> str | None:
    own = canonical_url(page.url)
    arrow = None
    for link, url in _links(page):
        text = _text(link)
        says = text in _NEXT_WORDS or fold(link.get("title") or "") in _NEXT_WORDS
        if not (says or text in _NEXT_MARKS) or not _is_sibling(url, page.url) or canonical_url(url) == own:
            continue
        if says:
            return url
        if arrow is None and _among_numbers(link):
            arrow = url
    return arrow


def _among_numbers(link: HtmlElement) -> bool:
    """Return whether page numbers stand beside a link."""
    holder = link.getparent()
    for _ in range(2):
        if holder is None:
            return False
        numbers = [
            other
            for other in holder.iter("a", "span", "b", "strong", "em", "li")
            if (other.text or "").strip().isdigit()
        ]
        if numbers:
            return True
        holder = holder.getparent()
    return False


def called_page(page: Page) -> str | None:
    """Return the page after ``createPageHTML(count, current, name, ending)``; page 2 is ``name_1.ending``.

    With the name of an element in front page 2 is ``name_2.ending``, and current counts from 0 on some sites
    and from 1 on others; the page's own address says which page it is where it can.
    """
    called = _CALLED in page.source or not page.source
    for script in page.root.iter("script") if called else ():
        for match in _CALL.finditer(script.text or ""):
            arguments = [
                next((group for group in found.groups() if group), "")
                for found in _ARGUMENT.finditer(match[1])
            ]
            second = 1
            if len(arguments) > 4 and not arguments[0].isdigit():
                arguments, second = arguments[1:], 2
            if len(arguments) < 4 or not (arguments[0].isdigit() and arguments[1].isdigit()):
                continue
            number = _own_number(page.url, arguments, second)
            if number < min(int(arguments[0]), _MOST_PAGES):
                return urljoin(page.url, f"{arguments[2]}_{second + number - 1}.{arguments[3]}")
    return None


def _by_store(page: Page) -> str | None:
    """Return the address of the next group of rows that jcms draws its list from."""
    for text in stores(page):
        if group := next_group(text):
            return urljoin(page.url, group)
    return None


def _own_number(url: str, arguments: list[str], second: int) -> int:
    """Return which page, from 1, an address is, if page 2 has the suffix ``second``."""
    current, name, ending = int(arguments[1]), arguments[2].rsplit("/", 1)[-1], arguments[3]
    suffix = re.search(
        rf"(?:^|/){re.escape(name)}(?:_(\d{{1,5}}))?\.{re.escape(ending)}$", urlsplit(url).path
    )
    if suffix:
        return int(suffix[1]) - second + 2 if suffix[1] else 1
    return max(current, 1) if second > 1 else current + 1


def _number_of(url: str) -> int | None:
    parts = urlsplit(url)
    if match := _PARAMETER.search(parts.query):
        return int(match[1])
    match = _NUMBERED.search(parts.path)
    return int(match[1]) if match else None


def _by_number(page: Page) -> str | None:
    """Return the link whose text is the page's own number plus one, if the page bar shows where we are."""
    numbered = {
        int(text): url
        for link, url in _links(page)
        if (text := _text(link)).isdigit() and len(text) < _MOST_DIGITS and _is_sibling(url, page.url)
    }
    if not numbered:
        return None
    own = canonical_url(page.url)
    current = next((number for number, url in numbered.items() if canonical_url(url) == own), None)
    if current is None:
        current = _number_among(numbered, _number_of(page.url))
    following = numbered.get(current + 1)
    return following if following and canonical_url(following) != own else None


def _number_among(numbered: Mapping[int, str], shown: int | None) -> int:
    """Return the page's own number, given the number in its address and the page bar's links.

    Addresses may count from 0 or 2 (index_1 is page 2): the links tell how far the two are apart.
    """
    if shown is None:
        return 1
    apart = [number - named for number, url in numbered.items() if (named := _number_of(url)) is not None]
    return shown + max(set(apart), key=apart.count) if apart else shown
