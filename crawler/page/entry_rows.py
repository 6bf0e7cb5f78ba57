"""The rows of a list: what belongs to each of its links, and the dates that they display."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from crawler.page.entry_links import ANY_NOW, BRACKETS, DATA, looks_like_article
from crawler.text import dates, deadline
from crawler.text.dates import Precision

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.page.entry_links import Link

_MOST_ROW_TEXT = 1500
_MOST_BEHIND = 3  # elements behind a row that may show its date
_MOST_PIECES = 24
_SHORT = 4  # characters
_LONGEST_PIECE = 40  # characters of a text that is a date, with its label
_ROWS = frozenset(("li", "tr", "dt", "dd", "article"))
_COARSE = (Precision.YEAR, Precision.MONTH)
_YEAR = re.compile(r"\d{4}")
_SPACE = re.compile(r"\s+")
_LABEL = re.compile(DATA["date_label"])
_DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])日?")
_MONTH = re.compile(r"(0?[1-9]|1[0-2])月?")
_YEAR_MONTH = re.compile(r"((?:19|20)\d\d)[-./年]\s?(0?[1-9]|1[0-2])月?")
_ONLY_YEAR = re.compile(r"((?:19|20)\d\d)年?")
_MONTH_DAY = re.compile(r"(0?[1-9]|1[0-2])[-./月]\s?(0?[1-9]|[12]\d|3[01])日?")


def rows_of(group: Sequence[Link], others: Container[HtmlElement] = ()) -> dict[HtmlElement, HtmlElement]:
    """Return for each link its row: the largest element that holds no other link of the group.

    The row of a single link ends where ``others`` begin, the elements of links that are in no way its own.
    """
    holders: dict[HtmlElement, int] = defaultdict(int)
    for link in group:
        deadline.check()
        for node in (link.element, *link.element.iterancestors()):
            holders[node] += 1
    rows = {}
    for link in group:
        row = link.element
        for node in link.element.iterancestors():
            if holders[node] > 1 or str(node.tag) in ("body", "html"):
                break
            if len(group) == 1 and any(one in others for one in node.iter("a") if one is not link.element):
                break
            row = node
            if len(group) == 1 and node.tag in _ROWS:
                break
        rows[link.element] = row
    return rows


def more_rows(links: Sequence[Link], rows: dict[HtmlElement, HtmlElement]) -> list[tuple[Link, HtmlElement]]:
    """Return the first long link of rows beside the group's rows that are built differently."""
    taken = set(rows.values())
    lists: dict[HtmlElement, set[str]] = defaultdict(set)
    for row in taken:
        parent = row.getparent()
        alone = row.getnext() is None and row.getprevious() is None
        if parent is not None and not alone:
            lists[parent].add(str(row.tag))
    found: dict[HtmlElement, Link] = {}
    for link in links:
        deadline.check()
        for node in chain((link.element,), link.element.iterancestors()):
            parent = node.getparent()
            if parent is not None and parent in lists:
                fits = str(node.tag) in lists[parent] and node not in taken and looks_like_article(link.url)
                if fits and (node not in found or len(link.title) > len(found[node].title)):
                    found[node] = link
                break
    return [(link, row) for row, link in found.items()]


def date_of(
    link: Link, row: HtmlElement, rows: Container[HtmlElement] = (), others: Container[HtmlElement] = ()
) -> str:
    """Return the date displayed in an entry's row, else right behind it; '' for none.

    A date in an element of its own comes before one in a running text, and the headline's words are none.
    A day and a month that stand in elements of their own are put together as 2025-03-05. ``rows`` are those
    of the whole list: what stands behind the next of them belongs to that. Nor are the texts of ``others``
    looked at, the links of other entries.
    """
    deadline.check()
    pieces = list(_pieces(row, link, others))
    found = _alone(pieces) or _put_together(pieces) or _within(" ".join(pieces))
    if not found and row is not link.element:
        found = _within((row.tail or "")[:100])
    if not found:
        behind = list(_behind(row, rows))
        found = _alone(behind) or _put_together(behind) or _within(" ".join(behind)[:300])
    return found


def _pieces(row: HtmlElement, link: Link, others: Container[HtmlElement]) -> Iterator[str]:
    """Yield the texts of a row but for the headline."""
    length = 0
    left = "".join(link.shown.split())
    for text in _texts(row, link, others):
        piece = _SPACE.sub(" ", text).strip()
        bare = "".join(piece.split())
        if not piece:
            continue
        if left.startswith(bare):
            left = left[len(bare) :]  # the headline may be marked up in parts
            continue
        if len(left) > _SHORT and left in bare:
            piece, left = piece.replace(link.shown, " "), ""
        length += len(piece)
        if length > _MOST_ROW_TEXT:
            return
        yield piece
    if row is link.element and (tail := (row.tail or "").strip()):
        yield tail[:100]


def _texts(row: HtmlElement, link: Link, others: Container[HtmlElement]) -> Iterator[str]:
    """Yield the texts inside a row but for those of other entries' links and of scripts."""
    foreign = [one for one in row.iter("a") if one is not link.element and one in others]
    foreign += row.iter("script", "style")
    hidden = {inner for one in foreign for inner in one.iter()}
    found = row.xpath("descendant-or-self::text()")
    for text in found:
        holder = text.getparent().getparent() if text.is_tail else text.getparent()
        if holder not in hidden:
            yield str(text)


def _behind(row: HtmlElement, rows: Container[HtmlElement]) -> Iterator[str]:
    """Yield the texts right behind a row that are no other row's."""
    node = row.getnext()
    for _ in range(_MOST_BEHIND):
        if node is None or not isinstance(node.tag, str) or node in rows:
            return
        if next(node.iter("a"), None) is not None:
            return
        yield from (text for one in node.itertext() if (text := _SPACE.sub(" ", str(one)).strip()))
        if tail := (node.tail or "").strip():
            yield tail[:100]
        node = node.getnext()


def _alone(pieces: Sequence[str]) -> str:
    """Return the first piece that is nothing but a date and its label, one with its year if there is one.

    In a table of threads the last answer may be nearer to now than the thread, so that no time counts.
    """
    found = []
    for piece in pieces[:_MOST_PIECES]:
        if len(piece) > _LONGEST_PIECE:
            continue
        bare = _LABEL.sub("", piece).strip(BRACKETS)
        moments = dates.find_all(bare, now=ANY_NOW)
        whole = moments and len(bare) - len(moments[0].raw) <= 1
        if whole and moments[0].precision not in _COARSE:
            found.append(moments[0].raw)
    return next((raw for raw in found if _YEAR.search(raw)), found[0] if found else "")


def _put_together(pieces: Sequence[str]) -> str:
    """Return a date of which day, month and year stand in texts of their own, '' for none."""
    few = [_LABEL.sub("", piece).strip(f"{BRACKETS}/-.") for piece in pieces[:_MOST_PIECES]]
    for one, other in pairwise(few):
        for day, rest in ((one, other), (other, one)):
            if (number := _DAY.fullmatch(day)) and (month := _YEAR_MONTH.fullmatch(rest)):
                return _iso(month[1], month[2], number[1])
            if (year := _ONLY_YEAR.fullmatch(day)) and (whole := _MONTH_DAY.fullmatch(rest)):
                return _iso(year[1], whole[1], whole[2])
    for first, second, third in zip(few, few[1:], few[2:], strict=False):
        for day, month_text, year_text in ((first, second, third), (third, second, first)):
            number, month = _DAY.fullmatch(day), _MONTH.fullmatch(month_text)
            year = _ONLY_YEAR.fullmatch(year_text)
            if number and month and year:
                return _iso(year[1], month[1], number[1])
    return ""


def _iso(year: str, month: str, day: str) -> str:
    return f"{year}-{int(month):02}-{int(day):02}"


def _within(text: str) -> str:
    found = dates.find_all(text, now=ANY_NOW)
    best = dates.parse(text, now=ANY_NOW)
    if best is None:
        return ""
    return best.raw if _YEAR.search(best.raw) else found[0].raw
