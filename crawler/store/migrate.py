"""Bringing a database to this program's schema. The revisions are in ``migrations/versions``."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from crawler.store.connection import Database, DatabaseError, connect, translated

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from alembic.config import Config

HEAD = "0010"
"""The newest revision; named here because loading Alembic costs more than most commands do."""


def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the database at ``url`` to the newest schema; return the revisions before and after.

    Raises ``DatabaseError`` if it cannot be reached or is newer than this program.
    """
    database = connect(url)
    try:
        before = current(database)
        _migrate(database, before)
    finally:
        database.close()
    return before, HEAD


def current(database: Database) -> str | None:
    """Return the revision of the schema in ``database``, ``None`` for an empty one."""
    with translated(database.url), database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def ensure(database: Database) -> None:
    """Make sure that the schema is the program's: SQLite is migrated, PostgreSQL only checked.

    Raises ``DatabaseError`` otherwise.
    """
    before = current(database)
    if before == HEAD:
        return
    if database.is_sqlite:
        _migrate(database, before)
        return
    refuse_newer(database, before)
    state = "is empty" if before is None else f"has the older schema {before}"
    message = f"the database {database.url} {state}: run `scrapy db upgrade` first"
    raise DatabaseError(message)


def configuration() -> Config:
    """Return Alembic's configuration for the revisions of this package."""
    from alembic.config import Config  # noqa: PLC0415  loaded only when there is something to migrate

    config = Config()
    config.set_main_option("script_location", str(_revisions()).replace("%", "%%"))
    return config


@cache
def _revisions() -> Path:
    """Return the folder of the revisions. Alembic wants files: out of an egg they are copied."""
    found = resources.files("crawler.store.migrations")
    if isinstance(found, Path):
        return found
    folder = Path(mkdtemp(prefix="portalwatch-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _copy(found, folder)
    return folder


def _copy(source: Traversable, folder: Path) -> None:
    for entry in source.iterdir():
        if entry.is_dir():
            (folder / entry.name).mkdir()
            _copy(entry, folder / entry.name)
        else:
            (folder / entry.name).write_bytes(entry.read_bytes())


def _migrate(database: Database, before: str | None) -> None:
    from alembic import command  # noqa: PLC0415  loaded only when there is something to migrate

    refuse_newer(database, before)
    if before == HEAD:
        return
    config = configuration()
    with translated(database.url):
        engine = database.engine.execution_options(portalwatch_write=True)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def refuse_newer(database: Database, revision: str | None) -> None:
    """Raise ``DatabaseError`` if the schema ``revision`` of a database is none that this program knows."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  loaded only when there is something to migrate

    if revision is None or revision == HEAD:
        return
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if revision not in known:
        message = (
            f"the database {database.url} has the schema {revision}, which this program (schema {HEAD}) "
            "does not know: it was written by a newer portalwatch"
        )
        raise DatabaseError(message)
