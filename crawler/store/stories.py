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

from sqlalchemy import bindparam, delete, func, insert, select

from crawler.store import candidates, titles
from crawler.store.comparison import Comparison, Relation, Text, compare, prepare
from crawler.store.fingerprints import keys
from crawler.store.membership import first, merge, record, texts
from crawler.store.models import Article, Story, StoryMember
from crawler.store.neighbours import Neighbour, neighbours
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
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
_IS_MEMBER = select(StoryMember.article_id).where(
    StoryMember.article_id == bindparam("article"), StoryMember.story_id == bindparam("story")
)
_FIRST = select(func.min(StoryMember.article_id)).where(
    StoryMember.story_id == bindparam("story"), StoryMember.relation == Relation.SAME.value
)


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
    found = keys(body)
    shared = candidates.candidates(session, found, other_than=article_id)
    if not indexed:
        candidates.add(session, article_id, found)
    when = at or now()

    def opened() -> int:
        return _open(session, article_id, when)

    return place_among(session, article_id, (title, body), (found, shared), opened, when)


def place_among(  # noqa: PLR0913, PLR0917  the text, its keys and what to do with it
    session: Session,
    article_id: int,
    text: tuple[str, str],
    found: tuple[Sequence[int], Mapping[int, Sequence[int]]],
    opened: Callable[[], int],
    when: datetime,
) -> Placement:
    """Put an article into the story of one of its candidates, or the one that ``opened`` opens and returns.

    ``text`` is its canonical title and body, ``found`` its keys and the candidates: id to shared keys.
    """
    if not found[1]:
        return Placement(opened(), reprint=False)
    mine = prepare(text[1])
    near = neighbours(session, text[0], mine, *found)
    same = _same(mine, near)
    story_id = _join(session, article_id, mine, same, when) if same else opened()
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
    What a title contradicts was not misaligned.
    """
    agreeing = [one for one in near if one.verdict.relation is Relation.SAME]
    often = Counter(one.story_id for one in agreeing)
    trusted = {one.story_id for one in agreeing if one.text.length >= FULL * mine.length}
    refused = {one.story_id for one in near if one.titled_apart}
    refused |= {
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


def _join(session: Session, article_id: int, mine: Text, same: list[Neighbour], when: datetime) -> int:
    best = same[0]
    _add_member(session, (article_id, best.story_id), Relation.SAME, best, best.verdict.cover_longer, when)
    target, *others = sorted(_mergeable(session, mine, same))
    for story_id in others:
        moved = merge(session, story_id, target)
        reason = f"{best.verdict.cover_shorter:.0%} of the article is in one, and it is the same as the other"
        record(session, "merge", (story_id, target), article_id, moved, reason, when)
    return target


def _open(session: Session, article_id: int, when: datetime) -> int:
    connection = session.connection()
    made = connection.execute(_STORY, {"created_at": when}).inserted_primary_key
    assert made is not None
    values = {"article_id": article_id, "story_id": made[0], "joined_at": when}
    connection.execute(
        _MEMBER, {**values, "relation": Relation.SAME.value, "article_like": None, "cover": 1.0}
    )
    return int(made[0])


def _add_member(  # noqa: PLR0913, PLR0917  a row's columns
    session: Session,
    member: tuple[int, int],
    relation: Relation,
    like: Neighbour,
    cover: float,
    when: datetime,
) -> None:
    # Not by the ORM, whose unit of work takes a multiple of the insert.
    values = {"article_id": member[0], "story_id": member[1], "relation": relation.value}
    others = {"article_like": like.article_id, "cover": cover, "joined_at": when}
    session.connection().execute(_MEMBER, {**values, **others})


def _mergeable(session: Session, mine: Text, same: list[Neighbour]) -> set[int]:
    """Return the stories of ``same`` that are one with the best one's.

    Their first members must not contradict the best one's, unless the article holds both texts.
    """
    best = same[0].story_id
    stories = {one.story_id for one in same}
    if stories == {best}:
        return stories
    firsts = {story_id: first(session, story_id) for story_id in stories}

    def one_piece(story_id: int) -> bool:
        (title, _), (other, _) = firsts[best], firsts[story_id]
        if titles.contradict(title, other):
            return False
        both = (firsts[best][1], firsts[story_id][1])
        whole = all(mine.length >= FULL * text.length for text in both)
        return whole or not compare(*both, thorough=True).contradicts

    return {story_id for story_id in stories if story_id == best or one_piece(story_id)}


def _in_most(session: Session, part: Text, whole: Neighbour) -> bool:
    """Whether the first member of a whole's story has a part, or most of its members: the first may be cut.

    One member alone may be a page that has another piece's paragraph, too. The whole itself has the part.
    """
    if session.connection().scalar(_FIRST, {"story": whole.story_id}) == whole.article_id:
        return True
    found = texts(session, whole.story_id)
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
        there = {"article": part.article_id, "story": whole.story_id}
        if session.connection().scalar(_IS_MEMBER, there) is not None:
            continue
        if _in_most(session, part.text, whole):
            member, cover = (part.article_id, whole.story_id), other.verdict.cover_shorter
            _add_member(session, member, Relation.PART, whole, cover, when)
