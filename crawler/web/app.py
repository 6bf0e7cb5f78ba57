"""The pages of the web face and the application that serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, select_autoescape
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from crawler.alerts import feeds
from crawler.alerts.alerted import Wanted, listed
from crawler.monitor import metrics
from crawler.store import history
from crawler.store.contents import published_of
from crawler.store.database import DatabaseError
from crawler.store.models import Article, Portal, Version
from crawler.store.packing import PackingError
from crawler.text.clock import LOCAL
from crawler.web.feeding import Feeding
from crawler.web.headers import HEADERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from starlette.requests import Request

    from crawler.store.connection import Database

METRICS = "text/plain; version=0.0.4; charset=utf-8"
LARGEST = 2**31 - 1
"""No database gives a row a larger number."""
NOTHING = "There is no such article or version."
DAMAGED = "The record of this version is damaged: `scrapy db check` finds all such."
NEWEST = 50
"""So many alerts stand on the front page."""


def application(database: Database, hosts: Sequence[str], base: str = "") -> Starlette:
    """Return the application over ``database``.

    It answers only under the names ``hosts`` (``*``: any), so that no foreign page reaches it by a name of
    its own that leads here. ``base`` is the address that feeds and pages name, else the one that was asked.
    """
    face = Face(database)
    feeding = Feeding(database, base)
    routes = [
        Route("/", face.front),
        Route("/articles/{article}", face.article),
        Route("/articles/{article}/versions/{number}", face.article),
        Route("/metrics", face.metrics),
        Route("/feeds/feeds.opml", feeding.opml),
        Route("/feeds/{path:path}", feeding.feed),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
        exception_handlers={HTTPException: _refused, DatabaseError: _unavailable},  # type: ignore[dict-item]  # each handler takes its own kind of exception
    )


class Face:
    """The pages for people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._templates = Environment(
            loader=PackageLoader("crawler.web"), autoescape=select_autoescape(default=True)
        )
        self._templates.filters["local"] = _local

    def front(self, request: Request) -> Response:
        """Show the feeds and the newest alerts."""
        with self._database.reading() as session:
            sources = feeds.sources(session)
            alerts = listed(session, Wanted(limit=NEWEST))
        return self._page("front.html", request, sources=sources, alerts=alerts)

    def metrics(self, _: Request) -> Response:
        """Say how the portals are, for Prometheus."""
        with self._database.reading() as session:
            return Response(metrics.exposition(session), headers=HEADERS, media_type=METRICS)

    def article(self, request: Request) -> Response:
        """Show a version of an article, the newest unless one is named. Raises ``HTTPException``."""
        wanted = _number(request.path_params["article"])
        number = _number(request.path_params["number"]) if "number" in request.path_params else None
        with self._database.reading() as session:
            query = (
                select(Article, Version, Portal.name)
                .join(Version, Version.article_id == Article.id)
                .join(Portal, Portal.id == Article.portal_id)
                .where(Article.id == wanted)
                .where(Version.number == (Article.latest if number is None else number))
            )
            row = session.execute(query).first()
            if row is None:
                raise HTTPException(404, NOTHING)
            article, version, portal = row
            try:
                content = version.content
            except PackingError as error:
                raise HTTPException(500, DAMAGED) from error
            return self._page(
                "article.html",
                request,
                article=article,
                version=version,
                portal=portal,
                published=published_of(article, version.number, content),
                paragraphs=content.body.split("\n"),
                events=history.events(session, article.id),
            )

    def _page(self, name: str, request: Request, **values: object) -> Response:
        text = self._templates.get_template(name).render(
            root=request.scope.get("root_path", ""), suffixes=tuple(feeds.FORMATS), **values
        )
        return HTMLResponse(text, headers=HEADERS)


def _number(text: str) -> int:
    """Return the number of a row that stands in an address. Raises ``HTTPException``."""
    # Thousands of digits are no number to int().
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) and int(text) <= LARGEST):
        raise HTTPException(404, NOTHING)
    return int(text)


def _local(moment: datetime | None, precision: str | None = "minute") -> str:
    """Return a moment at +08:00, as exactly as it is known."""
    if moment is None:
        return ""
    exact = precision in {"minute", "second"}
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M" if exact else "%Y-%m-%d")


def _refused(_: Request, error: HTTPException) -> Response:
    return PlainTextResponse(f"{error.detail}\n", error.status_code, HEADERS)


def _unavailable(_: Request, __: DatabaseError) -> Response:
    # The message names the database, which is nobody's business out there.
    return PlainTextResponse("The database cannot be read now.\n", 503, HEADERS)
