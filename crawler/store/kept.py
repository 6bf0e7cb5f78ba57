"""The articles whose raw pages are kept, one after the other: for reading them again."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from crawler.store.articles import Change
from crawler.store.models import Article, Portal, RawPage, Section, Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

A_TIME = 20
"""Articles whose pages are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An article and the pages that its text was last fetched as, in the order of its parts.

    ``newest`` is the newest version, which may come of an earlier reading again; ``list_url`` is the section
    page that named the article, empty if none did.
    """

    portal: str
    article_id: int
    url: str
    list_url: str
    newest: Version
    pages: list[RawPage]


def chosen(
    session: Session, portal: str | None = None, since: datetime | None = None
) -> tuple[Sequence[int], int]:
    """Return the ids of the articles that have pages that are kept, and how many others have none.

    ``since`` (aware) leaves out those whose newest text was fetched before.
    """
    ids = _articles(Article.id, portal, since)
    every = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    kept = array("q", session.scalars(ids.where(_HAS_PAGES).order_by(Article.id)))  # 8 MB a million
    return kept, every - len(kept)


def portals(session: Session) -> list[str]:
    """Return the names of the portals of which anything is stored."""
    return list(session.scalars(select(Portal.name).order_by(Portal.name)))


def load(session: Session, ids: Sequence[int]) -> list[Kept]:
    """Return the articles of ``ids`` with their pages; one whose pages were pruned meanwhile is left out."""
    query = (
        _articles(Article, None, None)
        .add_columns(Portal.name, Section.url, Version.id)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(_HAS_PAGES, Article.id.in_(ids))
        .order_by(Article.id)
    )
    return [
        Kept(
            name,
            article.id,
            article.url,
            list_url or "",
            session.scalars(
                select(Version).where(Version.article_id == article.id, Version.number == article.latest)
            ).one(),
            list(
                session.scalars(
                    select(RawPage).where(RawPage.version_id == version_id).order_by(RawPage.part)
                )
            ),
        )
        for article, name, list_url, version_id in session.execute(query)
    ]


def pages(session: Session, portal: str | None = None, since: datetime | None = None) -> int:
    """Return how many raw pages ``each`` yields."""
    chosen = _pages(RawPage.version_id, portal, since)
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def each(session: Session, portal: str | None = None, since: datetime | None = None) -> Iterator[RawPage]:
    """Yield every raw page, older versions' too, in the order in which they were stored.

    ``since`` (aware) leaves out those that were fetched before.
    """
    query = _pages(RawPage, portal, since).order_by(RawPage.version_id, RawPage.part).limit(A_TIME)
    version_id = part = 0
    while True:
        same = (RawPage.version_id == version_id) & (RawPage.part > part)
        rows = session.scalars(query.where((RawPage.version_id > version_id) | same)).all()
        if not rows:
            return
        version_id, part = rows[-1].version_id, rows[-1].part
        session.expunge_all()
        yield from rows


def _pages(what: Any, portal: str | None, since: datetime | None) -> Select[Any]:
    query: Select[Any] = select(what).select_from(RawPage)
    if portal is not None:
        query = (
            query.join(Version, Version.id == RawPage.version_id)
            .join(Article, Article.id == Version.article_id)
            .join(Portal, Portal.id == Article.portal_id)
            .where(Portal.name == portal)
        )
    return query if since is None else query.where(RawPage.fetched_at >= since)


# What was read again has no page of its own: the page is that of the newest version that was fetched.
_FETCHED = (
    select(func.max(Version.number))
    .where(Version.article_id == Article.id, Version.change != Change.REREAD.value)
    .correlate(Article)
    .scalar_subquery()
)
_HAS_PAGES = exists().where(RawPage.version_id == Version.id)


def _articles(what: Any, portal: str | None, since: datetime | None) -> Select[Any]:
    query: Select[Any] = (
        select(what)
        .select_from(Article)
        .join(Portal, Portal.id == Article.portal_id)
        .join(Version, (Version.article_id == Article.id) & (Version.number == _FETCHED))
    )
    if portal is not None:
        query = query.where(Portal.name == portal)
    if since is not None:
        query = query.where(Version.fetched_at >= since)
    return query
