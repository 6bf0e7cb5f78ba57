"""Watches and the alerts that they brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base
from crawler.store.times import now


class Watch(Base):
    """A saved query. ``uid`` never changes and makes the feed's identity.

    ``origin`` is ``file`` for a watch that a file of watches keeps. Its alerts go to ``targets``, at once or
    as a ``digest`` (hourly, daily), not in the hours ``quiet`` (such as 22:00-07:00, at +08:00); more than
    ``burst`` (0: no limit) in an hour become one message. ``changed_at`` moves with every change.
    """

    __tablename__ = "watches"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(10), default="", server_default="")
    targets: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    digest: Mapped[str] = mapped_column(String(10), default="", server_default="")
    quiet: Mapped[str] = mapped_column(String(11), default="", server_default="")
    burst: Mapped[int] = mapped_column(default=0, server_default="0")
    full_text: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_at: Mapped[datetime] = mapped_column(
        default=now, onupdate=now, server_default="1970-01-01 00:00:00+00:00"
    )


class Alert(Base):
    """The outbox: one row a watch, story and occasion.

    An occasion is ``new``, ``changed:<version id>`` or ``withdrawn:<version id>``.
    ``reprints`` counts the articles of the story behind its first; ``fed`` says whether the feed's file
    holds this state of the row.
    """

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("watch_id", "story_id", "occasion"), Index(None, "fed"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), index=True)
    occasion: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[list[str]]
    excerpts: Mapped[list[str]]
    reprints: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    fed: Mapped[bool] = mapped_column(default=False)
