"""The saved queries: adding, listing, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize
from uuid import uuid4

from sqlalchemy import select

from crawler.alerts import outbox
from crawler.alerts.query import QueryError, parse
from crawler.store.models import Watch
from crawler.store.times import now

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST_NAME = 60


class WatchError(Exception):
    """A watch that cannot be added or does not exist; the message is one sentence."""


def add(session: Session, name: str, query: str) -> Watch:
    """Add a watch and return its row. Raises ``WatchError``.

    A name becomes the name of feed files: letters of any script, digits, ``-``, ``_`` and ``.``, beginning
    with a letter or digit. Two names must differ by more than case, as some file systems ignore it.
    """
    name = checked_name(name)
    try:
        parse(query)
    except QueryError as error:
        message = f"the query of the watch {name!r} cannot be read, {error}"
        raise WatchError(message) from error
    for other in session.scalars(select(Watch.name)):
        if other.casefold() == name.casefold():
            message = f"there is a watch {other!r} already: remove it first, or choose another name"
            raise WatchError(message)
    watch = Watch(uid=str(uuid4()), name=name, query=query, created_at=now())
    session.add(watch)
    session.flush()
    return watch


def get(session: Session, name: str) -> Watch:
    """Return the watch of that name. Raises ``WatchError``."""
    watch = session.scalar(select(Watch).where(Watch.name == normalize("NFC", name)))
    if watch is None:
        message = f"there is no watch {name!r} (`scrapy watch list` names those there are)"
        raise WatchError(message)
    return watch


def everything(session: Session) -> list[Watch]:
    """Return all watches by name."""
    return list(session.scalars(select(Watch).order_by(Watch.name)))


def remove(session: Session, name: str) -> None:
    """Remove a watch and its alerts. Raises ``WatchError``."""
    session.delete(get(session, name))
    session.flush()


def alerts(session: Session, name: str, limit: int | None = None) -> list[outbox.Alerted]:
    """Return the alerts of a watch, the one that changed last first. Raises ``WatchError``."""
    return outbox.listed(session, get(session, name).id, limit)


def checked_name(name: str) -> str:
    """Return ``name`` as it is stored. Raises ``WatchError`` for one that cannot name a file."""
    name = normalize("NFC", name)
    if (
        not name
        or len(name) > LONGEST_NAME
        or not name[0].isalnum()
        or not all(character.isalnum() or character in "-_." for character in name)
    ):
        message = (
            f"{name!r} cannot name a watch: a name has 1 to {LONGEST_NAME} letters, digits, '-', '_' or '.' "
            "and begins with a letter or a digit"
        )
        raise WatchError(message)
    return name
