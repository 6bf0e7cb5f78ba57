"""Asking a watch about what is stored already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.alerts import outbox
from crawler.query.search import Search
from crawler.store import finding, turns
from crawler.store.models import StoryMember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.query.syntax import Query
    from crawler.store.connection import Database
    from crawler.store.finding import Found
    from crawler.store.models import Watch

BATCH = 100
"""So many articles are looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class Rematched:
    """How many stored articles a watch matches, of how many stories, and how many alerts were new."""

    articles: int
    stories: int
    alerts: int


def stories_of(session: Session, article_ids: Sequence[int]) -> dict[int, int]:
    """Return the story of each article, by article."""
    found: dict[int, int] = {}
    for start in range(0, len(article_ids), 500):
        query = select(StoryMember.article_id, StoryMember.story_id).where(
            StoryMember.article_id.in_(article_ids[start : start + 500]), StoryMember.relation == "same"
        )
        found.update((article_id, story_id) for article_id, story_id in session.execute(query))
    return found


def matched(
    session: Session, query: Query, *, since: datetime | None = None, places: Mapping[str, str] | None = None
) -> Iterator[Found]:
    """Yield the stored articles that ``query`` is true of, the newest first."""
    return finding.each(session, Search(query, since), places=places)


def rematch(  # noqa: PLR0913  what a query needs besides itself
    database: Database,
    watch: Watch,
    query: Query,
    *,
    at: datetime,
    since: datetime | None = None,
    places: Mapping[str, str] | None = None,
) -> Rematched:
    """Write the alerts that ``watch`` would have brought, had it been there; those that it brought stay.

    A story alerts once, by the first of its articles. The alerts go to the feeds; they are not sent.
    Raises ``DatabaseError``.
    """
    with database.reading() as session:
        found = list(matched(session, query, since=since, places=places))
        story = stories_of(session, [one.article_id for one in found])
    # The newest first came in; of a story the first source is to be alerted.
    found.sort(key=lambda one: (one.published or one.first_seen, one.article_id))
    firsts: dict[int, Found] = {}
    for one in found:
        firsts.setdefault(story.get(one.article_id, -one.article_id), one)
    told = list(firsts.values())
    written = 0
    for start in range(0, len(told), BATCH):
        with turns.writing(database) as session:
            for one in told[start : start + BATCH]:
                written += outbox.record_stored(session, watch, one, at=at)
    return Rematched(len(found), len(firsts), written)
