"""The children of each container on a page, with the lines that they hold and what those are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import roles, worth
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.walk import Line


@dataclass(slots=True)
class Item:
    """One child of a container (None: its own text): lines ``first`` to ``last`` and their value together.

    ``links`` counts the links among its ``lines``, ``opens`` says whether one of the first two is one.
    """

    node: HtmlElement | None
    value: float
    first: int
    last: int
    links: int
    lines: int
    opens: bool = False


def is_text(node: HtmlElement) -> bool:
    """Whether an element is a piece of text by its name, and by holding no sections."""
    return (
        str(node.tag) in roles.PIECES
        and next(node.iterdescendants("div", "section", "article"), None) is None
    )


def kind_of(item: Item) -> tuple[str, str]:
    """Return what makes siblings alike: name and class."""
    return ("", "") if item.node is None else (str(item.node.tag), item.node.get("class", ""))


def find(lines: Sequence[Line], values: Sequence[float]) -> dict[HtmlElement, list[Item]]:
    """Return each container's children that display something, in order."""
    found: dict[HtmlElement, list[Item]] = {}
    path = _Path([worth.is_link(line) for line in lines], values)
    for line, value in zip(lines, values, strict=True):
        deadline.check()
        entered: list[HtmlElement] = []
        node: HtmlElement | None = line.element
        while node is not None and node not in path.depths:
            entered.append(node)
            node = node.getparent()
        path.leave(0 if node is None else path.depths[node], line.index)
        for element in entered:
            found.setdefault(element, [])
        for element in reversed(entered):
            path.enter(element, found[node] if node is not None else [], line.index)
            node = element
        found[line.element].append(Item(None, value, line.index, line.index, path.links[line.index], 1))
    path.leave(0, len(lines))
    return found


class _Path:
    """The elements around the line that is looked at, outermost first.

    What they hold is summed up when they are left: once for a line and level would be most of the work.
    """

    def __init__(self, links: Sequence[int], values: Sequence[float]) -> None:
        self.links = links
        self.values = values
        self.depths: dict[HtmlElement, int] = {}  # of each element, from 1 on
        self._entered: list[tuple[HtmlElement, Item, int]] = []

    def enter(self, element: HtmlElement, siblings: list[Item], start: int) -> None:
        """Go into an element at the line ``start``; it becomes an item among its ``siblings``."""
        if not siblings or siblings[-1].node is not element:
            siblings.append(Item(element, 0.0, start, start, 0, 0, any(self.links[start : start + 2])))
        self._entered.append((element, siblings[-1], start))
        self.depths[element] = len(self._entered)

    def leave(self, depth: int, stop: int) -> None:
        """Leave all elements but the outermost ``depth``, before the line ``stop``."""
        while len(self._entered) > depth:
            element, item, start = self._entered.pop()
            del self.depths[element]
            item.value += sum(self.values[start:stop])
            item.links += sum(self.links[start:stop])
            item.lines += stop - start
            item.last = stop - 1
