"""What is to be told to whom: the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base


class Delivery(Base):
    """An alert for a target, or a notice (``title`` and ``text``, no alert); see ``crawler.delivery``.

    ``state`` is pending, sent or dead; nothing is sent before ``next_at``. ``lease`` names the sender that
    has it, until ``leased_until``. Rows of one ``batch`` are one message, and its key is the batch; the key
    of any other is ``idempotency_key``.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("alert_id", "target"),
        Index(None, "state", "next_at"),
        Index(None, "watch_id", "target", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    watch_id: Mapped[int | None] = mapped_column(ForeignKey("watches.id", ondelete="CASCADE"))
    target: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(36))
    leased_until: Mapped[datetime | None]
    idempotency_key: Mapped[str] = mapped_column(String(36), unique=True)
    batch: Mapped[str | None] = mapped_column(String(36), index=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
