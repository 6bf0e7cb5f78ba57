"""Feeds over HTTP: made when they are asked for, not sent again when nothing changed."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from crawler.alerts import feeds
from crawler.alerts.feeds import FORMATS, TYPES, Place
from crawler.alerts.opml import opml
from crawler.store.times import now
from crawler.web.headers import HEADERS

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from crawler.store.connection import Database


class Feeding:
    """The feeds of a database; ``base`` is the address of the web face, empty for the one that was asked."""

    def __init__(self, database: Database, base: str = "") -> None:
        self._database = database
        self._base = base.rstrip("/")

    def feed(self, request: Request) -> Response:
        """Answer with a page of a feed. Raises ``HTTPException`` for one that does not exist."""
        path, dot, suffix = str(request.path_params["path"]).rpartition(".")
        # No feed has a null character in its name, and PostgreSQL takes none in a question.
        document = FORMATS.get(suffix) if dot and "\0" not in path else None
        place = self._place(request)
        with self._database.reading() as session:
            of, page = (feeds.source(session, path), 1) if document else (None, 1)
            if of is None and document:
                # 低空/2.atom is the second page of 低空, where no feed is called so.
                path, _, number = path.rpartition("/")
                page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
                of = feeds.source(session, path) if page else None
            described = feeds.described(session, of, place, page) if of else None
            if document is None or of is None or described is None or page > described.pages:
                raise HTTPException(404, "There is no such feed.")
            content = document(described, feeds.entries(session, of, place, page))
        return _unless_known(request, content, TYPES[suffix], described.updated)

    def opml(self, request: Request) -> Response:
        """Answer with the list of all feeds."""
        place = self._place(request)
        with self._database.reading() as session:
            found = [feeds.outline(of, place) for of in feeds.sources(session)]
        updated = max((feed.updated for feed in found), default=now())
        return _unless_known(request, opml(found, updated), "text/x-opml", updated)

    def _place(self, request: Request) -> Place:
        web = self._base or str(request.base_url).rstrip("/")
        return Place(f"{web}/feeds/", web)


def _unless_known(request: Request, content: bytes, kind: str, updated: datetime) -> Response:
    """Answer with ``content``, or with 304 if the asker has it (RFC 9110: the tag goes before the date)."""
    tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    headers = {
        **HEADERS,
        "ETag": tag,
        "Last-Modified": format_datetime(updated.astimezone(UTC), usegmt=True),
        "Cache-Control": "no-cache",
    }
    if _is_known(request, tag, updated):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=f"{kind}; charset=utf-8", headers=headers)


def _is_known(request: Request, tag: str, updated: datetime) -> bool:
    if (tags := request.headers.get("if-none-match")) is not None:
        known = {one.strip().removeprefix("W/") for one in tags.split(",")}
        return tag in known or "*" in known
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except (ValueError, OverflowError):  # a zone of a million years
        return False
    return moment.tzinfo is not None and updated.replace(microsecond=0) <= moment
