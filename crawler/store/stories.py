"""Which story an article belongs to: candidates by fingerprints, a verdict by comparison.

An article is the ``same`` piece as at most one story and may be a ``part`` of others (a digest, or a page
that merges two pieces); a part never joins two stories. An article that is the same as members of two stories
merges them only if their first members do not contradict each other, so that no chain of small changes glues
what differs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from crawler.store import candidates
from crawler.store.comparison import Comparison, Relation, Text, compare, prepare
from crawler.store.fingerprints import keys
from crawler.store.membership import first_text, merge, record, texts
from crawler.store.models import Article, Story, StoryMember
from crawler.store.neighbours import Neighbour, neighbours
from crawler.store.times import now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

FULL = 0.97
"""A text that has so much of another's length lacks nothing of it, if the two are the same."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article was put; ``reprint`` says that the story was there before."""

    story_id: int
    reprint: bool


_STORY, _MEMBER = insert(Story), insert(StoryMember)


def place(  # noqa: PLR0913  the text and how it came
    session: Session,
    article_id: int,
    title: str,
    body: str,
    *,
    at: datetime | None = None,
    indexed: bool = False,
) -> Placement:
    """Put a new article with its canonical ``title`` and ``body`` into its story, or a new one.

    Its keys are written too, unless it is ``indexed`` already.
    """
    when = at or now()
    found = keys(body)
    shared = candidates.candidates(session, found, other_than=article_id)
    if not indexed:
        candidates.add(session, article_id, found)
    if not shared:
        return Placement(_open(session, article_id, when), reprint=False)
    mine = prepare(body)
    near = neighbours(session, title, mine, found, shared)
    same = _same(mine, near)
    story_id = _join_or_open(session, article_id, mine, same, when)
    for one in near:
        if one.verdict.relation is Relation.PART and one.story_id != story_id:
            _link_part(session, Neighbour(article_id, story_id, mine, one.verdict), one, when)
    return Placement(story_id, reprint=bool(same))


def reindex(  # noqa: PLR0913  both texts and where they stand
    session: Session,
    article_id: int,
    old_body: str,
    new_body: str,
    *,
    title: str = "",
    at: datetime | None = None,
) -> int:
    """Exchange an article's keys after its text changed, and return the story that it is in now.

    It stays in its story unless the text became another piece: one that contradicts the old text in more
    than a correction does, and is the same as no other member. Then it is placed anew and the split recorded.
    The bodies are canonical; ``title`` is the new text's.
    """
    before, after = set(keys(old_body)), set(keys(new_body))
    candidates.remove(session, article_id, sorted(before - after))
    candidates.add(session, article_id, sorted(after - before))
    story_id = story_of(session, article_id)
    if story_id is None:
        raise LookupError(f"article {article_id} has no story")
    mine = prepare(new_body)
    verdict = compare(prepare(old_body), mine, thorough=True)
    if not verdict.another_piece or not _stands_alone(session, article_id, story_id, mine):
        return story_id
    return _leave(session, article_id, story_id, (title, new_body), at or now(), verdict)


def _stands_alone(session: Session, article_id: int, story_id: int, mine: Text) -> bool:
    """Whether the story has other members and a text is another piece than each of them."""
    others = texts(session, story_id, other_than=article_id)
    return bool(others) and all(compare(text, mine, thorough=True).another_piece for text in others)


def _leave(  # noqa: PLR0913, PLR0917  what a split is made of
    session: Session,
    article_id: int,
    story_id: int,
    text: tuple[str, str],
    when: datetime,
    verdict: Comparison,
) -> int:
    session.execute(
        delete(StoryMember).where(StoryMember.article_id == article_id),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()
    placed = place(session, article_id, *text, at=when, indexed=True)
    shared = f"{verdict.cover_shorter:.0%} of it is in the text before"
    reason = f"its text became another piece: {shared}" + "".join(
        f"; {one or 'nothing'} became {other or 'nothing'}" for one, other in verdict.facts[:1]
    )
    record(session, "split", (story_id, placed.story_id), article_id, [article_id], reason, when)
    return placed.story_id


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


def _same(mine: Text, near: list[Neighbour]) -> list[Neighbour]:
    """Return the neighbours that are the same piece, those of the story with the most of them first.

    A story with a member that says something else is no story of the article, unless a member that lacks
    nothing of the article is the same: what contradicts then lacks something, and the rest was misaligned.
    """
    agreeing = [one for one in near if one.verdict.relation is Relation.SAME]
    often = Counter(one.story_id for one in agreeing)
    trusted = {one.story_id for one in agreeing if one.text.length >= FULL * mine.length}
    refused = {
        one.story_id
        for one in near
        if one.story_id in often.keys() - trusted
        and one.verdict.facts
        and compare(mine, one.text, thorough=True).contradicts
    }
    return sorted(
        (one for one in agreeing if one.story_id not in refused),
        key=lambda one: (-often[one.story_id], -one.verdict.cover_longer, one.story_id),
    )


def _join_or_open(
    session: Session, article_id: int, mine: Text, same: list[Neighbour], when: datetime
) -> int:
    if not same:
        return _open(session, article_id, when)
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
    target, *others = sorted(_mergeable(session, mine, same))
    for story_id in others:
        moved = merge(session, story_id, target)
        reason = f"{best.verdict.cover_shorter:.0%} of the article is in one, and it is the same as the other"
        record(session, "merge", (story_id, target), article_id, moved, reason, when)
    return target


def _open(session: Session, article_id: int, when: datetime) -> int:
    # Most articles open a story: not by the ORM, whose unit of work takes a multiple of the two inserts.
    connection = session.connection()
    made = connection.execute(_STORY, {"created_at": when}).inserted_primary_key
    assert made is not None
    values = {"article_id": article_id, "story_id": made[0], "joined_at": when}
    connection.execute(_MEMBER, {**values, "relation": Relation.SAME.value, "cover": 1.0})
    return int(made[0])


def _mergeable(session: Session, mine: Text, same: list[Neighbour]) -> set[int]:
    """Return the stories of ``same`` that are one with the best one's.

    Their first members must not contradict the best one's, unless the article holds both texts.
    """
    best = same[0].story_id
    stories = {one.story_id for one in same}
    if stories == {best}:
        return stories
    firsts = {story_id: first_text(session, story_id) for story_id in stories}

    def one_piece(story_id: int) -> bool:
        both = (firsts[best], firsts[story_id])
        whole = all(mine.length >= FULL * text.length for text in both)
        return whole or not compare(*both, thorough=True).contradicts

    return {story_id for story_id in stories if story_id == best or one_piece(story_id)}


def _in_most(session: Session, part: Text, story_id: int) -> bool:
    """Whether a story's first member has a part, or most of its members: the first may be a shortened one.

    One member alone may be a page that has another piece's paragraph, too.
    """
    found = texts(session, story_id)
    agree = [compare(part, one).relation is not Relation.DIFFERENT for one in found[:1]]
    if all(agree):
        return bool(agree)
    agree += [compare(part, one).relation is not Relation.DIFFERENT for one in found[1:]]
    return 2 * sum(agree) > len(agree)


def _link_part(session: Session, mine: Neighbour, other: Neighbour, when: datetime) -> None:
    """Put each of two articles into the other's story as a part, unless that story's members lack it.

    Which of them holds the other cannot be told from the two: a piece's beginning may be a digest of it, or
    the first of two pieces that a page merged.
    """
    for part, whole in ((mine, other), (other, mine)):
        if session.get(StoryMember, (part.article_id, whole.story_id)) is not None:
            continue
        if not _in_most(session, part.text, whole.story_id):
            continue
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
