"""JSON list interfaces as the way in: WordPress's REST interface, gkmlpt, jpaas, and what is like them."""

from __future__ import annotations

import html
import json
import re
import tomllib
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapy.http import TextResponse

from crawler.families.xml import SHANGHAI
from crawler.listing import Listing, joined
from crawler.middlewares.charset import decided
from crawler.page.document import PageError, parse_html
from crawler.page.entries import Entry
from crawler.spider import PortalSpider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scrapy.http import Response

_TAGS = re.compile(r"<[^<>]*>")
_DEEPEST = 8
_SECONDS = 1e8  # from 1973 on a number of seconds is larger; a thousand times more are milliseconds


class JsonSpider(PortalSpider):
    """A portal whose lists come as JSON: ``sections`` are the addresses of such lists.

    The rows are the longest array of objects that have a headline and an address, whatever they are called
    (``jsonlist.toml``); rows that are given as markup are read as a page. Pages are counted by the number in
    the address.
    """

    generic = True

    def read_list(self, response: Response) -> Listing | None:
        """Return the rows of a list."""
        text = (
            decided(response).text
            if isinstance(response, TextResponse)
            else response.body.decode("utf-8", "replace")
        )
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.refuse(PageError(response.url, f"it is no JSON document ({error})"))
            return None
        found = rows(data, response.url)
        if not found:
            found = [entry for markup in _markup(data) for entry in self._entries_in(markup, response.url)]
        told = (
            response.headers.get("X-WP-TotalPages") or b""
        )  # WordPress answers a page too far with status 400
        pages = int(told) if told.isdigit() else _count(data)
        following = following_of(response.url, pages) if found else None
        return Listing(found, following, may_be_empty=number_of(response.url) > 1)

    def _entries_in(self, markup: str, url: str) -> list[Entry]:
        try:
            return self.read_entries(parse_html(markup, url))
        except PageError:
            return []  # a text that is no markup; the list is empty then, which is an error already


@cache
def _names() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads(
        resources.files(__package__).joinpath("jsonlist.toml").read_text("utf-8")
    )
    return found


def rows(data: Any, url: str) -> list[Entry]:
    """Return the longest list of rows in a JSON value; [] if there is none."""
    best: list[Entry] = []
    for array in _arrays(data, 0):
        found = [entry for row in array if isinstance(row, dict) and (entry := _entry(row, url))]
        if len(found) > len(best):
            best = found
    return best


def following_of(url: str, pages: int | None) -> str | None:
    """Return the address of the next page by the number in ``url``, None on the last of ``pages``."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    number = number_of(url)
    if not number or (pages is not None and number >= pages):
        return None
    names = _names()["parameters"]
    query = [(key, str(number + 1) if key.lower() in names else kept) for key, kept in pairs]
    return urlunsplit(parts._replace(query=urlencode(query)))


def number_of(url: str) -> int:
    """Return the page number in an address, 0 for none."""
    names = _names()["parameters"]
    for key, kept in parse_qsl(urlsplit(url).query):
        if key.lower() in names and kept.isdecimal() and len(kept) <= 6:
            return int(kept)
    return 0


def _arrays(data: Any, depth: int) -> Iterator[list[Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _arrays(inner, depth + 1)


def _entry(row: Mapping[str, Any], url: str) -> Entry | None:
    values = {key.lower(): kept for key, kept in row.items()}
    title, address = _text(values, "title"), _text(values, "url")
    absolute = joined(url, address) if title and address else ""
    return Entry(absolute, title, _text(values, "date")) if absolute else None


def _text(values: Mapping[str, Any], kind: str) -> str:
    """Return the first value of a kind as plain text; numbers of a date are moments."""
    for name in _names()[kind]:
        found = values.get(name)
        if isinstance(found, dict):  # WordPress: {"rendered": "…"}
            found = found.get("rendered")
        if kind == "date" and isinstance(found, (int, float)) and _SECONDS < found < _SECONDS * 100_000:
            seconds = found / 1000 if found > _SECONDS * 1000 else found
            return datetime.fromtimestamp(seconds, SHANGHAI).strftime("%Y-%m-%d %H:%M")
        if isinstance(found, str) and (text := html.unescape(_TAGS.sub("", found)).strip()):
            return text
    return ""


def _markup(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, inner in data.items():
            if key.lower() in _names()["markup"] and isinstance(inner, str) and "<a" in inner:
                yield inner
            elif isinstance(inner, dict):
                yield from _markup(inner)


def _count(data: Any) -> int | None:
    """Return how many pages a list says that it has, or what its numbers of rows come to."""
    if not isinstance(data, dict):
        return None
    told = {key.lower(): inner for key, inner in data.items() if type(inner) is int}
    names = _names()
    if pages := next((told[name] for name in told if name in names["pages"]), None):
        return pages
    total = next((told[name] for name in names["total"] if name in told), None)
    size = next((told[name] for name in names["size"] if told.get(name, 0) > 0), None)
    if total is not None and size:
        return -(-total // size)
    inner = (_count(inner) for inner in data.values() if isinstance(inner, dict))
    return next((count for count in inner if count is not None), None)
