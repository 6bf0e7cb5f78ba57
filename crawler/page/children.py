"""The children of each container on a page, with the lines that they hold and what those are worth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from crawler.page import roles, worth
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line


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


def find(lines: Sequence[Line], values: Sequence[float]) -> Containers:
    """Return each container's children that display something, in order."""
    links = [worth.is_link(line) for line in lines]
    found = Containers(links, values)
    path = _Path(found, links, values)
    depths = path.depths
    for line in lines:
        deadline.check()
        element, index = line.element, line.index
        if element not in depths:
            outer = element.getparent()
            if outer is not None and outer in depths:
                path.leave(depths[outer], index)
                path.enter(element, outer, index)
            else:
                path.climb(element, index)
        elif path.depth > depths[element]:
            path.leave(depths[element], index)
        found.add_own(element, index)
    path.leave(0, len(lines))
    return found


_EMPTY = -1


class Containers:
    """The children of each container. Most hold one line and no more: their child is made when asked for."""

    def __init__(self, links: Sequence[bool], values: Sequence[float]) -> None:
        self._links = links
        self._values = values
        self._children: dict[HtmlElement, list[Item] | int] = {}  # or the only line in it, if any

    def __contains__(self, container: HtmlElement) -> bool:
        return container in self._children

    def __getitem__(self, container: HtmlElement) -> list[Item]:
        return self.children_of(container)

    def get(self, container: HtmlElement) -> list[Item]:
        """Return the children of an element, none for one that is no container."""
        return self[container] if container in self._children else []

    def several(self, least: int) -> list[tuple[HtmlElement, list[Item]]]:
        """Return the containers of at least so many children, two or more, with these, inner ones first."""
        return [
            (container, items)
            for container, items in self._children.items()
            if not isinstance(items, int) and len(items) >= least
        ]

    def of_worth(self) -> list[tuple[HtmlElement, list[Item]]]:
        """Return the containers with their children, without those of one line that is worth nothing."""
        values = self._values
        return [
            (container, self[container])
            for container, items in self._children.items()
            if not isinstance(items, int) or (items != _EMPTY and values[items] > 0)
        ]

    def add(self, container: HtmlElement) -> None:
        """Add a container without children, unless it is known."""
        if container not in self._children:
            self._children[container] = _EMPTY

    def children_of(self, container: HtmlElement) -> list[Item]:
        """Return the children of a known container, for adding one."""
        found = self._children[container]
        if isinstance(found, list):
            return found
        made = self._children[container] = [] if found == _EMPTY else [self._own(found)]
        return made

    def add_own(self, container: HtmlElement, index: int) -> None:
        """Add a line of a container's own."""
        if self._children[container] == _EMPTY:
            self._children[container] = index
        else:
            self.children_of(container).append(self._own(index))

    def _own(self, index: int) -> Item:
        return Item(None, self._values[index], index, index, self._links[index], 1)


class _Path:
    """The elements around the line that is looked at, outermost first.

    What they hold is summed up when they are left: once for a line and level would be most of the work.
    """

    def __init__(self, found: Containers, links: Sequence[bool], values: Sequence[float]) -> None:
        self.found = found
        self.links = links
        self.opens = [one or other for one, other in zip_longest(links, links[1:], fillvalue=False)]
        self.values = values
        self.depths: dict[HtmlElement, int] = {}  # of each element, from 1 on
        self._entered: list[tuple[HtmlElement, Item, int]] = []

    @property
    def depth(self) -> int:
        """How many elements stand around the line."""
        return len(self._entered)

    def climb(self, element: HtmlElement, start: int) -> None:
        """Go from a line somewhere else to ``element`` at the line ``start``, by the elements around it."""
        entered: list[HtmlElement] = []
        node: HtmlElement | None = element
        while node is not None and node not in self.depths:
            entered.append(node)
            node = node.getparent()
        self.leave(0 if node is None else self.depths[node], start)
        for inner in entered:
            self.found.add(inner)
        for inner in reversed(entered):
            self.enter(inner, node, start)
            node = inner

    def enter(self, element: HtmlElement, outer: HtmlElement | None, start: int) -> None:
        """Go into a child of ``outer`` at the line ``start``."""
        self.found.add(element)
        siblings = self.found.children_of(outer) if outer is not None else []
        if not siblings or siblings[-1].node is not element:
            siblings.append(Item(element, 0.0, start, start, 0, 0, self.opens[start]))
        self._entered.append((element, siblings[-1], start))
        self.depths[element] = len(self._entered)

    def leave(self, depth: int, stop: int) -> None:
        """Leave all elements but the outermost ``depth``, before the line ``stop``."""
        entered, depths = self._entered, self.depths
        while len(entered) > depth:
            element, item, start = entered.pop()
            del depths[element]
            if stop == start + 1:
                item.value += self.values[start]
                item.links += self.links[start]
            else:
                item.value += sum(self.values[start:stop])
                item.links += sum(self.links[start:stop])
            item.lines += stop - start
            item.last = stop - 1
