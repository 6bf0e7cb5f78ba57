"""Elements that a heading opens and that are no text of the article: links, comments, about the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.page import worth
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

MAX_SHARE = 0.5  # of all text; what holds more is the article below the name of its column
MAX_SHARE_APART = 0.9  # where the page displays the headline outside
COMMENTS_MARKED = 2


def discount(lines: Sequence[Line], values: list[float], titles: Sequence[int]) -> None:
    """Make the values of lines negative that stand in an element which opens with such a heading.

    An element that holds the headline (``titles`` index its lines), or most of the page's text, is left
    alone; one that opens with a heading of comments needs several replies.
    """
    most = (MAX_SHARE_APART if titles else MAX_SHARE) * sum(value for value in values if value > 0)
    for line in lines:
        if line.chars > worth.CLOSING_CHARS or worth.is_link(line):
            continue
        comments = worth.is_comments(line)
        if not (comments or worth.is_closing(line) or worth.is_about_site(line)):
            continue
        inside = _headed_by(lines, line.index)
        if any(index in inside for index in titles):
            continue
        if comments:
            doomed = _is_discussion(lines, inside)
        else:
            doomed = sum(max(values[index], 0.0) for index in inside) <= most
        if doomed:
            for index in inside:
                values[index] = min(values[index], worth.OUTSIDE_VALUE)


def _headed_by(lines: Sequence[Line], heading: int) -> range:
    """Return the indices of the lines in the element that a heading opens, empty if it opens none."""
    around = _section(lines, heading)
    if around is None or (heading and worth.stands_in(lines[heading - 1], around)):
        return range(0)
    stop = heading + 1
    while stop < len(lines) and worth.stands_in(lines[stop], around):
        deadline.check()
        stop += 1
    return range(heading, stop)


def _section(lines: Sequence[Line], heading: int) -> HtmlElement | None:
    """Return the element around a heading that holds more than it."""
    around: HtmlElement | None = lines[heading].element
    while around is not None and not worth.stands_in(lines[min(heading + 1, len(lines) - 1)], around):
        if heading + 1 >= len(lines) or str(around.tag) in {"body", "html"}:
            return None
        around = around.getparent()
    return None if around is None or str(around.tag) in {"body", "html"} else around


def _is_discussion(lines: Sequence[Line], inside: range) -> bool:
    """Whether lines are readers' comments: several replies, and no headline below the name of a column."""
    marks = sum(worth.is_reply_mark(lines[index]) for index in inside)
    return marks >= COMMENTS_MARKED and not any(lines[index].heading == 1 for index in inside)
