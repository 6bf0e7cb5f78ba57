"""The files that an article offers: in notices of authorities often the content itself."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from crawler.items import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_NAME_ENDING = re.compile(r"\.([A-Za-z0-9]{2,5})\s*[)）]?$")
_NUMBER = re.compile(r"^\s*(?:附件|附|附表)?\s*(?:[\d一二三四五六七八九十]{1,3})?\s*[:：.、．]\s*")
_EMPTY_NAMES = ("", "下载", "点击下载", "附件", "附件下载", "查看", "点击查看", "下载附件", "立即下载")


@cache
def data() -> dict[str, Any]:
    """Return files.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("files.toml").read_text("utf-8"))


def find(elements: Iterable[HtmlElement], base: str) -> list[Attachment]:
    """Return the files linked inside ``elements`` in document order, each address once.

    ``elements`` are the containers to look in (body, an attachment list below it), ``base`` the page's
    address. The kind is the extension in lower case, by the address, else by the link's text.
    """
    found: dict[str, Attachment] = {}
    everywhere = _may_offer().search(base) is not None
    for container in elements:
        for link in container.iter("a"):
            href = (link.get("href") or "").strip()
            if not href or not (everywhere or _may_offer().search(href)):
                continue
            if href.lower().startswith(("javascript:", "mailto:", "#", "data:")):
                continue
            url = _joined(base, href)
            kind = kind_of(url, link)
            if url and kind and url not in found:
                found[url] = Attachment(_name(link, url), url, kind, len(found))
    return list(found.values())


@cache
def _may_offer() -> re.Pattern[str]:
    """Return a pattern of what an address that offers a file has somewhere; most links have nothing of it."""
    endings = "|".join(map(re.escape, data()["attachments"]))
    paths = "|".join(map(re.escape, data()["download_paths"]))
    return re.compile(rf"\.(?:{endings})|{paths}|%|^\?", re.IGNORECASE)


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def kind_of(url: str, link: HtmlElement | None = None) -> str:
    """Return the extension of the file that an address (or its link's text) names, '' for a page."""
    kinds = data()["attachments"]
    parts = urlsplit(url)
    candidates = [parts.path, *(value for _, value in parse_qsl(parts.query))]
    for candidate in candidates:
        match = _NAME_ENDING.search(unquote(candidate))
        if match and match[1].lower() in kinds:
            return match[1].lower()
    if link is None or not any(word in parts.path.lower() for word in data()["download_paths"]):
        return ""
    for text in (link.text_content(), link.get("title") or "", link.get("download") or ""):
        match = _NAME_ENDING.search(text.strip())
        if match and match[1].lower() in kinds:
            return match[1].lower()
    return ""


def _name(link: HtmlElement, url: str) -> str:
    text = re.sub(r"\s+", " ", link.text_content()).strip()
    title = (link.get("title") or link.get("textvalue") or "").strip()
    if _NUMBER.sub("", text).strip() in _EMPTY_NAMES or (text.endswith(("...", "…")) and title):
        text = title or unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    return text
