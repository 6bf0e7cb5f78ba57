"""The place right behind a headline and its date line: where an article stands, whatever it consists of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from crawler.page import worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

NEAR_TITLE = 12  # lines behind the headline within which a run is expected to start
NEAR_FACTOR = 1.5
ABOVE_FACTOR = 0.6
PLACE_BONUS = 40.0
PLACE_LINES = 3  # of the place, one of which a run begins with
ABOVE = 5  # lines above a headline where its date may stand, in an index of the document
WITHIN = 12  # lines behind the headline within which its date line and the text are looked for


class Place(NamedTuple):
    """A container, and the indices of the first and last line in it that belong to the place."""

    container: HtmlElement
    first: int
    last: int
    closed: bool  # whether the container holds the article only, and not its headline too

    def holds(self, index: int) -> bool:
        """Whether a line stands in the place."""
        return self.first <= index <= self.last


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a run is expected: behind the ``titles``, best in the ``place`` behind headline and date."""

    titles: Sequence[int]
    place: Place | None

    def factor(self, first: int) -> float:
        """Return a factor for a run by the line it starts with: behind a headline is where articles are."""
        if not self.titles:
            return 1.0
        if any(0 <= first - title <= NEAR_TITLE for title in self.titles):
            return NEAR_FACTOR
        return 1.0 if first > self.titles[0] else ABOVE_FACTOR

    def bonus(self, first: int) -> float:
        """Return what is added to the value of a run that starts with the place."""
        place = self.place
        begins = place is not None and place.holds(first) and first - place.first <= PLACE_LINES
        return PLACE_BONUS if begins else 0.0


def place(lines: Sequence[Line], values: Sequence[float], titles: Sequence[int]) -> Place | None:
    """Return container, first and last line of what follows a headline and its date line, None if nothing.

    The container is the largest element behind the two that holds neither; where the text stands beside them
    in one element, it is that element. ``titles`` index the lines that display the headline, ``values`` tell
    how much each line is like text.
    """
    for title in titles:
        first = _behind(lines, values, title, titles)
        if first is None:
            continue
        above = {lines[title].element, *lines[title].element.iterancestors()}
        above.update(lines[first - 1].element.iterancestors())
        container = lines[first].element
        while (outer := container.getparent()) is not None and outer not in above:
            container = outer
        closed = outer is None or not _is_single(lines, first, container)
        if outer is not None and not closed:
            container = outer
        return Place(container, first, _last(lines, first, container), closed)
    return None


def _behind(lines: Sequence[Line], values: Sequence[float], title: int, titles: Sequence[int]) -> int | None:
    """Return the first line behind a headline and its date that is not about the article nor furniture."""
    dated = any(worth.is_dated(line) for line in lines[max(title - ABOVE, 0) : title])
    beside: HtmlElement | None = None  # the list of short lines in which the date stands
    for line in lines[title + 1 : title + 1 + WITHIN]:
        if line.index in titles:
            continue
        if worth.is_dated(line) or worth.is_meta(line):
            dated, beside = True, _list_of(lines, line, title)
        elif beside is not None and worth.stands_in(line, beside) and not worth.is_sentence(line):
            continue
        elif dated and not worth.is_furniture(line) and line.chrome not in worth.OUTSIDE:
            return line.index
        elif values[line.index] > 0 or (worth.is_link(line) and not worth.is_furniture(line)):
            return None  # a text without a date, or the first entry of a list
    return None


def _list_of(lines: Sequence[Line], line: Line, title: int) -> HtmlElement | None:
    """Return the list or row that a date line is an entry of: short lines, without the headline."""
    outer = line.element.getparent()
    if outer is None or str(outer.tag) in {"ul", "ol", "dl", "tr"}:
        return outer
    if str(outer.tag) in {"body", "html"} or worth.stands_in(lines[title], outer):
        return None
    following = lines[line.index + 1 : line.index + 1 + WITHIN]
    inside = list(takewhile(lambda other: worth.stands_in(other, outer), following))
    return None if len(inside) == WITHIN or any(map(worth.is_sentence, inside)) else outer


def _is_single(lines: Sequence[Line], first: int, container: HtmlElement) -> bool:
    """Whether a container holds one line only: it is a piece of the text, and its siblings go on with it."""
    following = lines[first + 1 : first + 2]
    return not following or not worth.stands_in(following[0], container)


def _last(lines: Sequence[Line], first: int, container: HtmlElement) -> int:
    last = first
    for line in lines[first + 1 :]:
        if not worth.stands_in(line, container) or line.chrome in worth.OUTSIDE or worth.is_closing(line):
            break
        last = line.index
    return last
