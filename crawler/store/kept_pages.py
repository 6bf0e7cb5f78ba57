"""Pages kept for study: what was no article, as it came, the newest few of each portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from crawler.store.models import KeptPage
from crawler.store.packing import compress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

A_PORTAL = 20
"""Pages of a portal that are kept; the oldest goes first."""
MOST_BYTES = 512 * 1024
"""What is kept of one page."""


def keep(  # noqa: PLR0913  the columns of a row
    session: Session,
    portal: str,
    url: str,
    *,
    at: datetime,
    status: int,
    reason: str,
    headers: Mapping[str, str],
    body: bytes,
    most: int = A_PORTAL,
) -> None:
    """Keep a page of ``portal``; its ``headers`` must hold no cookies."""
    session.add(
        KeptPage(
            portal=portal,
            url=url,
            at=at,
            status=status,
            reason=reason,
            headers=dict(headers),
            size=len(body),
            packed=compress(body[:MOST_BYTES]),
        )
    )
    session.flush()
    newest = select(KeptPage.id).where(KeptPage.portal == portal).order_by(KeptPage.id.desc()).limit(most)
    session.execute(delete(KeptPage).where(KeptPage.portal == portal, KeptPage.id.not_in(newest)))


def listed(session: Session, portal: str | None = None) -> Sequence[KeptPage]:
    """Return what is kept of ``portal`` or of all, the newest first."""
    query = select(KeptPage).order_by(KeptPage.id.desc())
    return session.scalars(query if portal is None else query.where(KeptPage.portal == portal)).all()


def get(session: Session, number: int) -> KeptPage | None:
    """Return the kept page ``number``, None if there is none."""
    return session.get(KeptPage, number) if 0 < number < 2**31 else None  # PostgreSQL's integers end there
