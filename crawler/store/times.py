"""Moments in the database: aware and UTC on the way in and out, whatever the database keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """A column of aware moments in UTC; a moment without a zone is refused with ``ValueError``."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return ``value`` in UTC, as the database is to keep it."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a moment without a time zone cannot be stored: {value.isoformat()}"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return ``value`` aware: SQLite gives back no zone, PostgreSQL the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Return the present moment, aware, UTC."""
    return datetime.now(UTC)
