"""What is remembered about pages: what servers said of them and what many repeat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base


class PageState(Base):
    """What a server said about a page, for asking next time whether it changed.

    Without both the ``url`` is a canonical one that a list named and that led to no article, or, with an
    empty ``etag``, to one of another address.
    """

    __tablename__ = "page_states"

    url: Mapped[str] = mapped_column(Text, primary_key=True)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(String(100))
    checked_at: Mapped[datetime]


class Pruned(Base):
    """The canonical URL of an article that was pruned: a list that still names it names nothing new."""

    __tablename__ = "pruned"

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    pruned_at: Mapped[datetime]


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
