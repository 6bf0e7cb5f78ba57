"""What is stored of an article: its row with the newest version, locked while the transaction goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from crawler.store.models import Article, Version

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KNOWN = (
    select(
        Article.id,
        Article.latest,
        Article.last_seen,
        Article.first_seen,
        Article.state,
        Article.check_stage,
        Article.next_check_at,
        Article.gone_seen_at,
        Version.id.label("version_id"),
        Version.digest,
        Version.fetched_at,
    )
    .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
    .where(Article.address == bindparam("address"))
    .with_for_update(of=Article)
)


def locked(connection: Connection, address: str) -> Any:
    """Return the row of the article at a canonical URL with its newest version's, ``None`` if there is none.

    PostgreSQL, once it got a row that it had to wait for, joins it with the versions that were there before:
    an article that has got another one meanwhile is not found, and is asked for again.
    """
    found = connection.execute(_KNOWN, {"address": address}).one_or_none()
    return found or connection.execute(_KNOWN, {"address": address}).one_or_none()
