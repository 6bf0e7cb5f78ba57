"""One article by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store.models import Article, Version

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def newest_version(session: Session, address: str) -> Version | None:
    """Return the newest version of the article with the canonical URL ``address``, None if none is stored."""
    query = (
        select(Version)
        .join(Article, Version.article_id == Article.id)
        .where(Article.address == address, Version.number == Article.latest)
    )
    return session.scalars(query).one_or_none()
