"""The portals and sections that articles are from, by number; asked for once and then remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.page.address import canonical_url
from crawler.store.models import Portal, Section
from crawler.store.storable import storable

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler import items

_PORTAL = select(Portal.id).where(Portal.name == bindparam("name"))
_REGION = (
    update(Portal)
    .where(Portal.id == bindparam("number"), Portal.region != bindparam("place"))
    .values(region=bindparam("place"))
)
_SECTION = select(Section.id).where(
    Section.portal_id == bindparam("portal_id"), Section.url == bindparam("url")
)
_MISSING = {
    (model, name): dialect.insert(model).on_conflict_do_nothing().returning(model.id)
    for model in (Portal, Section)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def _insert_missing(
    connection: Connection, model: type[Portal | Section], values: dict[str, Any]
) -> int | None:
    """Insert a row and return its number, ``None`` if another process was first."""
    found: int | None = connection.execute(_MISSING[model, connection.dialect.name], values).scalar()
    return found


class Places:
    """The numbers of portals and sections. After a transaction that failed, ``forget`` them."""

    def __init__(self) -> None:
        self._portals: dict[str, int] = {}
        self._sections: dict[tuple[int, str], int] = {}

    def forget(self) -> None:
        """Ask again: what was inserted last was undone."""
        self._portals.clear()
        self._sections.clear()

    def portal(self, connection: Connection, article: items.Article) -> int:
        """Return the number of the article's portal, which is inserted if need be."""
        found = self._portals.get(article.portal)
        if found is None:
            found = connection.scalar(_PORTAL, {"name": article.portal})
            if found is None:
                values = {"name": article.portal, "first_seen": article.fetched}
                found = _insert_missing(connection, Portal, values)
            if found is None:
                found = int(connection.execute(_PORTAL, {"name": article.portal}).scalar_one())
            if article.region:
                connection.execute(_REGION, {"number": found, "place": article.region})
            self._portals[article.portal] = found
        return found

    def section(self, connection: Connection, portal_id: int, article: items.Article) -> int | None:
        """Return the number of the list page that named the article, ``None`` if none did."""
        if not article.list_url:
            return None
        found = self._sections.get((portal_id, article.list_url))
        if found is None:
            url = canonical_url(article.list_url)
            key = {"portal_id": portal_id, "url": url}
            found = connection.scalar(_SECTION, key)
            if found is None:
                name = storable(article.section[-1]) if article.section else ""
                values = {**key, "name": name, "first_seen": article.fetched}
                found = _insert_missing(connection, Section, values)
            if found is None:
                found = int(connection.execute(_SECTION, key).scalar_one())
            self._sections[portal_id, article.list_url] = found
        return found
