"""Selectors as spiders write them: one string, CSS or XPath, compiled and checked once.

Where templates differ, a tuple of selectors names alternatives: the first that finds something counts.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from cssselect import SelectorError
from lxml import etree
from lxml.html import HtmlElement
from parsel import css2xpath

if TYPE_CHECKING:
    from collections.abc import Iterator

Selector = str | tuple[str, ...]

# A location path, a bracketed expression or a function call. No CSS selector starts so.
_XPATH = re.compile(r"\s*(?:\.{0,2}/|\(|[a-z][a-z-]*\()")
_SPACE = re.compile(r"[ \t\r\n\f\xa0\u3000]+")
_LINES = re.compile(r"\s*\n\s*")
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "dd", "dt", "h1", "h2", "h3", "h4"})


class SelectorInvalid(ValueError):  # noqa: N818  the sentence reads better so
    """A selector that is neither valid CSS nor valid XPath; the message says why."""


@cache
def compile_selector(selector: str) -> etree.XPath:
    """Return the compiled form of a CSS or XPath ``selector``; ``::text`` and ``::attr(x)`` are understood.

    Raises SelectorInvalid.
    """
    if not selector.strip():
        raise SelectorInvalid("it is empty")
    try:
        path = selector if _XPATH.match(selector) else css2xpath(selector)
        return etree.XPath(path)
    except (SelectorError, etree.XPathError) as error:
        raise SelectorInvalid(f"{selector!r}: {error}") from error


def elements(selector: Selector, root: HtmlElement) -> list[HtmlElement]:
    """Return the elements below ``root`` that ``selector`` finds, in document order."""
    if isinstance(selector, tuple):
        return next((found for one in selector if (found := elements(one, root))), [])
    found = compile_selector(selector)(root)
    if not isinstance(found, list):
        return []
    return [node for node in found if isinstance(node, HtmlElement) and isinstance(node.tag, str)]


def texts(selector: Selector, root: HtmlElement) -> list[str]:
    """Return the non-empty texts that ``selector`` finds: of elements, text nodes or attributes.

    Blanks are folded; what ``<br>`` or block elements part within an element is parted by line feeds.
    """
    if isinstance(selector, tuple):
        return next((found for one in selector if (found := texts(one, root))), [])
    found = compile_selector(selector)(root)
    if not isinstance(found, list):
        found = [] if isinstance(found, bool) else [found]
    return [text for node in found if (text := _text(node))]


def _text(node: object) -> str:
    if isinstance(node, HtmlElement):
        return _LINES.sub("\n", "".join(_pieces(node))).strip()
    return _SPACE.sub(" ", str(node)).strip(" \u200b")


def _pieces(element: HtmlElement) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end", "comment")):
        if event != "comment" and node.tag in _BREAKS:
            yield "\n"
        text = node.text if event == "start" else None if node is element else node.tail
        if text:
            yield _SPACE.sub(" ", text)
