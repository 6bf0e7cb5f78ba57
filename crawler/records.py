"""An article as one JSON object, the form in which commands print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.text import script
from crawler.text.canonical import canonical
from crawler.text.clock import LOCAL
from crawler.text.dates import Moment, Precision

if TYPE_CHECKING:
    from crawler.items import Article

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
    and on a page that is mostly Traditional so are ``source``, the names and the section. (On a Simplified
    one a name keeps its characters: 王頔 is written so.) ``explain`` adds where each field came from and each
    dropped block.
    """
    traditional = script.count(f"{article.title}\n{article.body}").mostly_traditional
    folded = canonical if traditional else str
    found: dict[str, Any] = {
        "url": article.url or None,
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
