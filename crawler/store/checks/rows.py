"""Articles and stories: what must hold between rows that are all there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, func, or_, select, update

from crawler.store import candidates, stories, turns
from crawler.store.fingerprints import keys
from crawler.store.models import Alert, Article, Story, StoryEvent, StoryMember, Version
from crawler.store.packing import PackingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from crawler.store.checks.report import Report
    from crawler.store.database import Database

A_TIME = 200
_SAME = StoryMember.relation == "same"


def check(database: Database, report: Report) -> None:
    """Check the numbers of newest versions, the stories of articles, and the stories."""
    _newest(database, report)
    _without_story(database, report)
    _in_two_stories(database, report)
    _merged(database, report)
    _empty(database, report)


def _each(database: Database, report: Report, query: Any, deal: Callable[[Session, Any], None]) -> None:
    """Call ``deal`` with each row of ``query``, whose first column is a number that orders it."""
    first = query.selected_columns[0]
    after = 0
    while True:
        with turns.writing(database) if report.fix else database.reading() as session:
            rows = session.execute(query.where(first > after).order_by(first).limit(A_TIME)).all()
            for row in rows:
                deal(session, row)
        if not rows:
            return
        after = rows[-1][0]


def _newest(database: Database, report: Report) -> None:
    highest = (
        select(func.max(Version.number))
        .where(Version.article_id == Article.id)
        .correlate(Article)
        .scalar_subquery()
    )
    query = select(Article.id, Article.url, Article.latest, highest).where(
        Article.latest.is_distinct_from(highest)
    )

    def deal(session: Session, row: Any) -> None:
        article_id, url, latest, number = row
        if number is None:
            # An empty shell would keep the page from being read again.
            if report.fix:
                session.execute(delete(Article).where(Article.id == article_id))
            report.add(
                "articles", url, "it has no version; its next visit reads it anew", repaired=report.fix
            )
            return
        repaired = report.fix and _repoint(session, article_id, number)
        reason = f"its newest version is {number}, not {latest}"
        report.add("articles", url, reason, repaired=repaired)

    _each(database, report, query, deal)


def _repoint(session: Session, article_id: int, number: int) -> bool:
    """Make a version the newest and describe the article by it; return whether its record could be read."""
    version = session.scalars(
        select(Version).where(Version.article_id == article_id, Version.number == number)
    ).one()
    try:
        values = {"latest": number, "title": version.title, "source": version.source}
    except PackingError:
        return False
    session.execute(update(Article).where(Article.id == article_id).values(values))
    return True


def _without_story(database: Database, report: Report) -> None:
    member = exists().where(StoryMember.article_id == Article.id, _SAME)
    query = select(Article.id, Article.url).where(~member)

    def deal(session: Session, row: Any) -> None:
        repaired = report.fix and _place(session, row.id)
        report.add("articles", row.url, "it is in no story", repaired=repaired)

    _each(database, report, query, deal)


def _place(session: Session, article_id: int) -> bool:
    version = session.scalars(
        select(Version)
        .join(Article, (Article.id == Version.article_id) & (Article.latest == Version.number))
        .where(Article.id == article_id)
    ).one_or_none()
    if version is None:
        return False
    try:
        title, body = version.canonical_title, version.canonical_body
    except PackingError:
        return False
    candidates.remove(session, article_id, keys(body))  # placing it adds them
    session.execute(delete(StoryMember).where(StoryMember.article_id == article_id))
    stories.place(session, article_id, title, body)
    return True


def _in_two_stories(database: Database, report: Report) -> None:
    query = (
        select(StoryMember.article_id, func.min(StoryMember.story_id))
        .where(_SAME)
        .group_by(StoryMember.article_id)
        .having(func.count() > 1)
    )

    def deal(session: Session, row: Any) -> None:
        article_id, first = row
        if report.fix:
            mine = StoryMember.article_id == article_id
            session.execute(delete(StoryMember).where(mine, _SAME, StoryMember.story_id != first))
        url = session.scalar(select(Article.url).where(Article.id == article_id)) or f"article {article_id}"
        report.add("articles", url, "it is the same piece as two stories", repaired=report.fix)

    _each(database, report, query, deal)


def _merged(database: Database, report: Report) -> None:
    """Check that a merged story has no members and leads, in however many steps, to one that is not."""
    query = select(Story.id, Story.merged_into).where(Story.merged_into.is_not(None))

    def deal(session: Session, row: Any) -> None:
        where = f"story {row.id}"
        goal = _goal(session, row.id)
        if goal is None:
            if report.fix:
                session.execute(update(Story).where(Story.id == row.id).values(merged_into=None))
            report.add("stories", where, "it was merged into itself", repaired=report.fix)
        elif _has_members(session, row.id):
            if report.fix:
                _move(session, row.id, goal)
            report.add("stories", where, f"it has members that belong to story {goal}", repaired=report.fix)

    _each(database, report, query, deal)


def _goal(session: Session, story_id: int) -> int | None:
    seen: set[int] = set()
    at = story_id
    while at not in seen:
        seen.add(at)
        following = session.scalar(select(Story.merged_into).where(Story.id == at))
        if following is None:
            return at
        at = following
    return None


def _has_members(session: Session, story_id: int) -> bool:
    return (
        session.scalar(select(StoryMember.article_id).where(StoryMember.story_id == story_id).limit(1))
        is not None
    )


def _move(session: Session, story_id: int, goal: int) -> None:
    there = select(StoryMember.article_id).where(StoryMember.story_id == goal)
    mine = StoryMember.story_id == story_id
    double = mine & StoryMember.article_id.in_(there.scalar_subquery())
    session.execute(delete(StoryMember).where(double).execution_options(synchronize_session=False))
    session.execute(update(StoryMember).where(mine).values(story_id=goal))


def _empty(database: Database, report: Report) -> None:
    other = select(Story.merged_into).where(Story.merged_into.is_not(None))
    pointed = (
        exists().where(StoryMember.story_id == Story.id),
        exists().where(Alert.story_id == Story.id),
        exists().where(or_(StoryEvent.story_id == Story.id, StoryEvent.other_id == Story.id)),
        Story.id.in_(other),
    )
    query = select(Story.id).where(Story.merged_into.is_(None), and_(*(~one for one in pointed)))

    def deal(session: Session, row: Any) -> None:
        if report.fix:
            session.execute(delete(Story).where(Story.id == row.id))
        report.add("stories", f"story {row.id}", "nothing is in it", repaired=report.fix)

    _each(database, report, query, deal)
