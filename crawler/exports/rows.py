"""The rows of an export, streamed: memory does not grow with the number of articles."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.exports.columns import Row
from crawler.store import finding
from crawler.store.models import Article, Portal, Section, StoryMember, Version
from crawler.store.packing import PackingError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from typing import Any

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from crawler.query.search import Search

CHUNK = 200
"""So many articles are read at a time."""
_WHEN = func.coalesce(Article.published_at, Article.first_seen)


def rows(
    session: Session,
    wanted: Search,
    *,
    versions: bool,
    damaged: Callable[[str, PackingError], None],
    places: Mapping[str, str] | None = None,
) -> Generator[Row, None, None]:
    """Yield the articles that match, the newest first; with ``versions`` all of each, from the first on.

    To be closed before ``session`` if not used up.
    ``damaged`` is told the address of a version whose record cannot be read; it is left out. ``places``
    maps portals to the regions they belong to, for ``region:``.
    """
    ids = _ids(session, wanted, places, damaged)
    while chunk := list(islice(ids, CHUNK)):
        query = _rows(versions=versions).where(Article.id.in_(chunk)).execution_options(yield_per=CHUNK)
        for article, version, portal, region, list_url, story in session.execute(query):
            try:
                content = version.content
            except PackingError as error:
                damaged(article.url, error)
                continue
            yield Row(article, version, content, portal, region, list_url, story)


def count(session: Session, wanted: Search, *, versions: bool) -> int | None:
    """Return how many rows there will be, ``None`` if that shows only on the way (there is a query)."""
    if wanted.query is not None:
        return None
    query = select(func.sum(Article.latest) if versions else func.count())
    return session.scalar(_bounded(query.select_from(Article), wanted)) or 0


def _ids(
    session: Session,
    wanted: Search,
    places: Mapping[str, str] | None,
    damaged: Callable[[str, PackingError], None],
) -> Iterator[int]:
    if wanted.query is not None:
        return (one.article_id for one in finding.each(session, wanted, places=places, damaged=damaged))
    query = _bounded(select(Article.id), wanted).order_by(_WHEN.desc(), Article.id.desc())
    return iter(session.scalars(query.execution_options(yield_per=CHUNK)))


def _bounded(query: Select[Any], wanted: Search) -> Select[Any]:
    if wanted.since is not None:
        query = query.where(wanted.since <= _WHEN)
    if wanted.until is not None:
        query = query.where(wanted.until > _WHEN)
    return query


def _rows(*, versions: bool) -> Select[Article, Version, str, str, str, int]:
    query = (
        select(Article, Version, Portal.name, Portal.region, Section.url, StoryMember.story_id)
        .join(Version, Version.article_id == Article.id)
        .join(Portal, Portal.id == Article.portal_id)
        .outerjoin(Section, Section.id == Article.section_id)
        .outerjoin(StoryMember, (StoryMember.article_id == Article.id) & (StoryMember.relation == "same"))
        .order_by(_WHEN.desc(), Article.id.desc(), Version.number)
    )
    return query if versions else query.where(Version.number == Article.latest)
