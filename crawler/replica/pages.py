"""What a replica portal answers to a request: pure, no sockets."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from crawler.replica.render import Document, Renderer

_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_STATIC = {
    ".gif": ("image/gif", _PIXEL),
    ".jpg": ("image/gif", _PIXEL),
    ".png": ("image/gif", _PIXEL),
    ".css": ("text/css", b"body{margin:0}\n"),
    ".js": ("application/javascript", b"void 0;\n"),
}

_KINDS = ((b"<?xml", "text/xml"), (b"{", "application/json"), (b"[", "application/json"))


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status, headers without Content-Length, and the whole body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def plain(status: int, sentence: str) -> Answer:
    """Return an answer of one plain sentence."""
    return Answer(status, f"{sentence}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


def answer(renderer: Renderer, path: str, at: datetime, conditions: Mapping[str, str]) -> Answer:
    """Return what the portal answers to a GET of a path with its query.

    ``conditions`` holds the request's ``If-None-Match`` and ``If-Modified-Since``, if any, by these names.
    """
    article_id = renderer.portal.article_at(path)
    if article_id is not None:
        return _article(renderer, article_id, at, conditions)
    if path == "/robots.txt":
        return Answer(200, renderer.portal.definition.robots.encode(), {"Content-Type": "text/plain"})
    if path in ("", "/"):
        return _page(renderer, renderer.front(at), conditions)
    for slug in renderer.portal.sections:
        for page in range(1, renderer.portal.pages(slug, at) + 1):
            if path == renderer.portal.list_path(slug, page):
                document = renderer.listing(slug, page, at)
                assert document is not None, "the page number comes from the section"
                return _page(renderer, document, conditions)
    return _special(renderer, path, at, conditions) or _gone(renderer, 404, at)


def _special(renderer: Renderer, path: str, at: datetime, conditions: Mapping[str, str]) -> Answer | None:
    """Return a feed, a sitemap or a file that pages refer to, None for another path."""
    if template := renderer.portal.definition.extras.get(path):
        made = _page(renderer, renderer.overview(template, at), conditions)
        return _packed(made) if path.endswith(".gz") else made
    bare = path.partition("?")[0]
    kind = _STATIC.get(bare[bare.rfind(".") :]) if "." in bare else None
    return Answer(200, kind[1], {"Content-Type": kind[0]}) if kind else None


def _packed(made: Answer) -> Answer:
    """Return an answer as a gzip file, which is not the same as an answer sent in gzip."""
    return Answer(200, gzip.compress(made.body, mtime=0), {"Content-Type": "application/gzip"})


def _article(renderer: Renderer, article_id: str, at: datetime, conditions: Mapping[str, str]) -> Answer:
    portal = renderer.portal
    if portal.is_out(article_id, at):
        return _page(renderer, renderer.article(article_id, at), conditions)
    if not portal.is_withdrawn(article_id, at):
        return _gone(renderer, 404, at)
    match portal.definition.withdrawn:
        case "home":
            return Answer(HTTPStatus.FOUND, b"", {"Location": f"{renderer.base}/"})
        case "soft":
            return _gone(renderer, 200, at)
        case status:
            return _gone(renderer, int(status), at)


def _gone(renderer: Renderer, status: int, at: datetime) -> Answer:
    document = renderer.notice("gone.j2", at)
    return Answer(status, document.body, _content_type(renderer, document))


def _page(renderer: Renderer, document: Document, conditions: Mapping[str, str]) -> Answer:
    headers = _content_type(renderer, document)
    if not renderer.portal.definition.validators:
        return Answer(200, document.body, headers)
    tag = f'"{hashlib.sha256(document.body).hexdigest()[:16]}"'
    headers |= {"ETag": tag, "Last-Modified": format_datetime(document.changed.astimezone(UTC), usegmt=True)}
    if _is_unchanged(tag, document.changed, conditions):
        return Answer(HTTPStatus.NOT_MODIFIED, b"", headers)
    return Answer(200, document.body, headers)


def _is_unchanged(tag: str, changed: datetime, conditions: Mapping[str, str]) -> bool:
    """If-None-Match wins over If-Modified-Since, RFC 9110 section 13.2.2."""
    asked = conditions.get("If-None-Match")
    if asked:
        return tag in {part.strip().removeprefix("W/") for part in asked.split(",")}
    since = conditions.get("If-Modified-Since")
    if not since:
        return False
    try:
        return changed <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False  # an unreadable date is to be ignored, RFC 9110 section 13.1.3


def _content_type(renderer: Renderer, document: Document) -> dict[str, str]:
    definition = renderer.portal.definition
    charset = definition.header_charset
    if charset == "same":
        charset = {"big5hkscs": "big5-hkscs"}.get(document.encoding, document.encoding)
    kind = next((kind for start, kind in _KINDS if document.body.startswith(start)), "text/html")
    return {"Content-Type": f"{kind}; charset={charset}" if charset else kind}
