"""An article as one JSON object, the form in which commands print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.text import script
from crawler.text.canonical import canonical
from crawler.text.clock import LOCAL
from crawler.text.dates import Moment, Precision

if TYPE_CHECKING:
    from crawler.items import Article

INJECTED = frozenset({"gloss", "cut"})  # repairs that only a cloned page needs, whatever it declares
NATIVE_LANGUAGES = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")
NATIVE_DOMAINS = (".tw", ".hk", ".mo")
_FORMATS = {
    Precision.YEAR: "%Y",
    Precision.MONTH: "%Y-%m",
    Precision.DAY: "%Y-%m-%d",
    Precision.MINUTE: "%Y-%m-%dT%H:%M+08:00",
    Precision.SECOND: "%Y-%m-%dT%H:%M:%S+08:00",
}


def displayed(moment: Moment | None) -> str | None:
    """Return a date as ISO 8601 in portal time (+08:00), no more precise than the page had it."""
    return moment.at.astimezone(LOCAL).strftime(_FORMATS[moment.precision]) if moment else None


def record(article: Article, *, explain: bool = False) -> dict[str, Any]:
    """Return ``article`` as a JSON object.

    ``title`` and ``body`` are restored, in the page's own script; ``canonical_*`` are canonical Simplified,
    and so are ``source``, the names and the section of a page that was made Traditional. (On a Simplified
    page a name keeps its characters: 王頔 is written so. On one of Taiwan or Hong Kong everything does.)
    ``explain`` adds where each field came from and each dropped block.
    """
    folded = canonical if _is_converted(article) else str
    found: dict[str, Any] = {
        "url": article.url or None,
        "canonical_url": article.canonical_url or None,
        "title": article.title,
        "body": article.body,
        "canonical_title": article.canonical_title,
        "canonical_body": article.canonical_body,
        "published": displayed(article.published),
        "source": folded(article.source) if article.source else None,
        "authors": [folded(name) for name in article.authors],
        "editors": [folded(name) for name in article.editors],
        "section": [folded(name) for name in article.section],
        "views": article.views,
        "document_number": article.document_number or None,
        "attachments": [
            {"name": file.name, "url": file.url, "kind": file.kind, "order": file.order}
            for file in article.attachments
        ],
        "images": [{"url": image.url, "caption": image.caption} for image in article.images],
        "charset": article.charset,
        "charset_reason": article.charset_reason,
        "repairs": [
            {"step": repair.step, "count": repair.count, "before": repair.before, "after": repair.after}
            for repair in article.repairs
        ],
        "flags": article.flags,
    }
    if explain:
        found["origins"] = article.origins
        found["fallbacks"] = article.fallbacks
        found["dropped"] = [
            {"pipeline": drop.pipeline, "rule": drop.rule, "place": drop.block.place, "text": drop.block.text}
            for drop in article.dropped
        ]
    return found


def _is_converted(article: Article) -> bool:
    """Tell whether a page is mostly Traditional without being of a place where people write so."""
    language = article.meta.get("lang", article.meta.get("og:locale", "")).lower().replace("_", "-")
    addresses = (article.url, article.meta.get("canonical", ""), article.meta.get("og:url", ""))
    hosts = [urlsplit(address).hostname or "" for address in addresses]
    native = language.startswith(NATIVE_LANGUAGES) or any(host.endswith(NATIVE_DOMAINS) for host in hosts)
    if native and not any(repair.step in INJECTED for repair in article.repairs):
        return False
    return script.count(f"{article.title}\n{article.body}").mostly_traditional
