"""Rows of a list that a page carries as XML inside a script: what jcms draws its lists from."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawler.page.document import Page, PageError, parse_html

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_RECORDS = 5000  # rows of one answer; the system's own pages hold some dozens
_RECORD = re.compile(r"<record>\s{0,99}<!\[CDATA\[(.*?)\]\]>\s{0,99}</record>", re.DOTALL)
_NEXT_GROUP = re.compile(
    r"<nextgroup\s{0,9}>\s{0,99}<!\[CDATA\[[^\]]{0,40}?href=[\"']([^\"'\]]+)", re.IGNORECASE
)


def records(text: str) -> list[str]:
    """Return the markup of each row in a script's or an answer's text."""
    parts = text.split("<record>", MOST_RECORDS + 1)[1 : MOST_RECORDS + 1]
    found = (_RECORD.match(f"<record>{part[: part.find('</record>') + 9]}") for part in parts)
    return [one[1] for one in found if one]


def next_group(text: str) -> str:
    """Return the address of the next group of rows as it is written, '' for none."""
    found = _NEXT_GROUP.search(text)
    return html.unescape(found[1]) if found else ""


def stored_rows(page: Page) -> Page | None:
    """Return the rows of the largest store on a page as a page of their own, None for a page without one."""
    found = max((records(text) for text in stores(page)), key=len, default=[])
    if not found:
        return None
    rows = "".join(f"<div>{row}</div>" for row in found)
    try:
        return parse_html(f"<html><body><div>{rows}</div></body></html>", page.url)
    except PageError:
        return None  # records of something else than markup


def stores(page: Page) -> Iterator[str]:
    """Yield the texts of the scripts that hold rows."""
    for script in page.root.iter("script"):
        if "<record>" in (text := script.text or ""):
            yield text
