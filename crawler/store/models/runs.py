"""What the commands that crawl did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base


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
