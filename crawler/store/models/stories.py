"""Stories, who belongs to them, what happened to them, and the index of fingerprints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base


class Story(Base):
    """Articles that are the same piece. ``merged_into`` is set when two stories turned out to be one."""

    __tablename__ = "stories"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("stories.id"), index=True)


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


class StoryEvent(Base):
    """A story that was merged into ``other_id`` or split off it (``kind``: ``merge``, ``split``), and why.

    ``article_id`` is the article that gave the occasion, ``articles`` are those that moved; ``reason`` is a
    sentence for people.
    """

    __tablename__ = "story_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"), index=True)
    articles: Mapped[list[int]]
    reason: Mapped[str] = mapped_column(Text)


class Fingerprint(Base):
    """A key (MinHash band or sentence) of an article's newest text; see ``crawler.store.fingerprints``.

    No foreign key: an article has some sixty of these, and each would be checked on its own. On PostgreSQL
    only the newest are rows; see ``crawler.store.key_pages``, and ``crawler.store.candidates`` for all.
    """

    __tablename__ = "fingerprints"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
