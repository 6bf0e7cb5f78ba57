"""Taking out what is old: whole stories with all that belongs to them, a few at a time.

A story goes when the last of its articles is old enough, so that none is left with a wrong first source.
One that a feed still shows, or has yet to show, stays. The addresses of pruned articles are kept, so that a
list which still names one does not bring it back as news.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update

from crawler.store import candidates, raw, search, turns
from crawler.store.connection import translated
from crawler.store.fingerprints import keys
from crawler.store.models import (
    Alert,
    Article,
    Delivery,
    PageState,
    Pruned,
    RawPage,
    Run,
    Story,
    StoryEvent,
    StoryMember,
    Version,
)
from crawler.store.packing import PackingError, unpack
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.store.database import Database

A_TIME = 100
"""So many stories go in one transaction …"""
RAW_A_TIME = 20_000_000
"""… or so many bytes of raw pages."""


class By(StrEnum):
    """What the age of an article is counted from."""

    PUBLISHED = "published"
    """Its date; the first sight where it has none."""
    SEEN = "seen"
    """The first sight."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes: what is from ``before`` (aware), and the oldest raw pages over ``raw_budget`` (bytes).

    ``feed`` is how many alerts the feed of a watch shows.
    """

    before: datetime
    by: By = By.PUBLISHED
    feed: int = 100
    raw_budget: int | None = None


@dataclass(slots=True)
class Pruning:
    """How much went, or would go; ``raw_pages`` take ``raw_bytes``, ``over_budget`` bytes are of others.

    ``shown`` stories stayed for a feed, ``damaged`` ones because a record could not be read.
    """

    stories: int = 0
    articles: int = 0
    versions: int = 0
    raw_pages: int = 0
    raw_bytes: int = 0
    alerts: int = 0
    runs: int = 0
    over_budget: int = 0
    shown: int = 0
    damaged: int = 0

    def add(self, other: Pruning) -> None:
        """Add the counts of ``other``."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def prune(database: Database, rule: Rule, *, dry: bool = False) -> Iterator[Pruning]:
    """Yield the counts after each transaction; with ``dry`` nothing is changed.

    A caller that stops in between leaves a whole database, and the next call goes on. Raises
    ``DatabaseError``.
    """
    total = Pruning()
    after = 0
    while True:
        with database.reading() if dry else turns.writing(database) as session:
            ids = list(session.scalars(_old_stories(rule, after)))
            if not ids:
                total.runs = _old_runs(session, rule, dry=dry)
                break
            total.add(_stories(session, ids, rule, dry=dry))
        yield total
        after = ids[-1]
    yield from _within_budget(database, rule, total, dry=dry)


def vacuum(database: Database) -> None:
    """Give the space of what was pruned back to the system. Raises ``DatabaseError``."""
    engine = database.engine
    with translated(database.url):
        if database.is_sqlite:
            connection = engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM")
            finally:
                connection.close()
        else:
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as outside:
                outside.execute(text("VACUUM (ANALYZE)"))


def _within_budget(database: Database, rule: Rule, total: Pruning, *, dry: bool) -> Iterator[Pruning]:
    with database.reading() as session:
        used = raw.stored(session.connection()) - (total.raw_bytes if dry else 0)
    goal = used if rule.raw_budget is None else rule.raw_budget
    if dry:
        total.over_budget = max(0, used - goal)
    while not dry and used > goal:
        with turns.writing(database) as session:
            left = raw.prune(session.connection(), max(goal, used - RAW_A_TIME))
        total.over_budget += used - left
        used = left
        yield total
    yield total


def _old_stories(rule: Rule, after: int) -> Any:
    date = (
        Article.first_seen if rule.by is By.SEEN else func.coalesce(Article.published_at, Article.first_seen)
    )
    member = and_(StoryMember.story_id == Story.id, StoryMember.relation == "same")
    young = exists().where(member, Article.id == StoryMember.article_id, date >= rule.before)
    return (
        select(Story.id)
        .where(Story.id > after, Story.merged_into.is_(None), exists().where(member), ~young)
        .order_by(Story.id)
        .limit(A_TIME)
    )


def _stories(session: Session, ids: Sequence[int], rule: Rule, *, dry: bool) -> Pruning:
    made = Pruning()
    shown = _shown(session, ids, rule)
    made.shown = len(shown)
    gone: list[int] = []
    for story_id in ids:
        if story_id in shown:
            continue
        articles = list(
            session.scalars(
                select(StoryMember.article_id).where(
                    StoryMember.story_id == story_id, StoryMember.relation == "same"
                )
            )
        )
        try:
            indexed = _indexed(session, articles)
        except PackingError:
            made.damaged += 1
            continue
        gone.append(story_id)
        made.add(_count(session, articles))
        if not dry:
            for article_id, title, body in indexed:
                search.remove(session, article_id, title, body)
                candidates.remove(session, article_id, keys(body))
            _remember(session, articles)
            _delete(session, story_id, articles)
    made.stories = len(gone)
    return made


def _shown(session: Session, ids: Sequence[int], rule: Rule) -> set[int]:
    """Return the stories with an alert that is young, or that a feed shows or has yet to show."""
    found: set[int] = set()
    query = (
        select(StoryMember.story_id, Alert)
        .join(Alert, Alert.article_id == StoryMember.article_id)
        .where(StoryMember.story_id.in_(ids), StoryMember.relation == "same")
    )
    for story_id, alert in session.execute(query):
        if story_id in found:
            continue
        newer = or_(
            Alert.updated_at > alert.updated_at,
            and_(Alert.updated_at == alert.updated_at, Alert.id > alert.id),
        )
        before = select(Alert.id).where(Alert.watch_id == alert.watch_id, newer).limit(rule.feed).subquery()
        ahead = session.scalar(select(func.count()).select_from(before)) or 0
        if not alert.fed or _waits(session, alert) or alert.updated_at >= rule.before or ahead < rule.feed:
            found.add(story_id)
    return found


def _waits(session: Session, alert: Alert) -> bool:
    """Return whether the alert has yet to be sent to somebody."""
    waiting = select(Delivery.id).where(Delivery.alert_id == alert.id, Delivery.state == "pending")
    return session.scalar(waiting.limit(1)) is not None


def _indexed(session: Session, articles: Sequence[int]) -> list[tuple[int, str, str]]:
    """Return what the articles were indexed by. Raises ``PackingError``."""
    query = (
        select(Article.id, Version.packed)
        .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
        .where(Article.id.in_(articles))
    )
    contents = [(article_id, unpack(packed)) for article_id, packed in session.execute(query)]
    return [(article_id, one.canonical_title, one.canonical_body) for article_id, one in contents]


def _count(session: Session, articles: Sequence[int]) -> Pruning:
    versions = select(Version.id).where(Version.article_id.in_(articles))
    pages = select(func.count(), func.coalesce(func.sum(RawPage.stored), 0)).where(
        RawPage.version_id.in_(versions)
    )
    raw_pages, raw_bytes = session.execute(pages).one()
    return Pruning(
        articles=len(articles),
        versions=_number(session, Version.article_id.in_(articles)),
        raw_pages=raw_pages,
        raw_bytes=raw_bytes,
        alerts=_number(session, Alert.article_id.in_(articles)),
    )


def _number(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0


def _remember(session: Session, articles: Sequence[int]) -> None:
    at = now()
    for address in session.scalars(select(Article.address).where(Article.id.in_(articles))).all():
        session.merge(Pruned(address=address, pruned_at=at))
    session.flush()


def _delete(session: Session, story_id: int, articles: Sequence[int]) -> None:
    """Delete a story, those merged into it, and its articles with what hangs on them."""
    family = [story_id, *_merged(session, story_id)]
    others = select(StoryMember.story_id).where(StoryMember.article_id.in_(articles))
    session.execute(
        update(StoryMember)
        .where(StoryMember.story_id.in_(others), StoryMember.article_like.in_(articles))
        .values(article_like=None)
        .execution_options(synchronize_session=False)
    )
    for statement in (
        delete(Alert).where(or_(Alert.article_id.in_(articles), Alert.story_id.in_(family))),
        delete(StoryMember).where(
            or_(StoryMember.article_id.in_(articles), StoryMember.story_id.in_(family))
        ),
        delete(StoryEvent).where(or_(StoryEvent.story_id.in_(family), StoryEvent.other_id.in_(family))),
        delete(Article).where(Article.id.in_(articles)),
        update(Story).where(Story.id.in_(family)).values(merged_into=None),
        delete(Story).where(Story.id.in_(family)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _merged(session: Session, story_id: int) -> list[int]:
    """Return the stories that were merged into one, and those merged into these."""
    found: list[int] = []
    step = [story_id]
    while step := list(session.scalars(select(Story.id).where(Story.merged_into.in_(step)))):
        step = [one for one in step if one not in found and one != story_id]
        found += step
    return found


def _old_runs(session: Session, rule: Rule, *, dry: bool) -> int:
    old = Run.started_at < rule.before  # one that was killed never finished
    number = _number(session, old)
    if not dry:
        session.execute(delete(Run).where(old))
        session.execute(delete(PageState).where(PageState.checked_at < rule.before))
    return number
