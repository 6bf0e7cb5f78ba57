"""The versions of one article."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.store.models import Article, ArticleEvent, Portal, Version
from crawler.store.packing import PackingError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.store.packing import Content


@dataclass(frozen=True, slots=True)
class Kept:
    """A version; ``fetched`` is aware, UTC. ``content`` is ``None`` where ``damage`` says what is wrong."""

    number: int
    fetched: datetime
    change: str
    title: str
    charset: str
    content: Content | None
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an article: ``kind`` is withdrawn or returned, ``at`` aware, UTC."""

    at: datetime
    kind: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """An article with its versions and events, the first ones first; ``state``: ``live`` or ``withdrawn``."""

    portal: str
    url: str
    title: str
    state: str
    first_seen: datetime
    last_seen: datetime
    versions: list[Kept]
    events: list[Event] = field(default_factory=list)


def history(session: Session, address: str) -> History | None:
    """Return the history of the article with the canonical URL ``address``, None if none is stored."""
    query = select(Article, Portal.name).join(Portal).where(Article.address == address)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    article, portal = found
    rows = session.scalars(
        select(Version).where(Version.article_id == article.id).order_by(Version.number)
    ).all()
    return History(
        portal,
        article.url,
        article.title,
        article.state,
        article.first_seen,
        article.last_seen,
        [_kept(row) for row in rows],
        events(session, article.id),
    )


def events(session: Session, article_id: int) -> list[Event]:
    """Return what happened to an article besides its versions, the first one first."""
    query = select(ArticleEvent).where(ArticleEvent.article_id == article_id)
    rows = session.scalars(query.order_by(ArticleEvent.at, ArticleEvent.id))
    return [Event(row.at, row.kind, row.version, row.reason) for row in rows]


def _kept(row: Version) -> Kept:
    try:
        content, damage = row.content, ""
    except PackingError as error:
        content, damage = None, str(error)
    return Kept(row.number, row.fetched_at, row.change, row.title, row.charset, content, damage)
