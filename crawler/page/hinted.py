"""What the class and id names of small elements beside the headline say: ``<span class="media">``.

Platforms show their accounts, writers and sources without a label, and tell them apart by style alone.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from crawler.page.labels import fold, is_tool, labelled
from crawler.page.names import is_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_MOST_ELEMENTS = 200
_LONGEST = 24
_SHORTEST = 2
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+")
_DIGITS = re.compile(r"\d{2,}[-/.:年月]\d|\d{4}")
_SENTENCE = re.compile(r"[，。；！？]")
_EDGES = ' \t\r\n\xa0\u3000·|｜/:：,，"“”'
_WRITTEN = re.compile(r"document\.write(?:ln)?\(\s*[\"']([^\"'<>]{2,24})[\"']\s*\)")
_LONGEST_SCRIPT = 1000
_LEAD = re.compile(r"^(?:由|by|作者|来源|文)\s*[:/|]?\s*(?=\S)", re.IGNORECASE)


def read(elements: Iterable[HtmlElement]) -> dict[str, str]:
    """Return ``source``, ``author``, ``editor``: the first short text inside ``elements`` whose own class,
    id, ``itemprop`` or ``rel`` names it so. ``elements`` are those of the lines beside the headline.
    """  # noqa: D205  one sentence
    elements = list(dict.fromkeys(elements))
    found = {"source": drawn} if (drawn := _drawn_source(elements)) else {}
    for number, element in enumerate(_inside(elements)):
        if number >= _MOST_ELEMENTS:
            break
        kind = _kind(" ".join(filter(None, map(element.get, ("class", "id", "itemprop", "rel")))))
        if not kind or kind in found:
            continue
        text = " ".join("".join(element.itertext()).split()).strip(_EDGES)
        text = text[match.end() :] if (match := _LEAD.match(fold(text))) else text
        short = _SHORTEST <= len(text) <= _LONGEST
        if short and not (_SENTENCE.search(text) or labelled(text) or is_tool(text) or _DIGITS.search(text)):
            found[kind] = text
    return found


def _drawn_source(elements: Iterable[HtmlElement]) -> str:
    """Return the source that a picture's ``alt`` or a script's ``document.write`` gives to an empty label."""
    for element in elements:
        if next(element.iter("img", "script"), None) is None:
            continue
        for script in element.iter("script"):
            for written in _WRITTEN.findall((script.text or "")[:_LONGEST_SCRIPT]):
                told = [item.value for item in labelled(written) if item.kind == "source" and item.value]
                if told:
                    return told[0]
        if not any(item.kind == "source" and not item.value for item in labelled(element.text_content())):
            continue
        drawn = [image.get("alt") or image.get("title") or "" for image in element.iter("img")]
        for script in element.iter("script"):
            drawn += _WRITTEN.findall((script.text or "")[:_LONGEST_SCRIPT])
        for text in map(str.strip, drawn):
            if _SHORTEST <= len(text) <= _LONGEST and is_body(text):
                return text
    return ""


def _inside(elements: Iterable[HtmlElement]) -> Iterable[HtmlElement]:
    for element in elements:
        yield from element.iter("span", "a", "em", "i", "b", "strong", "p", "cite", "font", "div", "li", "td")


@cache
def _words() -> dict[str, frozenset[str]]:
    data = tomllib.loads(resources.files(__package__).joinpath("hinted.toml").read_text("utf-8"))
    return {kind: frozenset(words) for kind, words in data.items()}


@lru_cache(maxsize=4096)
def _kind(names: str) -> str:
    """Return the kind that one of the class and id names tells by its last words: ``info__author-name``."""
    words = _words()
    for name in names.split():
        parts = [part.lower() for part in _SEAM.split(name) if part and not part.isdigit()]
        if parts and parts[-1] in words["passing"]:
            parts.pop()
        for kind in ("source", "author", "editor"):
            if parts and (parts[-1] in words[kind] or "".join(parts[-2:]) in words[kind]):
                return kind
    return ""
