"""Checking a database, from the file up to the indexes, and making again what can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from crawler.store.checks import references, rows, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.store.checks.report import Report
    from crawler.store.database import Database

FAULTS = 100
"""So many faults of a file are listed."""


def check(database: Database, report: Report, tick: Callable[[int], None]) -> None:
    """Check all of ``database`` and fill ``report``; ``tick`` is told how many articles were done.

    A damaged file of SQLite is not looked into any further. Nothing is changed unless ``report.fix``.
    Raises ``DatabaseError``.
    """
    if database.is_sqlite and not _whole(database, report):
        return
    references.check(database, report)
    rows.check(database, report)
    texts.check(database, report, tick)


def _whole(database: Database, report: Report) -> bool:
    with database.reading() as session:
        for fault in session.scalars(text(f"PRAGMA integrity_check({FAULTS})")):
            if fault != "ok":
                report.add("file", database.url, str(fault))
    return report.clean
