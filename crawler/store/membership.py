"""The members of a story: their texts, moving them into another story, and what is recorded of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from crawler.store.comparison import Relation, Text, prepare
from crawler.store.damage import readable
from crawler.store.models import Alert, Article, Story, StoryEvent, StoryMember, Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.store.packing import Content

MEMBERS = 8
"""A text that changed is compared with so many members of its story."""


def record(  # noqa: PLR0913, PLR0917  a row's columns
    session: Session,
    kind: str,
    stories: tuple[int, int],
    article_id: int,
    articles: list[int],
    reason: str,
    when: datetime,
) -> None:
    """Record that of two ``stories`` the first went into the other (``merge``), or was left (``split``).

    ``article_id`` gave the occasion, ``articles`` moved, ``reason`` is a sentence for people.
    """
    session.add(
        StoryEvent(
            at=when,
            kind=kind,
            story_id=stories[0],
            other_id=stories[1],
            article_id=article_id,
            articles=articles,
            reason=reason,
        )
    )
    session.flush()


def first(session: Session, story_id: int) -> tuple[str, Text]:
    """Return the canonical title and the newest text of a story's first member, empty ones if it has none."""
    found = next(_contents(session, story_id, 0, 1), None)
    return ("", prepare("")) if found is None else (found.canonical_title, prepare(found.canonical_body))


def texts(session: Session, story_id: int, *, other_than: int = 0, most: int = MEMBERS) -> list[Text]:
    """Return the newest texts of a story's first members."""
    return [prepare(one.canonical_body) for one in _contents(session, story_id, other_than, most)]


def _contents(session: Session, story_id: int, other_than: int, most: int) -> Iterator[Content]:
    query = (
        select(Version.article_id, Version.packed)
        .join(Article, (Version.article_id == Article.id) & (Version.number == Article.latest))
        .join(StoryMember, StoryMember.article_id == Article.id)
        .where(StoryMember.story_id == story_id, StoryMember.relation == Relation.SAME.value)
        .where(Article.id != other_than)
        .order_by(Article.id)
        .limit(most)
    )
    contents = (readable(packed, article_id) for article_id, packed in session.execute(query))
    return (content for content in contents if content is not None)


def merge(session: Session, story_id: int, target: int) -> list[int]:
    """Move everything of one story into another, note where it went, and return the articles that moved."""
    moved: list[int] = []
    there = {
        member.article_id: member
        for member in session.scalars(select(StoryMember).where(StoryMember.story_id == target))
    }
    for member in session.scalars(select(StoryMember).where(StoryMember.story_id == story_id)).all():
        moved.append(member.article_id)
        double = there.get(member.article_id)
        if double is None:
            member.story_id = target
            continue
        if member.relation == Relation.SAME.value:
            double.relation, double.cover = member.relation, member.cover
        session.delete(member)
    rows = session.execute(select(Alert.watch_id, Alert.occasion).where(Alert.story_id == target))
    told = {(watch_id, occasion) for watch_id, occasion in rows}
    for alert in session.scalars(select(Alert).where(Alert.story_id == story_id)).all():
        if (alert.watch_id, alert.occasion) not in told:
            alert.story_id = target
    session.execute(update(Story).where(Story.id == story_id).values(merged_into=target))
    session.flush()
    return moved
