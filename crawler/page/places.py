"""Where elements stand in a document, as short paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement


class Places:
    """Paths of elements of one document, each step computed once: a page may have 100,000 siblings."""

    def __init__(self) -> None:
        self._paths: dict[HtmlElement, str] = {}

    def of(self, element: HtmlElement) -> str:
        """Return where an element stands, by ids and positions: ``body/div#content/p[3]``."""
        missing: list[HtmlElement] = []
        node: HtmlElement | None = element
        while node is not None and node not in self._paths and node.tag not in {"html", "body"}:
            missing.append(node)
            node = node.getparent()
        for below in reversed(missing):
            parent = below.getparent()
            if parent is None:
                self._paths[below] = str(below.tag)
            else:
                self._number(parent)
        return self._paths.get(element, str(element.tag))

    def _number(self, parent: HtmlElement) -> None:
        path = self._paths.get(parent, "body" if parent.tag == "body" else "")
        counts: dict[str, int] = {}
        for child in parent.iterchildren("*"):
            tag = str(child.tag)
            counts[tag] = counts.get(tag, 0) + 1
            identity = (child.get("id") or "").strip()
            step = f"{tag}#{identity}" if identity else f"{tag}[{counts[tag]}]"
            self._paths[child] = f"{path}/{step}" if path else step
