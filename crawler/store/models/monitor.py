"""What the monitoring remembers: when a section is due, how a portal is, who visits it, what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base
from crawler.store.packing import decompress


class PortalState(Base):
    """How a portal is, by the name of its spider; a portal that never gave an article has a row too.

    It is not visited before ``wait_until``, because of ``wait_reason`` (retry-after, blocked, failing …),
    each time longer by ``backoff``. ``blocked_since`` is set while it answers with challenges.
    ``bad_runs`` in a row make an alarm (``alarm_at``, ``alarm``: its reasons) until a good one.
    ``spent`` requests were sent on the day ``spent_on`` (at +08:00, 2026-05-01).
    """

    __tablename__ = "portal_states"

    portal: Mapped[str] = mapped_column(String(100), primary_key=True)
    wait_until: Mapped[datetime | None]
    wait_reason: Mapped[str] = mapped_column(String(20), default="")
    backoff: Mapped[int] = mapped_column(default=0)
    blocked_since: Mapped[datetime | None]
    bad_runs: Mapped[int] = mapped_column(default=0)
    alarm_at: Mapped[datetime | None]
    alarm: Mapped[list[str]] = mapped_column(default=list)
    spent: Mapped[int] = mapped_column(default=0)
    spent_on: Mapped[str] = mapped_column(String(10), default="")
    last_visit_at: Mapped[datetime | None]
    last_good_at: Mapped[datetime | None]


class SectionState(Base):
    """When a section page is due, and what that is learned from; ``url`` is the one that is asked for.

    ``interval_s`` is what was last decided on, ``rhythm`` the state of the estimator
    (``crawler.monitor.rhythm``), ``entries_hash`` over the addresses that the page listed.
    """

    __tablename__ = "section_states"
    __table_args__ = (Index(None, "due_at"),)

    portal: Mapped[str] = mapped_column(String(100), primary_key=True)
    url: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime]
    interval_s: Mapped[int]
    visits: Mapped[int] = mapped_column(default=0)
    last_visit_at: Mapped[datetime | None]
    last_change_at: Mapped[datetime | None]
    entries_hash: Mapped[str] = mapped_column(String(32), default="")
    rhythm: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Lease(Base):
    """Whoever holds ``name`` (``portal:<name>``), until ``expires_at`` unless it is renewed before."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    taken_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ArticleEvent(Base):
    """What happened to an article: ``kind`` is withdrawn, returned or changed.

    ``version`` is the number of the newest version then, ``reason`` a sentence for people.
    """

    __tablename__ = "article_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, default="")


class Health(Base):
    """How a portal was in a run: ``metrics`` by name, the ``verdict`` on them and its ``reasons``."""

    __tablename__ = "health"
    __table_args__ = (Index(None, "portal", "at"),)

    run_portal_id: Mapped[int] = mapped_column(
        ForeignKey("run_portals.id", ondelete="CASCADE"), primary_key=True
    )
    portal: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[str]]
    metrics: Mapped[dict[str, Any]]


class KeptPage(Base):
    """A page that was not read, kept for study: a challenge, a layout that nobody knows.

    ``reason`` is why; ``packed`` the body (``crawler.store.packing.compress``), ``size`` its bytes before.
    """

    __tablename__ = "kept_pages"
    __table_args__ = (Index(None, "portal", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    portal: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    status: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    headers: Mapped[dict[str, str]]
    size: Mapped[int]
    packed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def body(self) -> bytes:
        """The body as it came, after the transfer's own encoding. Raises ``PackingError``."""
        return decompress(self.packed)
