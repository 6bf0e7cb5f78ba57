"""Meta tags by lower-case name, with the national standard of government sites and JSON-LD."""

from __future__ import annotations

import json
import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from crawler.page.blocks import lines
from crawler.page.labels import fold, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawler.page.document import Page
    from crawler.page.walk import Line

_MAX_VALUE = 2000
_MAX_LINE = 300
_MAX_DATE = 24
_MAX_DATES = 3
_CHROME = ("footer", "related", "comment", "nav")
_DATE = re.compile(r"\W{0,2}(?:(?:19|20)\d\d|\d{3})\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
_LD_KEYS = ("headline", "datePublished", "dateModified", "articleSection")

# In the order of trust. The first names are those of the national standard for government sites
# (ArticleTitle, PubDate, ContentSource, SiteName, ColumnName); then what news systems use.
TITLE = ("articletitle", "og:title", "ld:headline", "twitter:title", "title")
PUBLISHED = (
    "pubdate", "article:published_time", "og:article:published_time", "ld:datepublished", "datepublished",
    "og:release_date", "publishdate", "publish-date", "pub_date", "publish_time", "publishtime",
    "weibo:article:create_at", "apub:time", "dc.date.issued", "dcterms.created", "firstpublishedtime",
    "createtime", "og:published_time", "date",
)  # fmt: skip
SOURCE = ("contentsource", "og:article:source", "article:source", "source", "mediaid", "copyrightholder")
AUTHOR = ("article:author", "og:article:author", "ld:author", "author")
SITE = ("sitename", "og:site_name", "application-name", "ld:publisher")
COLUMN = ("columnname", "article:section", "ld:articlesection", "og:article:section")


def tags(page: Page) -> dict[str, str]:
    """Return the page's meta tags by lower-case ``name``, ``property`` or ``itemprop``; the first non-empty
    value wins. JSON-LD articles are added under ``ld:``, the canonical link as ``canonical``, and a labelled
    date that the page displays, wherever it stands, as ``shown:published`` or ``shown:document_date``.
    """  # noqa: D205  one sentence
    found: dict[str, str] = {}
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
    for kind in ("published", "document_date"):
        if told := _shown_date(lines(page), kind):
            found[f"shown:{kind}"] = told
    return found


def _shown_date(shown: Sequence[Line], kind: str) -> str:
    """Return the first date of the page that has a label of this kind, with the label; '' if many lines do.

    Index tables of authorities' papers (公开日期：) stand far from the headline, and a list of articles
    labels every date.
    """
    told: dict[str, None] = {}
    for line, following in zip_longest(shown, shown[1:]):
        if line.chrome in _CHROME or line.chars > _MAX_LINE:
            continue
        items = labelled(line.text)
        for item in items:
            value = item.value or line.text[item.end : item.end + _MAX_DATE]
            if item is items[-1] and not value.strip() and following is not None:
                value = following.text[:_MAX_DATE]
            if item.kind == kind and _DATE.match(fold(value).strip()):
                told.setdefault(f"{item.label}：{value.strip()}")
    return next(iter(told), "") if len(told) <= _MAX_DATES else ""


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
