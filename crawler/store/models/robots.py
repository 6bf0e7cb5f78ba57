"""What the robots.txt of a host said, so that it is asked once a day and not at every visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.models.base import Base


class Robots(Base):
    """The robots.txt of ``origin`` (``http://www.example.cn``).

    ``status`` and ``body`` (as it came; empty for a 4xx, which forbids nothing) are those of the last answer,
    of ``fetched_at``; none of the three is set before there was one. ``unreachable_since`` is set while the
    server gives no answer, or one of 5xx.
    """

    __tablename__ = "robots"

    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime | None]
    unreachable_since: Mapped[datetime | None]
