"""Meta tags by lower-case name, with the national standard of government sites and JSON-LD."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler.page import names, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.page.document import Page

_MAX_VALUE = 2000
SHOWN = "shown:"  # before the kind: what the page displays with a label
_VARIABLE = re.compile(
    r"\bvar\s+(?:(?P<source>source|laiyuan|copyfrom)|tm|pub_?(?:time|date)|publish_?(?:time|date)|create_?time)\s*=\s*"
    r"[\"'](?P<value>[^\"'<>\\]{2,40})[\"']",
    re.IGNORECASE,
)
_LD_KEYS = ("headline", "datePublished", "dateModified", "articleSection")

# In the order of trust. The first names are those of the national standard for government sites
# (ArticleTitle, PubDate, ContentSource, SiteName, ColumnName); then what news systems use.
TITLE = ("articletitle", "og:title", "ld:headline", "twitter:title", "title")
PUBLISHED = (
    "pubdate", "article:published_time", "og:article:published_time", "ld:datepublished", "datepublished",
    "og:release_date", "publishdate", "publish-date", "pub_date", "publish_time", "publishtime",
    "weibo:article:create_at", "apub:time", "dc.date.issued", "dcterms.created", "firstpublishedtime",
    "createtime", "assigned:published", "og:published_time", "og:time", "shown:time", "date",
)  # fmt: skip
SOURCE = (
    "contentsource",
    "og:article:source",
    "article:source",
    "source",
    "mediaid",
    "copyrightholder",
    "assigned:source",
)
AUTHOR = ("article:author", "og:article:author", "ld:author", "author")
# Before the kind: what class names beside the headline say. See ``crawler.page.hinted``.
HINT = "hint:"
# Of the national standard: the author that such a site names in a tag is whoever entered the page.
OFFICIAL = ("articletitle", "sitedomain", "siteidcode", "columntype", "contentsource", "lanmu")
SIGNED = ("article:author", "og:article:author", "ld:author")
SITE = ("sitename", "og:site_name", "application-name", "ld:publisher")
COLUMN = ("columnname", "article:section", "ld:articlesection", "og:article:section")


def tags(page: Page) -> dict[str, str]:
    """Return the page's meta tags by lower-case ``name``, ``property`` or ``itemprop``; the first non-empty
    value wins. JSON-LD articles are added under ``ld:``, the canonical link as ``canonical``, and
    labelled values that the page displays anywhere under ``shown:`` (see ``crawler.page.told``).
    """  # noqa: D205  one sentence
    found = page.cache.get("tags")
    if not isinstance(found, dict):
        found = {**own_tags(page), **{f"{SHOWN}{kind}": value for kind, value in told.read(page).items()}}
        page.cache["tags"] = found
    return dict(found)


def own_tags(page: Page) -> dict[str, str]:
    """Return ``tags`` without what the page displays, which takes a look at every line of it; but with
    ``shown:time``, what the first ``<time>`` element says.
    """  # noqa: D205  one sentence
    found = page.cache.get("own tags")
    if not isinstance(found, dict):
        found = page.cache["own tags"] = _read(page)
    return dict(found)


def _assigned(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the date and the source that a short script assigns to a variable, to display them."""
    for script in page.root.iter("script"):
        text = script.text or ""
        if "var" in text[:_MAX_VALUE] and len(text) <= _MAX_VALUE:
            for match in _VARIABLE.finditer(text):
                kind = "source" if match["source"] else "published"
                if kind == "published" or names.is_body(match["value"]):
                    yield f"assigned:{kind}", match["value"]


def _read(page: Page) -> dict[str, str]:
    found: dict[str, str] = {}
    if language := (page.root.get("lang") or "").strip():
        found["lang"] = language
    for tag in page.root.iter("meta"):
        name = (tag.get("name") or tag.get("property") or tag.get("itemprop") or "").strip().lower()
        value = re.sub(r"\s+", " ", tag.get("content") or "").strip()
        if name and value and name not in found and len(value) <= _MAX_VALUE:
            found[name] = value
    for link in page.root.iter("link"):
        if (link.get("rel") or "").strip().lower() == "canonical" and (
            href := (link.get("href") or "").strip()
        ):
            found.setdefault("canonical", href)
    for key, value in _linked_data(page):
        found.setdefault(key, value)
    for key, value in _assigned(page):
        found.setdefault(key, value)
    if stamp := told.stamp(page):
        found[f"{SHOWN}time"] = stamp
    return found


def first(meta: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """Return the first of ``names`` that has a value, and the value; two empty strings if none has."""
    for name in names:
        if value := meta.get(name, "").strip():
            return name, value
    return "", ""


def _linked_data(page: Page) -> Iterator[tuple[str, str]]:
    for script in page.root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue  # a broken one says nothing; the page itself is what counts
        for node in _articles(data):
            for key in _LD_KEYS:
                if isinstance(value := node.get(key), str) and value.strip():
                    yield f"ld:{key.lower()}", value.strip()
            for key in ("author", "publisher"):
                if names := "、".join(_names(node.get(key))):
                    yield f"ld:{key}", names


def _articles(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _articles(item)
    elif isinstance(data, dict):
        if isinstance(data.get("@graph"), list):
            yield from _articles(data["@graph"])
        kinds = data.get("@type")
        if any(
            str(kind).endswith(("Article", "Posting"))
            for kind in (kinds if isinstance(kinds, list) else [kinds])
        ):
            yield data


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        yield from _names(value.get("name"))
    elif isinstance(value, str) and value.strip():
        yield value.strip()
