"""Keeping an article: new, changed or the same; nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from crawler.page.address import canonical_url
from crawler.store import rechecks, search, stories
from crawler.store.connection import DatabaseError
from crawler.store.models import Article, Version
from crawler.store.noise import same_words
from crawler.store.packing import Content, PackingError, pack, unpack
from crawler.store.places import Places, insert_missing
from crawler.store.raw import RawBudget, is_kept
from crawler.store.storable import storable
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from crawler import items


class Outcome(StrEnum):
    """What keeping an article came to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CORRECTED = "corrected"
    """The page is the same, its text is not: it is read by other rules now."""


class Change(StrEnum):
    """What a version is: the first, one with other punctuation or counters only, or one with other words.

    ``reread`` is no change of the page: it was read again with other rules, on request
    (``crawler.store.corrections``) or because it was fetched again and had the same bytes.
    """

    FIRST = "first"
    MINOR = "minor"
    MAJOR = "major"
    REREAD = "reread"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an article.

    ``change`` is the newest version's, ``None`` if the text was the same. ``reprint`` says that a new article
    joined a story that was known; ``added`` holds the lines of the canonical title and body that were not in
    the version before (all of them for a new article), ``before`` all lines of that version.
    """

    outcome: Outcome
    article_id: int
    version_id: int
    story_id: int
    change: Change | None = None
    reprint: bool = False
    added: str = ""
    before: str = ""

    @property
    def tells(self) -> bool:
        """Whether something happened at the portal that a watch may want to know."""
        return self.change in {Change.FIRST, Change.MAJOR}


class Saver:
    """Keeps articles, and remembers between them what the next one is likely to need.

    After a transaction that was not committed, ``forget``: what is remembered may not be there.
    """

    def __init__(self, raw_budget: int = 0, *, batched: bool = False) -> None:
        self._batched = batched
        self._search = search.Changes()
        self._places = Places()
        self._raw = RawBudget(raw_budget)

    def forget(self) -> None:
        """Let go of what is remembered."""
        self._places.forget()
        self._raw.forget()
        self._search.forget()

    def finish(self, session: Session) -> None:
        """Write what was put off to the end of a batch's transaction; call it before the commit."""
        self._search.write(session)

    def save(self, session: Session, article: items.Article) -> Saved:
        """Keep ``article``, whose canonical fields must be filled, within the session's transaction.

        Its canonical URL decides whether it is known; a text that differs after folding makes a version.
        """
        connection = session.connection()
        address = canonical_url(article.url)
        known = connection.execute(_KNOWN, {"address": address}).first()
        if known is None:
            article_id = self._insert(connection, address, article)
            if article_id is not None:
                return self._first(session, article_id, article)
            # Another process stored it since the query.
            known = connection.execute(_KNOWN, {"address": address}).one()
        return self._again(session, known, article)

    def _insert(self, connection: Connection, address: str, article: items.Article) -> int | None:
        portal_id = self._places.portal(connection, article)
        values = {
            "portal_id": portal_id,
            "section_id": self._places.section(connection, portal_id, article),
            "address": address,
            "state": "live",
            "latest": 1,
            "first_seen": article.fetched,
            "last_seen": article.fetched,
            "next_check_at": rechecks.first(article.fetched, described(article)["published_at"]),
            **described(article),
        }
        return insert_missing(connection, Article, values)

    def _first(self, session: Session, article_id: int, article: items.Article) -> Saved:
        kept = content(article)
        version_id = self._add_version(session, article_id, article, kept, number=1, change=Change.FIRST)
        title, body = kept.canonical_title, kept.canonical_body
        self._search.add(article_id, title, body)
        if not self._batched:
            self.finish(session)
        placed = stories.place(session, article_id, title, body, at=article.fetched)
        return Saved(
            Outcome.NEW,
            article_id,
            version_id,
            placed.story_id,
            Change.FIRST,
            reprint=placed.reprint,
            added=f"{title}\n{body}",
        )

    def _again(self, session: Session, known: Any, article: items.Article) -> Saved:
        connection = session.connection()
        story_id = stories.story_of(session, known.id)
        assert story_id is not None, "a stored article has a story: both are written in one transaction"
        seen = max(known.last_seen, article.fetched)
        if known.digest == digest(article):
            if seen != known.last_seen:
                connection.execute(_SEEN, {"article": known.id, "last_seen": seen})
            if again := rechecks.seen_again(connection, known, article.fetched):
                connection.execute(update(Article).where(Article.id == known.id).values(again))
            return Saved(Outcome.SAME, known.id, known.version_id, story_id)
        old, new = self._newest(connection, known, article.url), content(article)
        if is_kept(connection, known.id, article.raw):
            outcome, change = Outcome.CORRECTED, Change.REREAD
        else:
            same = same_words(_text(old), known.fetched_at, _text(new), article.fetched)
            minor = same and _files(old) == _files(new)
            outcome, change = Outcome.CHANGED, Change.MINOR if minor else Change.MAJOR
        values = {"latest": known.latest + 1, "last_seen": seen, **described(article)}
        values |= rechecks.seen_again(connection, known, article.fetched)
        connection.execute(update(Article).where(Article.id == known.id).values(values))
        version_id = self._add_version(
            session, known.id, article, new, number=known.latest + 1, change=change
        )
        self._search.remove(known.id, old.canonical_title, old.canonical_body)
        self._search.add(known.id, new.canonical_title, new.canonical_body)
        if not self._batched:
            self.finish(session)
        story_id = stories.reindex(
            session,
            known.id,
            old.canonical_body,
            new.canonical_body,
            title=new.canonical_title,
            at=article.fetched,
        )
        return Saved(
            outcome, known.id, version_id, story_id, change, added=_added(old, new), before=_text(old)
        )

    def _newest(self, connection: Connection, known: Any, url: str) -> Content:
        try:
            return unpack(connection.execute(_PACKED, {"version": known.version_id}).scalar_one())
        except PackingError as error:
            # What search and stories have of the old text cannot be taken out without it.
            message = f"version {known.latest} of {url}: {error}; see `scrapy db check`"
            raise DatabaseError(message) from error

    def _add_version(  # noqa: PLR0913  a row with many columns
        self,
        session: Session,
        article_id: int,
        article: items.Article,
        kept: Content,
        *,
        number: int,
        change: Change,
    ) -> int:
        connection = session.connection()
        values = {
            "article_id": article_id,
            "number": number,
            "change": change.value,
            "digest": digest(article),
            "fetched_at": article.fetched,
            "title": kept.title,
            "charset": article.charset,
            "packed": pack(kept),
        }
        made = connection.execute(_VERSION, values).inserted_primary_key
        assert made is not None
        version_id = int(made[0])
        if change is not Change.REREAD:  # the version before it keeps the same page
            self._raw.keep(connection, version_id, article.raw)
        return version_id


def save(session: Session, article: items.Article) -> Saved:
    """Keep one article by itself, without its raw pages; see ``Saver.save``."""
    return Saver().save(session, article)


def digest(article: items.Article) -> str:
    """Return the hash of what makes a version: folded title and body, and the attachments in order."""
    attached = "\n".join(f"{canonical(one.name)}\t{one.url}" for one in article.attachments)
    parts = (*map(_folded, (article.canonical_title, article.canonical_body)), attached)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content(article: items.Article) -> Content:
    """Return what a version keeps of ``article``, with nothing in its texts that no database keeps."""
    published = article.published
    return Content(
        title=storable(article.title),
        body=storable(article.body),
        canonical_title=storable(article.canonical_title),
        canonical_body=storable(article.canonical_body),
        source=None if article.source is None else storable(article.source),
        canonical_source=None if article.canonical_source is None else storable(article.canonical_source),
        abstract=storable(article.abstract),
        document_number=storable(article.document_number),
        published=(published.at.isoformat(), published.precision.value, published.raw) if published else None,
        authors=article.authors,
        editors=article.editors,
        section=article.section,
        breadcrumb=article.breadcrumb,
        views=article.views,
        attachments=[asdict(one) for one in article.attachments],
        images=[asdict(one) for one in article.images],
        charset_reason=article.charset_reason,
        origins=article.origins,
        fallbacks=article.fallbacks,
        repairs=[asdict(one) for one in article.repairs],
        flags=article.flags,
        dropped=[asdict(one) for one in article.dropped],
    )


_KNOWN = (
    select(
        Article.id,
        Article.latest,
        Article.last_seen,
        Article.first_seen,
        Article.state,
        Article.check_stage,
        Article.next_check_at,
        Article.gone_seen_at,
        Version.id.label("version_id"),
        Version.digest,
        Version.fetched_at,
    )
    .join(Version, (Version.article_id == Article.id) & (Version.number == Article.latest))
    .where(Article.address == bindparam("address"))
    .with_for_update(of=Article)
)
_SEEN = update(Article).where(Article.id == bindparam("article")).values(last_seen=bindparam("last_seen"))
_PACKED = select(Version.packed).where(Version.id == bindparam("version"))
_VERSION = insert(Version)


def _folded(text: str) -> str:
    return "".join(text.split())


def _text(kept: Content) -> str:
    return f"{kept.canonical_title}\n{kept.canonical_body}"


def _files(kept: Content) -> set[str]:
    return {canonical_url(one["url"]) for one in kept.attachments}


def _added(old: Content, new: Content) -> str:
    before = {old.canonical_title, *old.canonical_body.split("\n")}
    lines = (new.canonical_title, *new.canonical_body.split("\n"))
    return "\n".join(line for line in lines if line not in before)


def described(article: items.Article) -> dict[str, Any]:
    """Return the columns of an article's row that its newest version decides."""
    published = article.published
    return {
        "url": article.url,
        "title": storable(article.title),
        "source": None if article.source is None else storable(article.source),
        "published_at": published.at if published else None,
        "published_precision": published.precision.value if published else None,
        "published_raw": storable(published.raw) if published else None,
    }
