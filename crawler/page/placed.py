"""A headline found by where it stands and how it looks, for pages whose ``<title>`` names none.

Old systems, and some new ones, write the name of the site or of a column into ``<title>`` on every page.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from crawler.page import byline, names
from crawler.page.labels import fold as widths_folded
from crawler.page.labels import is_tool, labelled
from crawler.page.loose import DATE
from crawler.page.phrasebook import phrases
from crawler.text import deadline
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

SURE = 3.5  # of a line's worth, from which it is the headline although ``<title>`` names another
CERTAIN = 5.0  # and where that is only short
ENOUGH = 2.5
UNNAMED = 4.0  # and where ``<title>`` names one that is not displayed
_SHORTEST, _LONGEST = 4, 100
_SHORTEST_SURE = 8  # characters, from which a line is no name of a column
_SHORT = 6
_PARAGRAPH = 50  # characters without links of a line with a full stop
_DATED_WITHIN = 3  # lines
_LONGEST_DATED = 120
_ABOVE_TEXT = 8  # lines in front of the first paragraph
_MOST_LINKED = 0.3
_MOST_BARS = 2
_BAD_CHROME = frozenset({"nav", "crumb", "footer", "comment", "related", "pager", "advert", "tools"})
_BARS = re.compile(r"[|｜┊│·丨]")
_STEPS = re.compile(r"\s*(?:[>›»＞→]+|\s/\s|::)\s*")
_LEAD = re.compile(r"^.{0,8}位置.{0,2}?[:：]\s*")
_ENDS = ("。", "：", ":", "；", "！！", "…", "?", "，")
_OPENS = ("（", "(", "【", "[", "·", "•", "作者", "来源", "附件", "—", "－－", "--")
_BIG = re.compile(
    r"font-size:\s*(?:(?:1[89]|[2-4]\d)(?:\.\d+)?px|(?:1[4-9]|[2-4]\d)(?:\.\d+)?pt|(?:1\.[2-9]|[2-4])\d*r?em|x+-large|large)"
)
_BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)")
_CENTRED = re.compile(r"text-align:\s*center")
_COLOURED = re.compile(r"(?<!-)color:\s*(?:red|blue|#)")
_LONGEST_NAME = 24
_NO_NAME = re.compile(r"\d{4}|关于|關於|[，、：]|(?:公|通|简|月|季|年|周|快|简|战|捷|喜|海|预)[报報]$")
_MENU = re.compile(r"\S{1,8}(?:\s+\S{1,8}){2,}")
_DEPTH = 4  # of elements, each the only content of the one around it
_HEADING = re.compile(r"h[1-4]")
_HEADLINE_NAMES = re.compile(r"(?<![a-z])(?:title|tit|headline|biaoti|bt|subject|heading)(?![a-z])|title$")
_LESSER_NAMES = re.compile(r"sub|small|second|list|more|col|site|logo|head(?:er)?(?:-|$)")
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")


def find(lines: Sequence[Line], *, enough: float = ENOUGH) -> Line | None:
    """Return the line that stands and looks most like a headline, None if none is worth ``enough``."""
    columns = set(columns_of(lines))
    first = _first_paragraph(lines)
    best: tuple[float, Line] | None = None
    for line in lines[: first.index if first is not None else len(lines)]:
        if not _could_head(line) or line.folded in columns:
            continue
        deadline.check()
        worth = _looks(line) + _place(line, lines, first)
        if worth >= enough and (best is None or worth > best[0]):
            best = (worth, line)
    return best[1] if best else None


def told(lines: Sequence[Line]) -> str:
    """Return the title that an index of the document tells: 信息名称：…, 标 题 over it; '' for none."""
    for line, below in zip_longest(lines, lines[1:]):
        if line.chars > _LONGEST_DATED or line.link_chars > line.chars * _MOST_LINKED:
            continue
        for item in labelled(line.text):
            if item.label in phrases("title", "labels") and len(item.value) >= _SHORTEST_SURE:
                return item.value
        alone = below is not None and line.folded in phrases("title", "labels")
        if alone and below is not None and _SHORTEST_SURE <= below.chars <= _LONGEST:
            return below.text.strip()
    return ""


def names_column(text: str, lines: Sequence[Line]) -> bool:
    """Return whether a text is the name of a body or of a column: no headline, if there is another line."""
    folded = fold(text)
    return (
        not folded
        or folded in _generic()
        or folded.endswith(tuple(phrases("title", "generic_ends")))
        or _is_name(text)
        or (len(folded) <= _SHORT and folded.endswith(phrases("title", "column_ends")))
        or (len(folded) < _SHORTEST_SURE and folded in set(columns_of(lines)))
    )


def columns_of(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the steps of breadcrumbs, folded, but for a last one that is long enough for a headline."""
    for line in lines:
        if line.chars > _LONGEST or not (
            line.chrome == "crumb" or "位置" in line.text or _STEPS.search(line.text)
        ):
            continue
        for step in _STEPS.split(_LEAD.sub("", line.text)):
            if len(folded := fold(step)) < _LONGEST_COLUMN:
                yield folded


_LONGEST_COLUMN = 12


@cache
def _generic() -> frozenset[str]:
    return frozenset(phrases("title", "generic")) | frozenset(phrases("breadcrumb", "ends"))


def _first_paragraph(lines: Sequence[Line]) -> Line | None:
    for line in lines:
        free = line.chars - line.link_chars
        if (
            free >= _PARAGRAPH
            and ("。" in line.text or free >= 2 * _PARAGRAPH)
            and line.chrome not in _BAD_CHROME
        ):
            return line
    return None


def _could_head(line: Line) -> bool:
    text = line.text.strip()
    return (
        _SHORTEST <= line.chars <= _LONGEST
        and line.link_chars <= line.chars * _MOST_LINKED
        and line.chrome not in _BAD_CHROME
        and line.table is None
        and not text.endswith(_ENDS)
        and not text.startswith(_OPENS)
        and len(_BARS.findall(text)) <= _MOST_BARS
        and not _STEPS.search(text)
        and not labelled(text)
        and not DATE.fullmatch(widths_folded(text))
        and not is_tool(text)
        and not _is_name(text)
        and not _MENU.fullmatch(text)
        and not byline.is_about(text)
    )


def _is_name(text: str) -> bool:
    """Return whether a text is a body's name; 某县2015年统计公报 ends like a paper's name only."""
    return len(text) <= _LONGEST_NAME and not _NO_NAME.search(text) and names.is_body(text)


def _place(line: Line, lines: Sequence[Line], first: Line | None) -> float:
    """Return what a line's place is worth: above a date, above the text."""
    worth = 0.0
    for distance, below in enumerate(lines[line.index + 1 : line.index + 1 + _DATED_WITHIN]):
        if _tells(below):
            worth += 2.5 - distance * 0.5
            break
    if first is not None and first.index - line.index <= _ABOVE_TEXT:
        worth += 1.0 - (first.index - line.index) * 0.02
    if line.chars >= _SHORTEST_SURE:
        return worth + 0.5
    return worth - 0.5 * (line.chars < _SHORT)


def _tells(line: Line) -> bool:
    """Return whether a line tells date, source or people of an article."""
    if line.chars > _LONGEST_DATED or line.chrome in {"nav", "crumb", "footer", "related", "comment"}:
        return False
    folded = widths_folded(line.text)
    if any(phrase in folded for phrase in phrases("published", "today")):
        return False
    dated = DATE.search(folded)
    return byline.is_about(line.text) or (dated is not None and line.chars <= 2 * len(dated[0]) + 20)


def _looks(line: Line) -> float:
    """Return what makes a line look like a headline: its tag, size, weight, place on the line, names."""
    styles, tags, words = [], set(), []
    for element in _wrappers(line.element):
        tags.add(str(element.tag).lower())
        styles.append((element.get("style") or "").lower())
        if (element.get("align") or "").lower() in ("center", "middle"):
            styles.append("text-align:center")
        size = element.get("size") or ""
        if (
            element.tag == "font"
            and size.lstrip("+").isdigit()
            and int(size.lstrip("+")) >= (2 if "+" in size else 4)
        ):
            styles.append("font-size:large")
        if element.get("color"):
            styles.append("color:#")
        words += [element.get("class") or "", element.get("id") or "", str(element.tag)]
    style = ";".join(styles)
    worth = 1.5 * bool(_BIG.search(style) or "big" in tags)
    worth += 1.0 * bool(_BOLD.search(style) or tags & {"b", "strong"})
    worth += 1.0 * bool(_CENTRED.search(style) or "center" in tags)
    worth += 0.25 * bool(_COLOURED.search(style))
    heading = max((tag for tag in tags if _HEADING.fullmatch(tag)), default="")
    worth += {"h1": 2.5, "h2": 2.0, "h3": 1.5, "h4": 1.0}.get(heading, 0.0)
    outer = _box(line.element)
    words += [outer.get("class") or "", outer.get("id") or ""] if outer is not None else []
    named = [_SEAM.sub("-", word).lower() for names_ in words for word in names_.split()]
    titled = [word for word in named if _HEADLINE_NAMES.search(word)]
    if titled:
        worth += 0.5 if any(_LESSER_NAMES.search(word) for word in titled) else 1.5
    return min(worth, 4.0)


def _box(element: HtmlElement) -> HtmlElement | None:
    """Return the element around one, if no more than three stand in it."""
    outer = element.getparent()
    return outer if outer is not None and len(list(islice(outer.iterchildren("*"), 4))) <= 3 else None


def _wrappers(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements that hold nothing but the line of ``element``, from outside in."""
    outer = element.getparent()
    if outer is not None and _only(outer) is not None:
        yield outer
    inner: HtmlElement | None = element
    for _ in range(_DEPTH):
        if inner is None:
            return
        yield inner
        inner = _only(inner)


def _only(element: HtmlElement) -> HtmlElement | None:
    """Return the only child of an element without text of its own, None if it has more or text."""
    children = list(islice(element.iterchildren("*"), 2))
    if len(children) != 1 or (element.text or "").strip() or (children[0].tail or "").strip():
        return None
    return children[0]
