"""Searching the stored articles: the index names candidates, their texts decide, the best come first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, func, or_, select

from crawler.query import evaluate, regions
from crawler.query.excerpts import Excerpt, excerpts, marked
from crawler.query.syntax import And, Kind, Term, atoms
from crawler.store import answers
from crawler.store.articles import Change
from crawler.store.damage import logged, readable
from crawler.store.looks import Looking
from crawler.store.models import Article, Portal, Version
from crawler.store.ranking import score
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from crawler.query.search import Search
    from crawler.query.syntax import Atom, Query
    from crawler.store.packing import Content, PackingError

POOL = 200
"""So many of the newest articles that match are ranked; older ones come only where these are too few."""
CHUNK = 200
"""So many candidates are read at a time."""
NONE = (1, 0)
"""From one number to a lower one."""
NAMES = 4_096
"""So many names of portals and sections are remembered folded: thousands of articles share them."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article in a list; times are aware, UTC.

    ``terms`` are what of the query its newest text, the version number ``versions``, has; ``title_hits`` and
    ``excerpts`` show them.
    """

    article_id: int
    portal: str
    url: str
    title: str
    source: str | None
    published: datetime | None
    published_precision: str | None
    first_seen: datetime
    versions: int
    state: str
    title_hits: tuple[evaluate.Span, ...] = ()
    excerpts: tuple[Excerpt, ...] = field(default=(), compare=False)
    terms: tuple[Atom, ...] = field(default=(), compare=False)


# What a ``Found`` begins with. Columns, for making 200 objects of the ORM takes a tenth of a search.
_COLUMNS = (
    Article.id,
    Portal.name,
    Article.url,
    Article.title,
    Article.source,
    Article.published_at,
    Article.published_precision,
    Article.first_seen,
    Article.latest,
    Article.state,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    found: Found  # without what shows the words
    content: Content
    subject: evaluate.Subject

    @property
    def when(self) -> datetime:
        return self.found.published or self.found.first_seen


def best(
    session: Session,
    wanted: Search,
    *,
    limit: int,
    now: datetime,
    places: Mapping[str, str] | None = None,
) -> list[Found]:
    """Return at most ``limit`` articles, those first that say most of what is looked for and are newest.

    ``places`` maps portals to the regions they belong to, for ``region:``. Of very many matches the newest
    are ranked.
    """
    if wanted.query is None:
        return newest(session, wanted, limit=limit, places=places)
    pool: list[_Candidate] = []
    for candidate in _matching(session, wanted, places or {}, by_date=False):
        pool.append(candidate)
        if len(pool) >= max(POOL, limit):
            break
    words = atoms(wanted.query, wanted_only=True)
    pool.sort(key=lambda one: (score(one.subject, words, one.when, now), one.found.article_id), reverse=True)
    return [_found(one, words) for one in pool[:limit]]


def newest(
    session: Session, wanted: Search, *, limit: int | None = None, places: Mapping[str, str] | None = None
) -> list[Found]:
    """Return the articles that match, newest first by their date, or first sight where they have none."""
    return list(each(session, wanted, limit=limit, places=places))


def each(
    session: Session,
    wanted: Search,
    *,
    limit: int | None = None,
    places: Mapping[str, str] | None = None,
    damaged: Callable[[str, PackingError], None] = logged,
) -> Generator[Found, None, None]:
    """Yield what ``newest`` returns, one after another; to be closed before ``session`` if not used up.

    ``damaged`` is told the address of an article of which the record, and so whether it matches, cannot be
    read; it is left out.
    """
    words = atoms(wanted.query, wanted_only=True) if wanted.query else []
    matching = _matching(session, wanted, places or {}, by_date=True, damaged=damaged)
    for number, candidate in enumerate(matching, start=1):
        yield _found(candidate, words)
        if number == limit:
            return


def subject(
    portal: str, content: Content, kind: str = "new", place: str = "", site: str = ""
) -> evaluate.Subject:
    """Return what a query is asked about a stored text; ``place`` is the region of its portal."""
    return evaluate.Subject(
        title=content.canonical_title.lower(),
        body=content.canonical_body.lower(),
        source=(content.canonical_source or "").lower(),
        portals=tuple(_folded(name) for name in (portal, site) if name),
        section="\n".join(map(_folded, content.section)),
        kind=kind,
        region=regions.code(place) if place else "",
    )


@lru_cache(maxsize=NAMES)
def _folded(name: str) -> str:
    return canonical(name).lower()


def _matching(
    session: Session,
    wanted: Search,
    places: Mapping[str, str],
    *,
    by_date: bool,
    damaged: Callable[[str, PackingError], None] = logged,
) -> Iterator[_Candidate]:
    """Yield the articles that match, by date or (faster) by when they were stored, the newest first."""
    when = func.coalesce(Article.published_at, Article.first_seen)
    portals = _portals(session, wanted.query)
    query = _filtered(wanted, portals)
    looking = Looking()
    if by_date:
        hits = answers.condition(session, wanted.query) if wanted.query else None
        filtered = query if hits is None else query.where(hits)
        portions = iter([filtered.order_by(when.desc(), Article.id.desc())])
    else:
        looking.within = partial(_bounds, session, wanted) if wanted.since or wanted.until else None
        looking.own = None if portals is None else partial(_own, session, portals)
        portions = answers.portions(session, query, wanted.query, looking)
    for portion in portions:
        with session.execute(portion.execution_options(yield_per=CHUNK)) as rows:
            for *columns, packed, edited in rows:
                looking.read += 1
                found = Found(*columns)
                content = readable(packed, found.url, damaged)
                if content is None:
                    continue
                kind, place = _kind(found.state, edited=edited), places.get(found.portal, "")
                asked = subject(found.portal, content, kind, place)
                if wanted.query is None or evaluate.matches(wanted.query, asked):
                    looking.matched += 1
                    yield _Candidate(found, content, asked)


def _bounds(session: Session, wanted: Search) -> tuple[int, int]:
    """Return the lowest and the highest number of the articles of a time.

    Articles are numbered as they are stored, mostly in the order of their dates: the index need not be asked
    for those of all other times.
    """
    # A sum, lest PostgreSQL go through all articles by number until it finds one of the time.
    number = Article.id + 0
    lowest, highest = session.execute(select(func.min(number), func.max(number)).where(*_times(wanted))).one()
    return NONE if lowest is None else (lowest, highest)


def _times(wanted: Search) -> Iterator[ColumnElement[bool]]:
    when = func.coalesce(Article.published_at, Article.first_seen)
    if wanted.since is not None:
        yield when >= wanted.since
    if wanted.until is not None:
        yield when < wanted.until


def _own(session: Session, portals: Sequence[int], most: int) -> Iterator[int]:
    """Yield the numbers of the articles of some portals, up to one, those that were seen last first."""
    ids = select(Article.id).where(Article.portal_id.in_(portals), Article.id <= most)
    ids = ids.order_by(Article.first_seen.desc(), Article.id.desc())
    connection = session.connection()
    # In portions, for PostgreSQL sorts all that a cursor may ask for.
    found = connection.scalars(ids.limit(CHUNK)).all()
    while found:
        yield from found
        seen = connection.scalar(select(Article.first_seen).where(Article.id == found[-1]))
        earlier = or_(Article.first_seen < seen, Article.id < found[-1])
        following = ids.where(Article.first_seen <= seen, earlier).limit(2 * len(found))
        found = connection.scalars(following).all()


def _filtered(wanted: Search, portals: Sequence[int] | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(*_COLUMNS, Version.packed, _edited(wanted.query))
        .select_from(Article)
        .join(Portal, Portal.id == Article.portal_id)
        .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
    )
    query = query.where(*_times(wanted))
    return query if portals is None else query.where(Article.portal_id.in_(portals))


def _portals(session: Session, query: Query | None) -> list[int] | None:
    """Return the numbers of the portals that every match must be of, ``None`` if it may be of any."""
    parts = query.of if isinstance(query, And) else (query,)
    names = {part.text for part in parts if isinstance(part, Term) and part.field == "portal"}
    if not names:
        return None
    called = [func.lower(Portal.name) == name for name in names]
    return list(session.scalars(select(Portal.id).where(*called)))


def _edited(query: Query | None) -> ColumnElement[bool]:
    """Return whether an article was changed in its words, where ``query`` asks; no version else tells it."""
    if query is None or not any(isinstance(atom, Kind) for atom in atoms(query)):
        return false()
    edits = select(Version.id).where(Version.article_id == Article.id, Version.change == Change.MAJOR.value)
    return edits.correlate(Article).exists()


def _kind(state: str, *, edited: bool) -> str:
    if state == "withdrawn":
        return "withdrawn"
    return "changed" if edited else "new"


def _found(one: _Candidate, words: list[Atom]) -> Found:
    in_title = [atom for atom in words if getattr(atom, "field", None) in {None, "title", "region"}]
    return replace(
        one.found,
        title_hits=marked(one.found.title, in_title) if in_title else (),
        excerpts=tuple(excerpts(one.content.body.split("\n"), words)) if words else (),
        terms=tuple(word for word in words if evaluate.has(word, one.subject)),
    )
