"""Keeping an article: new, changed or the same; nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from crawler.page.address import canonical_url
from crawler.store import rechecks, search, stories
from crawler.store.connection import DatabaseError
from crawler.store.contents import content, described, digest, version
from crawler.store.fingerprints import keys
from crawler.store.models import Article, Version
from crawler.store.newest import locked
from crawler.store.noise import same_words
from crawler.store.packing import PackingError, unpack
from crawler.store.pending import Pending
from crawler.store.places import Places
from crawler.store.raw import RawBudget, is_kept
from crawler.store.storable import storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from crawler import items
    from crawler.store.packing import Content
    from crawler.store.pending import Numbers


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
        self._pending = Pending()
        self._keys: dict[int, list[int]] = {}  # of articles that are expected, by their identity

    def forget(self) -> None:
        """Let go of what is remembered."""
        self._places.forget()
        self._raw.forget()
        self._search.forget()
        self._over()

    def expect(self, session: Session, articles: Sequence[items.Article]) -> None:
        """Ask at once what saving each of ``articles`` in this transaction needs to know.

        SQLite is in this process and is asked as well article by article.
        """
        if session.get_bind().dialect.name == "sqlite":
            return
        addressed = [(canonical_url(article.url), article) for article in articles]
        new = self._pending.expect(session, [address for address, _ in addressed])
        expected = [article for address, article in addressed if address in new]
        self._keys = {id(article): keys(storable(article.canonical_body)) for article in expected}
        self._pending.look_up(chain.from_iterable(self._keys.values()))

    def finish(self, session: Session) -> None:
        """Write what was put off to the end of a batch's transaction; call it before the commit."""
        self._pending.write()
        if self._batched:
            self._pending.fold()
        self._search.write(session)
        self._over()

    def _over(self) -> None:
        self._pending.forget()
        self._keys = {}

    def save(self, session: Session, article: items.Article) -> Saved:
        """Keep ``article``, whose canonical fields must be filled, within the session's transaction.

        Its canonical URL decides whether it is known; a text that differs after folding makes a version.
        """
        connection = self._pending.begin(session)
        address = canonical_url(article.url)
        if self._pending.knows(address) and (known := locked(connection, address)) is not None:
            return self._again(session, known, article)
        return self._first(session, address, article)

    def _first(self, session: Session, address: str, article: items.Article) -> Saved:
        connection, pending = session.connection(), self._pending
        portal_id = self._places.portal(connection, article)
        section_id = self._places.section(connection, portal_id, article)
        numbers = pending.numbers()
        seen = described(article)
        pending.article(
            {
                "id": numbers.article,
                "portal_id": portal_id,
                "section_id": section_id,
                "address": address,
                "state": "live",
                "latest": 1,
                "first_seen": article.fetched,
                "last_seen": article.fetched,
                "next_check_at": rechecks.first(article.fetched, seen["published_at"]),
                "check_stage": 0,
                **seen,
            }
        )
        kept = content(article)
        pending.version(
            {"id": numbers.version, **version(numbers.article, article, kept, 1, Change.FIRST.value)}
        )
        if pages := self._raw.rows(numbers.version, article.raw):
            pending.raw_pages(pages)
            self._raw.count(connection, pages)
        title, body = kept.canonical_title, kept.canonical_body
        self._search.add(numbers.article, title, body)
        placed = self._place(session, numbers, (title, body), article)
        if not self._batched:
            self.finish(session)
        return Saved(
            Outcome.NEW,
            numbers.article,
            numbers.version,
            placed.story_id,
            Change.FIRST,
            reprint=placed.reprint,
            added=f"{title}\n{body}",
        )

    def _place(
        self, session: Session, numbers: Numbers, text: tuple[str, str], article: items.Article
    ) -> stories.Placement:
        found = self._keys.get(id(article))
        if found is None:
            found = keys(text[1])
        shared = self._pending.candidates(found, other_than=numbers.article)
        self._pending.index(numbers.article, found)

        def opened() -> int:
            self._pending.story(numbers.article, numbers.story, article.fetched)
            return numbers.story

        return stories.place_among(session, numbers.article, text, (found, shared), opened, article.fetched)

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
        self._pending.outdated()
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
        values = version(article_id, article, kept, number, change.value)
        made = connection.execute(_VERSION, values).inserted_primary_key
        assert made is not None
        version_id = int(made[0])
        if change is not Change.REREAD:  # the version before it keeps the same page
            self._raw.keep(connection, version_id, article.raw)
        return version_id


def save(session: Session, article: items.Article) -> Saved:
    """Keep one article by itself, without its raw pages; see ``Saver.save``."""
    return Saver().save(session, article)


_SEEN = update(Article).where(Article.id == bindparam("article")).values(last_seen=bindparam("last_seen"))
_PACKED = select(Version.packed).where(Version.id == bindparam("version"))
_VERSION = insert(Version)


def _text(kept: Content) -> str:
    return f"{kept.canonical_title}\n{kept.canonical_body}"


def _files(kept: Content) -> set[str]:
    return {canonical_url(one["url"]) for one in kept.attachments}


def _added(old: Content, new: Content) -> str:
    before = {old.canonical_title, *old.canonical_body.split("\n")}
    lines = (new.canonical_title, *new.canonical_body.split("\n"))
    return "\n".join(line for line in lines if line not in before)
