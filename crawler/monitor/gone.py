"""Tells whether an article that was there is gone, by what its address answers now. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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
    shown = fold(_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    hit = title if title in data["titles"] else ""
    if not hit and len(shown) < data["longest" if found is None else "longest_without_text"]:
        hit = next((one for one in data["phrases"] if one in shown or one in title), "")
    return f"a page that says {hit}" if hit else ""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("crawler.monitor").joinpath("data/gone.toml").read_text("utf-8"))
