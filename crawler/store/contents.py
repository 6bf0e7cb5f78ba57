"""What is kept of an article, column by column: its own row, and that of a version with what is packed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from crawler.store.packing import Content, pack
from crawler.store.storable import storable
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from crawler import items
    from crawler.store.models import Article


def digest(article: items.Article) -> str:
    """Return the hash of what makes a version: folded title and body, and the attachments in order."""
    attached = "\n".join(f"{canonical(one.name)}\t{one.url}" for one in article.attachments)
    parts = (*map(_folded, (article.canonical_title, article.canonical_body)), attached)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content(article: items.Article) -> Content:
    """Return what a version keeps of ``article``, with nothing in its texts that no database keeps."""
    published = article.published
    return Content(
        title=storable(article.title),
        body=storable(article.body),
        canonical_title=storable(article.canonical_title).replace("\n", " "),  # the record's first line
        canonical_body=storable(article.canonical_body),
        source=None if article.source is None else storable(article.source),
        canonical_source=None if article.canonical_source is None else storable(article.canonical_source),
        abstract=storable(article.abstract),
        document_number=storable(article.document_number),
        published=(published.at.isoformat(), published.precision.value, published.raw) if published else None,
        authors=article.authors,
        editors=article.editors,
        section=article.section,
        breadcrumb=article.breadcrumb,
        views=article.views,
        attachments=[asdict(one) for one in article.attachments],
        images=[asdict(one) for one in article.images],
        charset_reason=article.charset_reason,
        origins=article.origins,
        fallbacks=article.fallbacks,
        repairs=[asdict(one) for one in article.repairs],
        flags=article.flags,
        dropped=[asdict(one) for one in article.dropped],
    )


def described(article: items.Article) -> dict[str, Any]:
    """Return the columns of an article's row that its newest version decides."""
    published = article.published
    return {
        "url": article.url,
        "title": storable(article.title),
        "source": None if article.source is None else storable(article.source),
        "published_at": published.at if published else None,
        "published_precision": published.precision.value if published else None,
        "published_raw": storable(published.raw) if published else None,
    }


def published_of(
    article: Article, number: int, kept: Content
) -> tuple[datetime | None, str | None, str | None]:
    """Return the date of a version, its precision and the page's own string.

    The newest version's stands at the article. An older one has its own, if it was stored with one.
    """
    if number == article.latest:
        return article.published_at, article.published_precision, article.published_raw
    if kept.published is None:
        return None, None, None
    at, precision, raw = kept.published
    return datetime.fromisoformat(at), precision, raw


def version(
    article_id: int, article: items.Article, kept: Content, number: int, change: str
) -> dict[str, Any]:
    """Return the columns of a version's row, without its number among all of them."""
    return {
        "article_id": article_id,
        "number": number,
        "change": change,
        "digest": digest(article),
        "fetched_at": article.fetched,
        "title": kept.title,
        "charset": article.charset,
        "packed": pack(kept),
    }


def _folded(text: str) -> str:
    return "".join(text.split())
