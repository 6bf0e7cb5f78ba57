"""The feeds of watches as files, for any reader and any web server."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from crawler.alerts.atom import atom
from crawler.alerts.feed import TAG, Feed
from crawler.alerts.jsonfeed import jsonfeed
from crawler.alerts.outbox import listed
from crawler.store.models import Alert, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.alerts.outbox import Alerted
    from crawler.store.database import Database

ENTRIES = 100
"""The most entries of a feed; older alerts stay in the database."""


def paths(folder: Path, name: str) -> tuple[Path, Path]:
    """Return where the Atom file and the JSON Feed of a watch lie."""
    return folder / f"{name}.atom", folder / f"{name}.json"


def publish(database: Database, folder: Path) -> list[Path]:
    """Write the feeds that lack an alert or a file; return the files written.

    A file is complete before it takes its place, and an alert counts as told only after that, so a crash
    in between costs a second writing and loses nothing. Raises ``OSError`` if a file cannot be written and
    ``DatabaseError``.
    """
    written: list[Path] = []
    with database.reading() as session:
        watches = list(session.scalars(select(Watch).order_by(Watch.name)))
        behind = set(session.scalars(select(Alert.watch_id).where(Alert.fed.is_(False)).distinct()))
        todo = [
            (watch, _state(session, watch), listed(session, watch.id, ENTRIES))
            for watch in watches
            if watch.id in behind or not all(path.exists() for path in paths(folder, watch.name))
        ]
    for watch, state, alerts in todo:
        written += write(folder, watch, alerts)
        _mark(database, state)
    return written


def write(folder: Path, watch: Watch, alerts: Iterable[Alerted]) -> list[Path]:
    """Write both files of a watch; return their paths. Raises ``OSError``."""
    entries = list(alerts)
    feed = Feed(
        id=f"{TAG}:watch/{watch.uid}",
        title=f"portalwatch: {watch.name}",
        description=f"Stories that match: {watch.query}",
        updated=max((alert.updated for alert in entries), default=watch.created_at),
    )
    folder.mkdir(parents=True, exist_ok=True)
    files = list(zip(paths(folder, watch.name), (atom(feed, entries), jsonfeed(feed, entries)), strict=True))
    for path, content in files:
        _replace(path, content)
    return [path for path, _ in files]


def remove(folder: Path, name: str) -> None:
    """Delete the files of a watch that is gone, if there are any."""
    for path in paths(folder, name):
        path.unlink(missing_ok=True)


def _state(session: Session, watch: Watch) -> list[tuple[int, datetime]]:
    query = select(Alert.id, Alert.updated_at).where(Alert.watch_id == watch.id, Alert.fed.is_(False))
    return [(alert_id, updated) for alert_id, updated in session.execute(query)]


def _mark(database: Database, state: list[tuple[int, datetime]]) -> None:
    if not state:
        return
    with database.writing() as session:
        for alert_id, seen in state:
            # An alert that another process touched since it was read is told again next time.
            session.execute(
                update(Alert).where(Alert.id == alert_id, Alert.updated_at == seen).values(fed=True)
            )


def _replace(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            # A temporary file is readable by its owner only; a feed is for a web server to read.
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
