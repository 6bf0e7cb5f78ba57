"""What a message tells, read from the database when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.alerts.alerted import Alerted, Wanted, listed
from crawler.store.models import Delivery, Watch

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.delivery.claims import Claim
    from crawler.store.database import Database


@dataclass(frozen=True, slots=True)
class Letter:
    """A message before it has a form.

    ``key`` is the same at each attempt. ``form`` is alert, hourly, daily, burst, notice or test; the last two
    have a ``title`` and a ``text``, the others ``alerts`` of ``watch``, of which ``more`` are left out.
    """

    key: str
    form: str
    at: datetime
    watch: str = ""
    query: str = ""
    alerts: tuple[Alerted, ...] = ()
    more: int = 0
    title: str = ""
    text: str = ""


def letter(database: Database, claim: Claim, at: datetime, web: str = "") -> Letter:
    """Return what ``claim`` has to tell; ``at`` is now, ``web`` the address of the web face or empty.

    Its alerts stand in the order in which they came up. Raises ``DatabaseError``.
    """
    if claim.form == "notice":
        return Letter(claim.key, claim.form, at, title=claim.title, text=claim.text)
    with database.reading() as session:
        rows = session.execute(
            select(Delivery.alert_id, Watch.name, Watch.query)
            .join(Watch, Watch.id == Delivery.watch_id)
            .where(Delivery.id.in_(claim.ids), Delivery.alert_id.is_not(None))
            .order_by(Delivery.id)
        ).all()
        wanted = [row.alert_id for row in rows[: claim.listed]]
        alerts = listed(session, Wanted(alert_ids=tuple(wanted)), web=web)
    return Letter(
        claim.key,
        claim.form,
        at,
        watch=rows[0].name if rows else "",
        query=rows[0].query if rows else "",
        alerts=tuple(sorted(alerts, key=lambda alert: (alert.found, alert.uid))),
        more=len(rows) - len(wanted),
    )
