"""Alerts as rows of the database, written in the transaction of the article that caused them.

One alert a story and watch; an article that joins the story later raises its count of reprints. A major
change whose added text matches alerts once more, as changed; a minor one never does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from crawler.alerts.excerpts import excerpts
from crawler.store import stories
from crawler.store.articles import Change, Outcome
from crawler.store.models import Alert, Article, Portal, Version, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler import items
    from crawler.alerts.matching import Match
    from crawler.store.articles import Saved

NEW = "new"
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert as people read it; times are aware, UTC; ``first_source`` is the story's."""

    uid: str
    kind: str
    title: str
    url: str
    portal: str
    source: str | None
    first_source: str | None
    words: tuple[str, ...]
    excerpts: tuple[str, ...]
    reprints: int
    published: datetime | None
    found: datetime
    updated: datetime


def record(
    session: Session,
    saved: Saved,
    article: items.Article,
    matches: Sequence[Match],
    watch_ids: Mapping[str, int],
) -> int:
    """Write what ``article`` means for the watches; return how many alerts are new."""
    if saved.outcome is Outcome.SAME or saved.change is Change.MINOR:
        return 0
    told = {
        (alert.watch_id, alert.occasion): alert
        for alert in session.scalars(select(Alert).where(Alert.story_id == saved.story_id))
    }
    if saved.reprint:
        for alert in told.values():
            alert.reprints += 1
            _touch(alert, article.fetched)
    written = 0
    there = _still_there(session, [watch_ids[match.watch] for match in matches])
    for match in matches:
        watch_id = watch_ids[match.watch]
        if watch_id not in there:
            continue
        changed = saved.outcome is Outcome.CHANGED
        if changed and not any(term.found_in(saved.added.lower()) for term in match.terms):
            continue
        if (watch_id, NEW) not in told:
            occasion = NEW
        elif changed:
            occasion = f"{CHANGED}:{saved.version_id}"
        else:
            continue
        session.add(_alert(saved, article, match, watch_id, occasion))
        written += 1
    session.flush()
    return written


def listed(session: Session, watch_id: int, limit: int | None = None) -> list[Alerted]:
    """Return the alerts of a watch, the one that changed last first."""
    query = (
        select(Alert, Version, Article, Portal.name)
        .join(Version, Version.id == Alert.version_id)
        .join(Article, Article.id == Alert.article_id)
        .join(Portal, Portal.id == Article.portal_id)
        .where(Alert.watch_id == watch_id)
        .order_by(Alert.updated_at.desc(), Alert.id.desc())
        .limit(limit)
    )
    return [
        Alerted(
            uid=alert.uid,
            kind=alert.kind,
            title=version.title,
            url=article.url,
            portal=portal,
            source=version.source,
            first_source=_first_source(session, alert, version),
            words=tuple(alert.words),
            excerpts=tuple(alert.excerpts),
            reprints=alert.reprints,
            published=article.published_at,
            found=alert.created_at,
            updated=alert.updated_at,
        )
        for alert, version, article, portal in session.execute(query)
    ]


def _still_there(session: Session, watch_ids: Sequence[int]) -> set[int]:
    # A watch may be removed while a crawl is under way.
    if not watch_ids:
        return set()
    return set(session.scalars(select(Watch.id).where(Watch.id.in_(watch_ids))))


def _first_source(session: Session, alert: Alert, version: Version) -> str | None:
    if not alert.reprints:
        return version.source
    members = [member for member, relation in stories.members(session, alert.story_id) if relation == "same"]
    return members[0].source if members else version.source


def _alert(saved: Saved, article: items.Article, match: Match, watch_id: int, occasion: str) -> Alert:
    kind = CHANGED if saved.outcome is Outcome.CHANGED else NEW
    return Alert(
        uid=str(uuid4()),
        watch_id=watch_id,
        story_id=saved.story_id,
        article_id=saved.article_id,
        version_id=saved.version_id,
        occasion=occasion,
        kind=kind,
        words=list(match.words),
        excerpts=excerpts([block.text for block in article.blocks], match.terms),
        reprints=0,
        created_at=article.fetched,
        updated_at=article.fetched,
        fed=False,
    )


def _touch(alert: Alert, at: datetime) -> None:
    alert.updated_at = max(alert.updated_at, at)
    alert.fed = False
