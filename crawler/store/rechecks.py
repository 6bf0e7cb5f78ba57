"""When articles are visited again, and what becomes of those that are gone or back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from crawler.store.models import Article, ArticleEvent, Portal, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

AGES = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72, 168, 720))
"""How long after its first sight an article is visited again: 1 h, 6 h, 1 d, 3 d, 7 d, 30 d."""
RECENT = AGES[-1]
"""An article that was published longer before its first sight is not visited again."""
PATIENCE = timedelta(hours=1)
"""How long a visit that brought nothing is put off."""
INTERVAL = timedelta(hours=1)
"""Between two looks that find an article gone, at least."""
LIVE, WITHDRAWN, RETURNED = "live", "withdrawn", "returned"


@dataclass(frozen=True, slots=True)
class Due:
    """An article that is to be visited again."""

    article_id: int
    address: str
    url: str
    section: str
    list_url: str


def first(seen: datetime, published: datetime | None) -> datetime | None:
    """Return when an article first seen at ``seen`` is visited again, ``None`` for never."""
    return None if published is not None and seen - published > RECENT else seen + AGES[0]


def following(seen: datetime, stage: int, at: datetime) -> tuple[int, datetime | None]:
    """Return the stage and the time of the visit behind one at ``at``; ages that are over are left out."""
    while stage < len(AGES) and seen + AGES[stage] <= at:
        stage += 1
    return stage, seen + AGES[stage] if stage < len(AGES) else None


def seen_again(connection: Connection, known: Any, at: datetime) -> dict[str, Any]:
    """Return the columns of the article ``known`` that change as it was read at ``at``; note a return."""
    values: dict[str, Any] = {}
    if known.next_check_at is not None and known.first_seen + AGES[min(known.check_stage, 5)] <= at:
        stage, moment = following(known.first_seen, known.check_stage, at)
        values |= {"check_stage": stage, "next_check_at": moment}
    if known.gone_seen_at is not None:
        values["gone_seen_at"] = None
    if known.state != LIVE:
        values["state"] = LIVE
        event = {"article_id": known.id, "at": at, "kind": RETURNED, "version": known.latest}
        connection.execute(insert(ArticleEvent).values(**event, reason="it can be read again"))
    return values


def claim(session: Session, portal: str, at: datetime, limit: int) -> list[Due]:
    """Return up to ``limit`` articles of ``portal`` that are due at ``at``, each put off by ``PATIENCE``."""
    query = (
        select(Article.id, Article.address, Article.url, Section.name, Section.url)
        .join(Portal, Portal.id == Article.portal_id)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(Portal.name == portal, Article.next_check_at <= at)
        .order_by(Article.next_check_at, Article.id)
        .limit(limit)
    )
    found = [Due(row[0], row[1], row[2], row[3] or "", row[4] or "") for row in session.execute(query)]
    ids = [one.article_id for one in found]
    if ids:
        session.execute(update(Article).where(Article.id.in_(ids)).values(next_check_at=at + PATIENCE))
    return found


def unchanged(session: Session, article_ids: Sequence[int], at: datetime) -> None:
    """Note that articles were seen at ``at`` as they were."""
    for row in _locked(session, article_ids):
        values = seen_again(session.connection(), row, at)
        session.execute(
            update(Article).where(Article.id == row.id).values(last_seen=max(row.last_seen, at), **values)
        )


def missing(
    session: Session, article_id: int, reason: str, at: datetime, interval: timedelta = INTERVAL
) -> bool:
    """Note that an article was found gone at ``at``; return whether it is withdrawn by that.

    It is at the second sight, ``interval`` after the first at the least; its last text stays.
    """
    row = next(iter(_locked(session, [article_id])), None)
    if row is None:
        return False
    stage, moment = following(row.first_seen, row.check_stage, at)
    values: dict[str, Any] = {"check_stage": stage, "next_check_at": moment}
    withdrawn = False
    if row.state == LIVE and row.gone_seen_at is None:
        values = {"gone_seen_at": at, "next_check_at": at + interval}
    elif row.state == LIVE and at - row.gone_seen_at < interval:
        values = {"next_check_at": row.gone_seen_at + interval}
    elif row.state == LIVE:
        values["state"], withdrawn = WITHDRAWN, True
        session.add(ArticleEvent(article_id=row.id, at=at, kind=WITHDRAWN, version=row.latest, reason=reason))
    session.execute(update(Article).where(Article.id == row.id).values(values))
    session.flush()
    return withdrawn


def _locked(session: Session, article_ids: Sequence[int]) -> Sequence[Any]:
    columns = (
        Article.id,
        Article.state,
        Article.latest,
        Article.first_seen,
        Article.last_seen,
        Article.check_stage,
        Article.next_check_at,
        Article.gone_seen_at,
    )
    return session.execute(select(*columns).where(Article.id.in_(article_ids)).with_for_update()).all()
