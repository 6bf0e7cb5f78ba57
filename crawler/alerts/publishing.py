"""The feeds as files, for any reader and any web server."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlalchemy import select, update

from crawler.alerts import feeds
from crawler.alerts.feed import SUFFIXES, file_name
from crawler.alerts.feeds import FORMATS, Place
from crawler.alerts.opml import opml
from crawler.store.models import Alert, Article, Portal, Watch
from crawler.store.times import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scrapy.settings import BaseSettings
    from sqlalchemy.orm import Session

    from crawler.alerts.alerted import Alerted
    from crawler.alerts.feed import Feed
    from crawler.alerts.feeds import Source
    from crawler.store.database import Database

PAGES = 10
"""The most pages of a feed that become files; older alerts stay in the database."""
LIST = "feeds.opml"
LOCK = ".lock"


def place_of(settings: BaseSettings) -> Place:
    """Return where the settings say that feeds and stored versions are served."""
    base = settings.get("PORTALWATCH_FEEDS_URL") or ""
    return Place(base and f"{base.rstrip('/')}/", (settings.get("PORTALWATCH_WEB_URL") or "").rstrip("/"))


def paths(folder: Path, name: str) -> list[Path]:
    """Return where the first page of a watch's feed lies, in each format: Atom, RSS, JSON Feed."""
    return [folder / file_name(name, suffix) for suffix in SUFFIXES]


def publish(database: Database, folder: Path, place: Place | None = None) -> list[Path]:
    """Write the feeds that lack an alert or a file; return the files written.

    A file is complete before it takes its place, and an alert counts as told only after that, so a crash
    in between costs a second writing and loses nothing. Raises ``OSError`` if a file cannot be written and
    ``DatabaseError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Two writers at once could put an older file over a newer one, whose alerts count as told.
    with FileLock(folder / LOCK):
        return _publish(database, folder, place or Place())


def remove(folder: Path, name: str) -> None:
    """Delete the files of a watch that is gone, if there are any."""
    for path in paths(folder, name):
        path.unlink(missing_ok=True)
    rmtree(folder / name, ignore_errors=True)


def _publish(database: Database, folder: Path, place: Place) -> list[Path]:
    with database.reading() as session:
        state = _untold(session)
        touched = _touched(session)
        alerted = set(session.scalars(select(Alert.watch_id).distinct()))
        todo = [
            of
            for of in feeds.sources(session)
            if of.path in touched or not all(path.exists() for path in paths(folder, of.path))
        ]
    written: list[Path] = []
    for of in todo:
        watch = of.wanted.watch_id
        if watch is None or watch in alerted:
            written += _write(database, folder, of, place)
        else:
            written += _write_page(folder, of.path, feeds.outline(of, place), ())
    if todo:
        written.append(_write_list(database, folder, place))
    _mark(database, state)
    return written


def _write(database: Database, folder: Path, of: Source, place: Place) -> list[Path]:
    written: list[Path] = []
    page, pages = 1, 1
    while page <= min(pages, PAGES):
        with database.reading() as session:
            feed = feeds.described(session, of, place, page)
            alerts = feeds.entries(session, of, place, page)
        pages = feed.pages
        written += _write_page(folder, of.path, _bounded(feed), alerts)
        page += 1
    return written


def _write_page(folder: Path, name: str, feed: Feed, alerts: Sequence[Alerted]) -> list[Path]:
    written = [folder / file_name(name, suffix, feed.page) for suffix in FORMATS]
    for path, document in zip(written, FORMATS.values(), strict=True):
        _replace(path, document(feed, alerts))
    return written


def _bounded(feed: Feed) -> Feed:
    """Return a feed that names no page that is not written."""
    return replace(feed, pages=min(feed.pages, PAGES))


def _write_list(database: Database, folder: Path, place: Place) -> Path:
    with database.reading() as session:
        listed = [feeds.outline(of, place) for of in feeds.sources(session)]
    _replace(folder / LIST, opml(listed, now()))
    return folder / LIST


def _untold(session: Session) -> list[tuple[int, datetime]]:
    query = select(Alert.id, Alert.updated_at).where(Alert.fed.is_(False))
    return [(alert_id, updated) for alert_id, updated in session.execute(query)]


def _touched(session: Session) -> set[str]:
    """Return the paths of the feeds that lack an alert."""
    query = (
        select(Watch.name, Portal.name)
        .select_from(Alert)
        .join(Watch, Watch.id == Alert.watch_id)
        .join(Article, Article.id == Alert.article_id)
        .join(Portal, Portal.id == Article.portal_id)
        .where(Alert.fed.is_(False))
        .distinct()
    )
    found: set[str] = set()
    for watch, portal in session.execute(query):
        found |= {watch, f"{feeds.PORTALS}/{portal}", feeds.ALL}
    return found


def _mark(database: Database, state: Sequence[tuple[int, datetime]]) -> None:
    if not state:
        return
    with database.writing() as session:
        for alert_id, seen in state:
            # An alert that another process touched since it was read is told again next time.
            session.execute(
                update(Alert).where(Alert.id == alert_id, Alert.updated_at == seen).values(fed=True)
            )


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
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
