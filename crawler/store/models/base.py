"""What all tables share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase

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
        list[int]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


Value = TypeVar("Value")


class HasContent(Protocol):
    """A row with a packed record."""

    @property
    def content(self) -> Any:
        """The record, unpacked."""


class Unpacked(Generic[Value]):
    """A field of a row's packed record, read as if it were a column; no query can name it."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, row: HasContent | None, owner: type | None = None) -> Value:
        if row is None:
            message = f"{owner.__name__ if owner else 'row'}.{self._name} is packed and no column"
            raise AttributeError(message)
        found: Value = getattr(row.content, self._name)
        return found
