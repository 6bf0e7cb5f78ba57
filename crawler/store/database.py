"""Opening the database of an address: SQLite by default, PostgreSQL by its URL."""

from __future__ import annotations

from crawler.store.connection import DEFAULT_URL, Database, DatabaseError, connect, translated
from crawler.store.migrate import ensure

__all__ = ["DEFAULT_URL", "Database", "DatabaseError", "connect", "open_database", "translated"]


def open_database(url: str = DEFAULT_URL) -> Database:
    """Return the database at ``url``, ready for use.

    SQLite: the folder is made, the file is brought to the newest schema. PostgreSQL: reached once and
    checked; it is migrated only on request (``scrapy db upgrade``).
    Raises ``DatabaseError`` for a wrong address, a server that does not answer, a schema that is too old
    (PostgreSQL) or newer than this program.
    """
    database = connect(url)
    try:
        ensure(database)
    except BaseException:
        database.close()
        raise
    return database
