"""Where a link leads, also where a script follows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SCRIPTED = ("#", "javascript:", "void")
_NO_PAGE = ("mailto:", "tel:", "data:", "about:", "file:")
_MOST = 2000  # characters of a handler that are looked at
# Calls that do nothing but open an address.
_OPENS = re.compile(
    r"(?:window\s*\.\s*open\s*\(|location(?:\s*\.\s*href)?\s*=|location\s*\.\s*(?:assign|replace)\s*\()"
    r"\s*(['\"])([^'\"\s]{1,500})\1",
    re.IGNORECASE,
)


def address_of(link: HtmlElement, base: str) -> str:
    """Return the absolute http address that a link leads to, '' for none.

    A link whose ``href`` does nothing leads to what its script opens: ``onclick="location.href='/2.html'"``.
    """
    href = (link.get("href") or "").strip()
    if not href or href.lower().startswith(_SCRIPTED):
        opened = _OPENS.search(f"{href} {link.get('onclick') or ''}"[:_MOST])
        href = opened[2] if opened else ""
    if not href or href.startswith("#") or "{{" in href or href.lower().startswith(_NO_PAGE):
        return ""
    try:
        url = urljoin(base, href)
    except ValueError:
        return ""
    return url if url.lower().startswith(("http://", "https://")) else ""


def is_scripted(link: HtmlElement) -> bool:
    """Return whether only a script knows where a link leads."""
    href = (link.get("href") or "").strip().lower()
    return href.startswith(_SCRIPTED) or (not href and bool(link.get("onclick")))
