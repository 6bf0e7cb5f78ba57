"""The pictures inside an article, with their captions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.items import BlockKind, Image
from crawler.page.attachments import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

_SMALLEST = 60  # pixels; smaller ones are marks and buttons
_LONGEST_CAPTION = 80
_PIXELS = re.compile(r"^\s*(\d+)")
_CAPTION = re.compile(
    r"^[▲▼△↑↓图圖]|[摄攝]\s*[)）]?$|(?:图|圖|供图|供圖|资料图|資料圖)(?:片|源)?[)）]?$|^[(（]?图[片源]?[:：/]"
)


def find(pictures: Iterable[tuple[int, HtmlElement]], lines: Sequence[Line], base: str) -> list[Image]:
    """Return the pictures with absolute addresses, each once.

    ``pictures`` are (index of the line that follows, ``img`` element) inside the article, ``lines`` those
    that the page displays, ``base`` its address. The caption is the following line if it reads or is marked
    like one.
    """
    found: dict[str, Image] = {}
    for index, element in pictures:
        address = _address(element)
        if not address or _is_small(element):
            continue
        try:
            url = urljoin(base, address)
        except ValueError:
            continue
        if url not in found:
            found[url] = Image(url, _caption(lines, index))
    return list(found.values())


def _address(element: HtmlElement) -> str:
    names = ("src", *data()["lazy"])
    values = [(element.get(name) or "").strip() for name in (*data()["lazy"], "src") if name in names]
    for value in values:
        lower = value.lower()
        if value and not lower.startswith(("data:", "javascript:", "about:", "file:")):
            if any(word in lower.rsplit("?", 1)[0] for word in data()["page_pictures"]):
                continue
            return value
    return ""


def _is_small(element: HtmlElement) -> bool:
    for name in ("width", "height"):
        match = _PIXELS.match(element.get(name) or "")
        if match and "%" not in (element.get(name) or "") and int(match[1]) < _SMALLEST:
            return True
    return False


def _caption(lines: Sequence[Line], index: int) -> str:
    if index >= len(lines):
        return ""
    line = lines[index]
    if line.chars > _LONGEST_CAPTION:
        return ""
    return line.text if line.kind is BlockKind.CAPTION or _CAPTION.search(line.text) else ""
