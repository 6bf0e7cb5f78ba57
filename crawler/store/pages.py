"""What servers said about pages, for conditional requests (ETag, Last-Modified)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.store.models import PageState
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Validators:
    """The two headers of a response that a later request may repeat, as the server wrote them."""

    etag: str | None
    last_modified: str | None


def validators(session: Session, url: str) -> Validators | None:
    """Return what the server said about ``url`` last time, ``None`` if it never said anything."""
    state = session.get(PageState, url)
    return None if state is None else Validators(state.etag, state.last_modified)


def remember(session: Session, url: str, said: Validators, *, at: datetime | None = None) -> None:
    """Keep what the server said about ``url``; a 304 without headers keeps what was known."""
    state = session.get(PageState, url)
    checked = at or now()
    if state is None:
        session.add(PageState(url=url, etag=said.etag, last_modified=said.last_modified, checked_at=checked))
        return
    state.etag = said.etag or state.etag
    state.last_modified = said.last_modified or state.last_modified
    state.checked_at = checked


def note_ended(session: Session, address: str, at: datetime, *, led: bool) -> None:
    """Note that ``address`` led to no article at ``at``, or to one of another address (``led``)."""
    session.merge(PageState(url=address, etag="" if led else None, last_modified=None, checked_at=at))


def ended(session: Session, addresses: Sequence[str]) -> dict[str, datetime | None]:
    """Return those of ``addresses`` that led to no article of theirs.

    With it stands when one was asked for that led to another article, None for one that led to none.
    """
    query = select(PageState.url, PageState.etag, PageState.checked_at).where(
        PageState.url.in_(addresses),
        func.coalesce(PageState.etag, "") == "",
        PageState.last_modified.is_(None),
    )
    return {url: None if etag is None else at for url, etag, at in session.execute(query)}


def forget(session: Session, url: str) -> None:
    """Drop what is known about ``url``, so that it is asked for without conditions."""
    state = session.get(PageState, url)
    if state is not None:
        session.delete(state)
