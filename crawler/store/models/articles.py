"""Portals, their sections, articles with their versions, and the pages they were read from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base, Unpacked
from crawler.store.packing import Content, decompress, unpack


class Portal(Base):
    """A site, by the name of its spider; ``region`` is where it is from, as its spider says, or empty."""

    __tablename__ = "portals"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    first_seen: Mapped[datetime]
    region: Mapped[str] = mapped_column(String(60), default="", server_default="")


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
    so that lists need no join. ``state`` is ``live`` or ``withdrawn``. It is visited again at
    ``next_check_at`` (never if that is empty) for the ``check_stage``th time; ``gone_seen_at`` is when it was
    first found missing.
    """

    __tablename__ = "articles"
    __table_args__ = (
        Index(None, "portal_id", "first_seen"),
        Index(
            None,
            "next_check_at",
            sqlite_where=text("next_check_at IS NOT NULL"),
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
    )

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
    next_check_at: Mapped[datetime | None]
    check_stage: Mapped[int] = mapped_column(default=0, server_default="0")
    gone_seen_at: Mapped[datetime | None]

    listed = Index("ix_articles_listed", func.coalesce(published_at, first_seen))
    """Lists go by the date, or by the first sight where there is none."""


class Version(Base):
    """One state of an article's text; never overwritten.

    ``change`` is ``first``, ``minor`` (punctuation, widths, counters), ``major`` (words) or ``reread`` (the
    page was not changed but read again, see ``crawler.store.corrections``). ``digest`` is over the folded
    title and body and the attachments. What is not queried stands in ``packed``: read it as ``content``,
    which is unpacked when it is first asked for, or by the names below it.
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
    charset: Mapped[str] = mapped_column(String(40))
    packed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def content(self) -> Content:
        """The texts and how they came to be. Raises ``PackingError`` if the record is damaged."""
        found: Content | None = self.__dict__.get("_content")
        if found is None:
            found = self.__dict__["_content"] = unpack(self.packed)
        return found

    body = Unpacked[str]()
    canonical_title = Unpacked[str]()
    canonical_body = Unpacked[str]()
    source = Unpacked[str | None]()
    canonical_source = Unpacked[str | None]()
    abstract = Unpacked[str]()
    document_number = Unpacked[str]()
    authors = Unpacked[list[str]]()
    editors = Unpacked[list[str]]()
    section = Unpacked[list[str]]()
    breadcrumb = Unpacked[list[str]]()
    attachments = Unpacked[list[dict[str, Any]]]()
    images = Unpacked[list[dict[str, Any]]]()
    charset_reason = Unpacked[str]()
    origins = Unpacked[dict[str, str]]()
    fallbacks = Unpacked[list[str]]()
    repairs = Unpacked[list[dict[str, Any]]]()
    flags = Unpacked[list[str]]()
    dropped = Unpacked[list[dict[str, Any]]]()


class RawPage(Base):
    """A page as it was fetched, for reading it again; ``part`` counts from 1 where an article has several.

    ``headers`` are the answer's, without cookies; ``charset`` is what was decided, ``charset_reason`` why.
    ``packed`` is the body (``crawler.store.packing.compress``), ``size`` its bytes before, ``stored`` after:
    these are what the budget ``PORTALWATCH_RAW_BUDGET`` counts.
    """

    __tablename__ = "raw_pages"
    __table_args__ = (Index(None, "fetched_at", "stored"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    fetched_at: Mapped[datetime]
    status: Mapped[int]
    headers: Mapped[dict[str, str]]
    charset: Mapped[str] = mapped_column(String(40))
    charset_reason: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    stored: Mapped[int]
    packed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def body(self) -> bytes:
        """The body as it came, after the transfer's own encoding. Raises ``PackingError``."""
        return decompress(self.packed)
