"""Tells whether an article that was there is gone, by what its address answers now. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.monitor.days import is_dated
from crawler.page.address import canonical_url
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Collection

GONE = frozenset({404, 410})
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style|template|head)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>?")
_NAMES_SITE = re.compile(r"[-_|–—]")


def gone(  # noqa: PLR0913  what an answer tells
    address: str, status: int, url: str, text: str, *, lists: Collection[str], found: bool | None = None
) -> str:
    """Return in words why the article with the canonical ``address`` is gone, '' if it is not known to be.

    ``url`` is where its request ended, ``lists`` are the canonical addresses of the front page and sections,
    ``found`` tells whether the page has a text where the spider expects one (None: nobody knows).
    """
    if status in GONE:
        return f"status {status}"
    if status != 200:
        return ""
    here = canonical_url(url)
    if here != address and (here in lists or urlsplit(here).path in {"", "/"}):
        return f"it redirects to {url}"
    data = _data()
    if here != address and any(part in urlsplit(here).path.lower() for part in data["paths"]):
        return f"it redirects to {url}"
    return "" if found else _says_so(text, found=found)


def _says_so(text: str, *, found: bool | None) -> str:
    data = _data()
    title = fold(" ".join(_TITLE.findall(text)[:1]))
    hit = next((part for part in (title, _NAMES_SITE.split(title)[0]) if part in data["titles"]), "")
    # An element ends a sentence; what is cut by one in the midst is told by the text without them.
    shown = "\n".join(filter(None, (fold(one) for one in _TAG.split(_HIDDEN.sub("\n", text)))))
    if not hit and len(shown) < data["longest" if found is None else "longest_without_text"]:
        hit = _message(f"{title}\n{shown}", dated=found is None and is_dated(shown))
    return f"a page that says {hit}" if hit else ""


def _message(shown: str, *, dated: bool) -> str:
    """Return the message that something is gone, empty if there is none, or if a piece tells it of a day."""
    if dated:
        return ""
    if hit := next((one for one in _data()["phrases"] if one in shown), ""):
        return hit
    found = _pattern().search(shown)
    return found[0] if found else ""


@cache
def _pattern() -> re.Pattern[str]:
    data = _data()
    subject, state, missing, follow = (
        "|".join(map(re.escape, data[name])) for name in ("subjects", "states", "not_found", "follow")
    )
    gap = rf"[^\n。,;!?:“”]{{0,{data['between']}}}?"
    said = rf"(?:[该本此]?(?:{subject}){gap}(?:{state})|(?:{missing}){gap}(?:{subject}))"
    return re.compile(rf"{said}(?=$|[\n。,;!?.~)]|{follow})")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("crawler.monitor").joinpath("data/gone.toml").read_text("utf-8"))
