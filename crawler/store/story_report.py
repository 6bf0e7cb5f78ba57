"""Why a story is as it is: who is in it, who was near and is not, what happened to it. Only reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from crawler.store import candidates, stories, titles
from crawler.store.comparison import Comparison, Relation, compare, prepare
from crawler.store.damage import readable
from crawler.store.fingerprints import keys
from crawler.store.models import Article, Portal, StoryEvent, Version
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.store.comparison import Text


@dataclass(frozen=True, slots=True)
class Seen:
    """An article and how it compares with the first source (``None`` for that one, and the same text)."""

    url: str
    title: str
    portal: str
    source: str | None
    published: datetime | None  # UTC
    first_seen: datetime  # UTC
    verdict: Comparison | None


@dataclass(frozen=True, slots=True)
class Event:
    """A merge or split with the article that gave the occasion; ``at`` in UTC."""

    at: datetime
    kind: str
    story_id: int
    other_id: int
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """A story: first source and reprints in the order of publication, parts, who is near, events."""

    story_id: int
    members: tuple[Seen, ...]
    parts: tuple[Seen, ...]
    near: tuple[Seen, ...]
    events: tuple[Event, ...]


def report(session: Session, address: str) -> Report | None:
    """Report on the story of the article with the canonical URL ``address``; None if none is kept.

    Those near are compared with that article, members and parts with the first source; all by their newest
    texts, with today's rules.
    """
    article = session.scalars(select(Article).where(Article.address == address)).one_or_none()
    story_id = None if article is None else stories.story_of(session, article.id)
    if article is None or story_id is None:
        return None
    inside = stories.members(session, story_id)
    bodies = _bodies(session, [one.id for one, _ in inside])
    first = prepare(bodies[inside[0][0].id])
    known = {one.id for one, _ in inside}
    near = [
        one
        for one in candidates.candidates(session, keys(bodies[article.id]), other_than=article.id)
        if one not in known
    ]
    return Report(
        story_id,
        tuple(_seen(session, one, first, bodies) for one, relation in inside if relation == Relation.SAME),
        tuple(_seen(session, one, first, bodies) for one, relation in inside if relation != Relation.SAME),
        _near(session, near, article.title, prepare(bodies[article.id])),
        _events(session, story_id),
    )


def _seen(session: Session, article: Article, other: Text, bodies: dict[int, str]) -> Seen:
    text = prepare(bodies[article.id])
    portal = session.scalars(select(Portal.name).where(Portal.id == article.portal_id)).one()
    return Seen(
        article.url,
        article.title,
        portal,
        article.source,
        article.published_at,
        article.first_seen,
        None if text == other else compare(text, other, thorough=True),
    )


def _near(session: Session, ids: Sequence[int], title: str, mine: Text) -> tuple[Seen, ...]:
    bodies = _bodies(session, ids)
    seen = [
        _seen(session, article, mine, bodies)
        for article in session.scalars(select(Article).where(Article.id.in_(ids)))
    ]
    found = [
        replace(
            one, verdict=one.verdict and titles.considered(one.verdict, *map(canonical, (title, one.title)))
        )
        for one in seen
    ]
    shared = {one.url: one.verdict.shared if one.verdict else mine.length for one in found}
    return tuple(
        sorted((one for one in found if shared[one.url]), key=lambda one: (-shared[one.url], one.url))
    )


def _bodies(session: Session, ids: Sequence[int]) -> dict[int, str]:
    query = (
        select(Article.id, Version.packed)
        .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
        .where(Article.id.in_(ids))
    )
    contents = {article_id: readable(packed, article_id) for article_id, packed in session.execute(query)}
    return {article_id: one.canonical_body if one else "" for article_id, one in contents.items()}


def _events(session: Session, story_id: int) -> tuple[Event, ...]:
    query = (
        select(StoryEvent, Article.url)
        .outerjoin(Article, Article.id == StoryEvent.article_id)
        .where(or_(StoryEvent.story_id == story_id, StoryEvent.other_id == story_id))
        .order_by(StoryEvent.at, StoryEvent.id)
    )
    return tuple(
        Event(one.at, one.kind, one.story_id, one.other_id, url or "", one.reason)
        for one, url in session.execute(query)
    )
