"""Which feeds there are, and their documents: one a watch, one a portal that alerted, one of all alerts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.alerts.alerted import Wanted, listed
from crawler.alerts.atom import atom
from crawler.alerts.feed import TAG, Feed
from crawler.alerts.jsonfeed import jsonfeed
from crawler.alerts.rss import rss
from crawler.store.models import Alert, Article, Portal, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.alerts.alerted import Alerted

ENTRIES = 100
"""The most entries of a page of a feed."""
ALL = "_all"
PORTALS = "_portals"
FORMATS: dict[str, Callable[[Feed, Sequence[Alerted]], bytes]] = {"atom": atom, "rss": rss, "json": jsonfeed}
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where feeds are served: ``base`` is the address of their folder, ``web`` that of the web face.

    Both may be empty: addresses are relative then, and entries link to no stored version.
    """

    base: str = ""
    web: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed before its entries are read: what it is called and which alerts it has.

    ``born`` is when it was made or last made another one: it is no older than that.
    """

    path: str
    id: str
    title: str
    description: str
    born: datetime
    wanted: Wanted
    full_text: bool = False


def watch_source(watch: Watch) -> Source:
    """Return the feed of a watch."""
    return Source(
        path=watch.name,
        id=f"{TAG}:watch/{watch.uid}",
        title=f"portalwatch: {watch.name}",
        description=f"Stories that match: {watch.query}",
        born=max(watch.created_at, watch.changed_at),
        wanted=Wanted(watch.id),
        full_text=bool(watch.full_text),
    )


def portal_source(portal: Portal) -> Source:
    """Return the feed of a portal: what its articles alerted, whichever the watch."""
    return Source(
        path=f"{PORTALS}/{portal.name}",
        id=f"{TAG}:portal/{portal.name}",
        title=f"portalwatch: alerts of {portal.name}",
        description=f"What watches found on the portal {portal.name}",
        born=portal.first_seen,
        wanted=Wanted(portal=portal.name),
    )


def all_source(session: Session) -> Source | None:
    """Return the feed of all alerts, ``None`` before there is a watch."""
    born = session.scalar(select(func.min(Watch.created_at)))
    if born is None:
        return None
    return Source(ALL, f"{TAG}:all", "portalwatch", "What any watch found", born, Wanted())


def sources(session: Session) -> list[Source]:
    """Return all feeds: of everything, of the watches, of the portals that alerted."""
    every = all_source(session)
    watches = session.scalars(select(Watch).order_by(Watch.name))
    alerted = select(Article.portal_id).join(Alert, Alert.article_id == Article.id)
    portals = session.scalars(select(Portal).where(Portal.id.in_(alerted)).order_by(Portal.name))
    return [
        *([every] if every else []),
        *map(watch_source, watches),
        *map(portal_source, portals),
    ]


def source(session: Session, path: str) -> Source | None:
    """Return the feed at ``path``, ``None`` if there is none."""
    if path == ALL:
        return all_source(session)
    if path.startswith(f"{PORTALS}/"):
        name = path.removeprefix(f"{PORTALS}/")
        portal = session.scalar(select(Portal).where(Portal.name == name))
        return None if portal is None else portal_source(portal)
    watch = session.scalar(select(Watch).where(Watch.name == path))
    return None if watch is None else watch_source(watch)


def outline(of: Source, place: Place) -> Feed:
    """Return what a list of feeds says about a feed, and an empty feed; it looks at no alert."""
    return Feed(of.id, of.title, of.description, of.born, of.path, place.base, place.web)


def described(session: Session, of: Source, place: Place, page: int = 1) -> Feed:
    """Return what a page of a feed says about itself."""
    query = select(func.count(Alert.id), func.max(Alert.updated_at))
    if of.wanted.watch_id is not None:
        query = query.where(Alert.watch_id == of.wanted.watch_id)
    if of.wanted.portal:
        query = (
            query.join(Article, Article.id == Alert.article_id)
            .join(Portal, Portal.id == Article.portal_id)
            .where(Portal.name == of.wanted.portal)
        )
    count, updated = session.execute(query).one()
    return Feed(
        id=of.id,
        title=of.title,
        description=of.description,
        updated=max(updated, of.born) if updated else of.born,
        path=of.path,
        base=place.base,
        home=place.web,
        page=page,
        pages=max(1, -(-count // ENTRIES)),
    )


def entries(session: Session, of: Source, place: Place, page: int = 1) -> list[Alerted]:
    """Return the alerts of a page of a feed."""
    wanted = replace(of.wanted, offset=(page - 1) * ENTRIES, limit=ENTRIES)
    return listed(session, wanted, full_text=of.full_text, web=place.web)
