"""Alerts as people read them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.store.models import Alert, Article, Portal, Section, StoryMember, Version, Watch
from crawler.store.packing import Content, PackingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert as people read it; times are aware, UTC; ``first_source`` is the story's.

    ``kind`` is ``new``, ``changed``, ``withdrawn`` or ``reprint`` (the story was known, to the watch it is
    new). ``body`` is the text as read where it was asked for; ``stored_url`` the address of the stored
    version, empty where nothing serves it.
    """

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
    published_precision: str | None = None
    section: str = ""
    watch: str = ""
    story_id: int = 0
    article_id: int = 0
    version: int = 1
    body: str = ""
    stored_url: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts: of one watch, of one portal, those of some ids (all empty: all), behind ``offset``."""

    watch_id: int | None = None
    portal: str = ""
    alert_ids: tuple[int, ...] | None = None
    offset: int = 0
    limit: int | None = None


def listed(session: Session, wanted: Wanted, *, full_text: bool = False, web: str = "") -> list[Alerted]:
    """Return alerts, the one that changed last first.

    ``web`` is the address of the web face (``http://host:port``), for links to the stored versions. Where the
    record of a version is damaged its alert stands without its text, and a line of the log says so.
    """
    query = (
        select(Alert, Version, Article, Portal.name, Section.name, Watch.name)
        .join(Version, Version.id == Alert.version_id)
        .join(Article, Article.id == Alert.article_id)
        .join(Portal, Portal.id == Article.portal_id)
        .join(Watch, Watch.id == Alert.watch_id)
        .outerjoin(Section, Section.id == Article.section_id)
        .order_by(Alert.updated_at.desc(), Alert.id.desc())
        .offset(wanted.offset)
        .limit(wanted.limit)
    )
    if wanted.watch_id is not None:
        query = query.where(Alert.watch_id == wanted.watch_id)
    if wanted.alert_ids is not None:
        query = query.where(Alert.id.in_(wanted.alert_ids))
    if wanted.portal:
        query = query.where(Portal.name == wanted.portal)
    rows = session.execute(query).all()
    contents = [_content(version, article) for _, version, article, *_ in rows]
    told = {row[0].story_id for row in rows if row[0].reprints or row[0].kind == "reprint"}
    firsts = first_sources(session, told)
    return [
        Alerted(
            uid=alert.uid,
            kind=alert.kind,
            title=version.title,
            url=article.url,
            portal=portal,
            source=content.source,
            first_source=firsts.get(alert.story_id) or content.source,
            words=tuple(alert.words),
            excerpts=tuple(alert.excerpts),
            reprints=alert.reprints,
            published=article.published_at,
            found=alert.created_at,
            updated=alert.updated_at,
            published_precision=article.published_precision,
            section=section or "",
            watch=watch,
            story_id=alert.story_id,
            article_id=article.id,
            version=version.number,
            body=content.body if full_text else "",
            stored_url=f"{web}/articles/{article.id}/versions/{version.number}" if web else "",
        )
        for (alert, version, article, portal, section, watch), content in zip(rows, contents, strict=True)
    ]


def _content(version: Version, article: Article) -> Content:
    """Return what a version keeps; where that is damaged, what stands beside it."""
    try:
        return version.content
    except PackingError as error:
        logger.error("The text of %s is missing: %s; `scrapy db check` finds all such", article.url, error)  # noqa: TRY400  one line
        return Content(title=version.title, source=article.source)


def first_sources(session: Session, story_ids: Iterable[int]) -> dict[int, str | None]:
    """Return the source of the first article of each story: of who published first, else was seen first."""
    wanted = list(story_ids)
    firsts: dict[int, str | None] = {}
    for start in range(0, len(wanted), 500):
        query = (
            select(StoryMember.story_id, Article.source)
            .join(Article, Article.id == StoryMember.article_id)
            .where(StoryMember.story_id.in_(wanted[start : start + 500]), StoryMember.relation == "same")
            .order_by(func.coalesce(Article.published_at, Article.first_seen), Article.id)
        )
        for story_id, source in session.execute(query):
            firsts.setdefault(story_id, source)
    return firsts
