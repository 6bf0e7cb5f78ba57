"""The text of an article that a page carries for its script to display: in a textarea, in a script's data."""

from __future__ import annotations

import copy
import html
import json
import re
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from crawler.page.document import Page, PageError, parse_html
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_CHARS = 80  # of Chinese text, below which it may be anything
MAX_SCRIPT = 3_000_000  # characters of a script that are looked at
_READ = "carried"  # in a page's cache: what it carries is displayed already
_PARAGRAPH = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CONTENT = re.compile(
    r'"(?:\w{0,12}content|\w{0,8}html|body|articleBody|text)"\s{0,9}:\s{0,9}"', re.IGNORECASE
)
_STRING = re.compile(r'(?:[^"\\]|\\.)*')
_URL_ENCODED = "%7B%22"  # {" of data that are encoded like an address


def displayed(page: Page, *, scripts: bool = True) -> Page | None:
    """Return a page that displays the longest text which ``page`` carries, None where it carries none.

    The given page is left as it is. The text stands at the end of the body. Without ``scripts`` only
    textareas count: what a script's data hold may be another article.
    """
    if _READ in page.cache:
        return None
    texts = chain(_areas(page), _strings(page) if scripts else ())
    longest = max(texts, key=lambda text: len(_HAN.findall(_TAG.sub("", text))), default="")
    if len(_HAN.findall(_TAG.sub("", longest))) < MIN_CHARS:
        return None
    try:
        text = parse_html(f"<html><body><div>{longest}</div></body></html>", page.url).root.find("body")
    except PageError:
        return None
    root = copy.deepcopy(page.root)
    shown = root.find("body")
    if text is None or shown is None:
        return None
    shown.extend(list(text))
    return Page(root, page.url, {_READ: True})


def _areas(page: Page) -> Iterator[str]:
    """Yield the markup of paragraphs in textareas."""
    for area in page.root.iter("textarea"):
        if _PARAGRAPH.search(text := area.text or ""):
            yield text


def _strings(page: Page) -> Iterator[str]:
    """Yield the markup of paragraphs in strings of scripts that are named content."""
    for script in page.root.iter("script"):
        data = (script.text or "")[:MAX_SCRIPT]
        if data.lstrip().startswith(_URL_ENCODED):
            data = unquote(data)
        for match in _CONTENT.finditer(data):
            deadline.check()
            text = _string(data, match.end())
            if _PARAGRAPH.search(text):
                yield text


def _string(data: str, start: int) -> str:
    """Return the text of a string in a script that begins at ``start``, '' for one that is none of JSON."""
    found = _STRING.match(data, start)
    try:
        text = str(json.loads(f'"{found[0]}"', strict=False)) if found else ""
    except ValueError:
        return ""
    return text if "<" in text else html.unescape(text)
