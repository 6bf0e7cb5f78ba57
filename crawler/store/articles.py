"""Keeping an article: new, changed or the same; nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crawler.page.address import canonical_url
from crawler.store import search, stories
from crawler.store.fingerprints import plain
from crawler.store.models import Article, Portal, Section, Version
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler import items


class Outcome(StrEnum):
    """What keeping an article came to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


class Change(StrEnum):
    """What a version is: the first, one with other punctuation only, or one with other words."""

    FIRST = "first"
    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an article.

    ``change`` is the newest version's, ``None`` if the text was the same. ``reprint`` says that a new article
    joined a story that was known; ``added`` holds the lines of the canonical title and body that were not in
    the version before (all of them for a new article).
    """

    outcome: Outcome
    article_id: int
    version_id: int
    story_id: int
    change: Change | None = None
    reprint: bool = False
    added: str = ""


def save(session: Session, article: items.Article) -> Saved:
    """Keep ``article``, whose canonical fields must be filled, within the session's transaction.

    Its canonical URL decides whether it is known; a text that differs after folding makes a version.
    """
    address = canonical_url(article.url)
    portal_id = _portal(session, article)
    known = session.scalar(select(Article).where(Article.address == address).with_for_update())
    if known is None:
        row = _insert_article(session, address, portal_id, article)
        if row is not None:
            return _first(session, row, article)
        # Another process stored it since the query.
        known = session.scalars(select(Article).where(Article.address == address).with_for_update()).one()
    return _again(session, known, article)


def digest(article: items.Article) -> str:
    """Return the hash of what makes a version: folded title and body, and the attachments in order."""
    attached = "\n".join(f"{canonical(one.name)}\t{one.url}" for one in article.attachments)
    parts = (*map(_folded, (article.canonical_title, article.canonical_body)), attached)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _storable(text: str) -> str:
    """Return ``text`` without what no database keeps: NUL (PostgreSQL) and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _folded(text: str) -> str:
    return "".join(text.split())


def _first(session: Session, row: Article, article: items.Article) -> Saved:
    version = _add_version(session, row, article, Change.FIRST)
    title, body = version.canonical_title, version.canonical_body
    search.add(session, row.id, title, body)
    placed = stories.place(session, row.id, title, body, at=article.fetched)
    return Saved(
        Outcome.NEW,
        row.id,
        version.id,
        placed.story_id,
        Change.FIRST,
        reprint=placed.reprint,
        added=f"{title}\n{body}",
    )


def _again(session: Session, row: Article, article: items.Article) -> Saved:
    newest = session.scalars(
        select(Version).where(Version.article_id == row.id, Version.number == row.latest)
    ).one()
    story_id = stories.story_of(session, row.id)
    assert story_id is not None, "a stored article has a story: both are written in one transaction"
    row.last_seen = max(row.last_seen, article.fetched)
    if newest.digest == digest(article):
        session.flush()
        return Saved(Outcome.SAME, row.id, newest.id, story_id)
    change = _change(newest, article)
    row.latest += 1
    _describe(row, article)
    version = _add_version(session, row, article, change)
    search.remove(session, row.id, newest.canonical_title, newest.canonical_body)
    search.add(session, row.id, version.canonical_title, version.canonical_body)
    stories.reindex(session, row.id, newest.canonical_body, version.canonical_body)
    old = {newest.canonical_title, *newest.canonical_body.split("\n")}
    lines = (article.canonical_title, *article.canonical_body.split("\n"))
    added = "\n".join(line for line in lines if line not in old)
    return Saved(Outcome.CHANGED, row.id, version.id, story_id, change, added=added)


def _change(newest: Version, article: items.Article) -> Change:
    before = plain(f"{newest.canonical_title}\n{newest.canonical_body}").lower()
    after = plain(f"{article.canonical_title}\n{article.canonical_body}").lower()
    same_files = [one["url"] for one in newest.attachments] == [one.url for one in article.attachments]
    return Change.MINOR if before == after and same_files else Change.MAJOR


def _insert_article(session: Session, address: str, portal_id: int, article: items.Article) -> Article | None:
    """Return the new row, ``None`` if the address is taken."""
    described = Article()
    _describe(described, article)
    values = {
        "portal_id": portal_id,
        "section_id": _section(session, portal_id, article),
        "address": address,
        "state": "live",
        "latest": 1,
        "first_seen": article.fetched,
        "last_seen": article.fetched,
        **{name: getattr(described, name) for name in _DESCRIBED},
    }
    if not _insert_missing(session, Article, values):
        return None
    return session.scalars(select(Article).where(Article.address == address)).one()


_DESCRIBED = ("url", "title", "source", "published_at", "published_precision", "published_raw")


def _describe(row: Article, article: items.Article) -> None:
    row.url = article.url
    row.title = _storable(article.title)
    row.source = None if article.source is None else _storable(article.source)
    row.published_at = article.published.at if article.published else None
    row.published_precision = article.published.precision.value if article.published else None
    row.published_raw = _storable(article.published.raw) if article.published else None


def _add_version(session: Session, row: Article, article: items.Article, change: Change) -> Version:
    version = Version(
        article_id=row.id,
        number=row.latest,
        change=change.value,
        digest=digest(article),
        fetched_at=article.fetched,
        title=_storable(article.title),
        body=_storable(article.body),
        canonical_title=_storable(article.canonical_title),
        canonical_body=_storable(article.canonical_body),
        source=None if article.source is None else _storable(article.source),
        canonical_source=None if article.canonical_source is None else _storable(article.canonical_source),
        abstract=_storable(article.abstract),
        document_number=_storable(article.document_number),
        authors=list(article.authors),
        editors=list(article.editors),
        section=list(article.section),
        attachments=[asdict(one) for one in article.attachments],
        images=[asdict(one) for one in article.images],
        charset=article.charset,
        charset_reason=_storable(article.charset_reason),
        origins=dict(article.origins),
        repairs=[asdict(one) for one in article.repairs],
        flags=list(article.flags),
        dropped=[asdict(one) for one in article.dropped],
    )
    session.add(version)
    session.flush()
    return version


def _portal(session: Session, article: items.Article) -> int:
    query = select(Portal.id).where(Portal.name == article.portal)
    found = session.scalar(query)
    if found is None:
        _insert_missing(session, Portal, {"name": article.portal, "first_seen": article.fetched})
        found = session.scalars(query).one()
    return found


def _section(session: Session, portal_id: int, article: items.Article) -> int | None:
    if not article.list_url:
        return None
    url = canonical_url(article.list_url)
    query = select(Section.id).where(Section.portal_id == portal_id, Section.url == url)
    found = session.scalar(query)
    if found is None:
        name = _storable(article.section[-1]) if article.section else ""
        values = {"portal_id": portal_id, "url": url, "name": name, "first_seen": article.fetched}
        _insert_missing(session, Section, values)
        found = session.scalars(query).one()
    return found


def _insert_missing(
    session: Session, model: type[Article | Portal | Section], values: dict[str, Any]
) -> bool:
    """Insert a row unless another process did; return whether it was inserted."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(model).values(values).on_conflict_do_nothing().returning(model.id)
    return session.execute(statement).first() is not None
