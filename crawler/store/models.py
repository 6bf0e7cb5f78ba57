"""The tables. What is not obvious from a name is said at the class."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from crawler.store.times import UtcDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all tables share: names of constraints that migrations can rely on, moments in UTC, JSON."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own way of saying it
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        dict[str, int]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


class Portal(Base):
    """A site, by the name of its spider."""

    __tablename__ = "portals"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    first_seen: Mapped[datetime]


class Section(Base):
    """A list page of a portal that named articles; ``name`` is the breadcrumb's last word or empty."""

    __tablename__ = "sections"
    __table_args__ = (UniqueConstraint("portal_id", "url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id"))
    url: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    first_seen: Mapped[datetime]


class Article(Base):
    """One article; ``address`` is the canonical URL and its only identity, ``url`` the one last fetched.

    ``latest`` is the number of its newest version, and title, source and published repeat that version's,
    so that lists need no join. ``state`` is ``live`` or ``withdrawn``.
    """

    __tablename__ = "articles"
    __table_args__ = (Index(None, "portal_id", "first_seen"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("sections.id"))
    address: Mapped[str] = mapped_column(Text, unique=True)
    url: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_precision: Mapped[str | None] = mapped_column(String(10))
    published_raw: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="live")
    latest: Mapped[int] = mapped_column(default=1)
    first_seen: Mapped[datetime] = mapped_column(index=True)
    last_seen: Mapped[datetime]


class Version(Base):
    """One state of an article's text; never overwritten.

    ``change`` is ``first``, ``minor`` (punctuation, widths) or ``major`` (words). ``digest`` is over the
    folded title and body and the attachments. The lists tell how the text came to be: what was repaired,
    lost and dropped.
    """

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    change: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(32))
    fetched_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    canonical_title: Mapped[str] = mapped_column(Text)
    canonical_body: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    canonical_source: Mapped[str | None] = mapped_column(Text)
    abstract: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(Text)
    authors: Mapped[list[str]]
    editors: Mapped[list[str]]
    section: Mapped[list[str]]
    attachments: Mapped[list[dict[str, Any]]]
    images: Mapped[list[dict[str, Any]]]
    charset: Mapped[str] = mapped_column(String(40))
    charset_reason: Mapped[str] = mapped_column(Text)
    origins: Mapped[dict[str, str]]
    repairs: Mapped[list[dict[str, Any]]]
    flags: Mapped[list[str]]
    dropped: Mapped[list[dict[str, Any]]]


class Story(Base):
    """Articles that are the same piece. ``merged_into`` is set when two stories turned out to be one."""

    __tablename__ = "stories"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))


class StoryMember(Base):
    """An article in a story: ``same`` (the piece itself; one story at most) or ``part`` of it.

    ``article_like`` is the member that the article was compared with, ``cover`` (0 to 1) the share of the
    shorter text that was found in the longer one.
    """

    __tablename__ = "story_members"
    __table_args__ = (Index(None, "story_id"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    relation: Mapped[str] = mapped_column(String(10))
    article_like: Mapped[int | None]
    cover: Mapped[float]
    joined_at: Mapped[datetime]


class Fingerprint(Base):
    """A key (MinHash band or sentence) of an article's newest text; see ``crawler.store.fingerprints``.

    No foreign key: an article has some sixty of these, and each would be checked on its own.
    """

    __tablename__ = "fingerprints"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Watch(Base):
    """A saved query. ``uid`` never changes and makes the feed's identity."""

    __tablename__ = "watches"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Alert(Base):
    """The outbox: one row a watch, story and occasion (``new`` or ``changed:<version id>``).

    ``reprints`` counts the articles that joined the story later; ``fed`` says whether the feed's file
    holds this state of the row.
    """

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("watch_id", "story_id", "occasion"), Index(None, "fed"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    occasion: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[list[str]]
    excerpts: Mapped[list[str]]
    reprints: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    fed: Mapped[bool] = mapped_column(default=False)


class Run(Base):
    """One start of a command that crawls; ``status`` is ``running``, ``finished`` or ``failed``."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20), default="running")


class RunPortal(Base):
    """What a run did at one portal; ``reason`` is why the spider closed, ``counts`` its counters."""

    __tablename__ = "run_portals"
    __table_args__ = (Index(None, "portal", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    portal: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(100), default="")
    counts: Mapped[dict[str, int]] = mapped_column(default=dict)


class PageState(Base):
    """What a server said about a page, for asking next time whether it changed."""

    __tablename__ = "page_states"

    url: Mapped[str] = mapped_column(Text, primary_key=True)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(String(100))
    checked_at: Mapped[datetime]


class LearnedText(Base):
    """What many articles of a portal repeat; see ``crawler.store.learned``.

    ``kind`` is ``block``, ``tail`` (an ending of ``<title>``) or ``page`` (one row: all articles); ``key``
    is a hash, ``text`` the beginning of what it stands for; ``articles`` counts recent articles.
    """

    __tablename__ = "learned"

    portal_id: Mapped[int] = mapped_column(ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    articles: Mapped[int]
    sections: Mapped[list[str]]
    last_seen: Mapped[datetime]
