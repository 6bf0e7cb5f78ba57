"""Which story an article belongs to: candidates by fingerprints, a verdict by comparison.

An article is the ``same`` piece as at most one story and may be a ``part`` of others (a digest, or a page
that merges two pieces); a part never joins two stories. An article that is the same as members of two stories
merges them only if their first members do not contradict each other, so that no chain of small changes glues
what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from crawler.store import candidates
from crawler.store.comparison import Comparison, Relation, Text, compare, prepare
from crawler.store.fingerprints import keys, plain
from crawler.store.models import Alert, Article, Story, StoryMember, Version
from crawler.store.times import now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

SHORT = 80
"""Of bodies with fewer characters ("see the attachment") the titles must agree as well."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article was put; ``reprint`` says that the story was there before."""

    story_id: int
    reprint: bool


@dataclass(frozen=True, slots=True)
class _Neighbour:
    article_id: int
    story_id: int
    text: Text
    verdict: Comparison


def place(
    session: Session, article_id: int, title: str, body: str, *, at: datetime | None = None
) -> Placement:
    """Index a new article by its canonical ``title`` and ``body`` and put it into its story, or a new one."""
    when = at or now()
    found = keys(body)
    mine = prepare(body)
    near = _neighbours(session, article_id, title, mine, found)
    candidates.add(session, article_id, found)
    same = sorted(
        (one for one in near if one.verdict.relation is Relation.SAME),
        key=lambda one: (-one.verdict.cover_longer, one.story_id),
    )
    story_id = _join_or_open(session, article_id, same, when)
    for one in near:
        if one.verdict.relation is Relation.PART and one.story_id != story_id:
            _link_part(session, _Neighbour(article_id, story_id, mine, one.verdict), one, when)
    return Placement(story_id, reprint=bool(same))


def reindex(session: Session, article_id: int, old_body: str, new_body: str) -> None:
    """Exchange an article's keys after its text changed; it stays in its story."""
    before, after = set(keys(old_body)), set(keys(new_body))
    candidates.remove(session, article_id, sorted(before - after))
    candidates.add(session, article_id, sorted(after - before))


def story_of(session: Session, article_id: int) -> int | None:
    """Return the id of the story that the article is the same piece as."""
    return session.scalar(
        select(StoryMember.story_id).where(
            StoryMember.article_id == article_id, StoryMember.relation == Relation.SAME.value
        )
    )


def members(session: Session, story_id: int) -> list[tuple[Article, str]]:
    """Return the articles of a story with their relation, the first source first.

    First is who published first; without a date, who was seen first.
    """
    query = (
        select(Article, StoryMember.relation)
        .join(StoryMember, StoryMember.article_id == Article.id)
        .where(StoryMember.story_id == story_id)
        .order_by(
            StoryMember.relation.desc(), func.coalesce(Article.published_at, Article.first_seen), Article.id
        )
    )
    return [(article, relation) for article, relation in session.execute(query)]


def _neighbours(
    session: Session, article_id: int, title: str, mine: Text, found: list[int]
) -> list[_Neighbour]:
    ids = candidates.candidates(session, found, other_than=article_id)
    if not ids:
        return []
    query = (
        select(Article.id, StoryMember.story_id, Version.canonical_title, Version.canonical_body)
        .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
        .join(StoryMember, StoryMember.article_id == Article.id)
        .where(Article.id.in_(ids), StoryMember.relation == Relation.SAME.value)
    )
    near: list[_Neighbour] = []
    for other_id, story_id, other_title, other_body in session.execute(query):
        theirs = prepare(other_body)
        if min(mine.length, theirs.length) < SHORT and plain(title) != plain(other_title):
            continue
        verdict = compare(mine, theirs)
        if verdict.relation is not Relation.DIFFERENT:
            near.append(_Neighbour(other_id, story_id, theirs, verdict))
    return near


def _join_or_open(session: Session, article_id: int, same: list[_Neighbour], when: datetime) -> int:
    if not same:
        story = Story(created_at=when)
        session.add(story)
        session.flush()
        session.add(
            StoryMember(
                article_id=article_id,
                story_id=story.id,
                relation=Relation.SAME.value,
                cover=1.0,
                joined_at=when,
            )
        )
        session.flush()
        return story.id
    best = same[0]
    session.add(
        StoryMember(
            article_id=article_id,
            story_id=best.story_id,
            relation=Relation.SAME.value,
            article_like=best.article_id,
            cover=best.verdict.cover_longer,
            joined_at=when,
        )
    )
    session.flush()
    target, *others = sorted(_mergeable(session, same))
    for story_id in others:
        _merge(session, story_id, target)
    return target


def _mergeable(session: Session, same: list[_Neighbour]) -> set[int]:
    """Return the stories of ``same`` whose first members do not contradict that of the best one."""
    best = same[0].story_id
    stories = {one.story_id for one in same}
    if stories == {best}:
        return stories
    firsts = {story_id: _first_text(session, story_id) for story_id in stories}
    return {
        story_id
        for story_id in stories
        if story_id == best or not compare(firsts[best], firsts[story_id]).contradicts
    }


def _first_text(session: Session, story_id: int) -> Text:
    query = (
        select(Version.canonical_body)
        .join(Article, (Version.article_id == Article.id) & (Version.number == Article.latest))
        .join(StoryMember, StoryMember.article_id == Article.id)
        .where(StoryMember.story_id == story_id, StoryMember.relation == Relation.SAME.value)
        .order_by(Article.id)
        .limit(1)
    )
    return prepare(session.scalar(query) or "")


def _merge(session: Session, story_id: int, target: int) -> None:
    """Move everything of one story into another and leave a note where it went."""
    there = {
        member.article_id: member
        for member in session.scalars(select(StoryMember).where(StoryMember.story_id == target))
    }
    for member in session.scalars(select(StoryMember).where(StoryMember.story_id == story_id)).all():
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


def _link_part(session: Session, mine: _Neighbour, other: _Neighbour, when: datetime) -> None:
    """Put the part into the story of the whole; or, if that story's first member lacks it, the reverse.

    The reverse is a page that holds a story's piece and another one: it belongs to both.
    """
    part, whole = sorted((mine, other), key=lambda one: (one.text.length, one.text.sentences))
    if compare(part.text, _first_text(session, whole.story_id)).relation is Relation.DIFFERENT:
        part, whole = whole, part
    if session.get(StoryMember, (part.article_id, whole.story_id)) is None:
        session.add(
            StoryMember(
                article_id=part.article_id,
                story_id=whole.story_id,
                relation=Relation.PART.value,
                article_like=whole.article_id,
                cover=other.verdict.cover_shorter,
                joined_at=when,
            )
        )
        session.flush()
