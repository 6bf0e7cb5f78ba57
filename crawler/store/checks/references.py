"""Rows that point at rows which are not there, for every foreign key of the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, select, tuple_, update

from crawler.store import turns
from crawler.store.models import Article, Base

if TYPE_CHECKING:
    from sqlalchemy import Column, ForeignKey, Table

    from crawler.store.checks.report import Report
    from crawler.store.database import Database

KIND = "orphans"
A_TIME = 500


def check(database: Database, report: Report) -> None:
    """Find the orphans. Repaired, one that may point at nothing does; others go, unless they are articles."""
    for table in Base.metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
            _check_key(database, report, table, key)


def _check_key(database: Database, report: Report, table: Table, key: ForeignKey) -> None:
    primary = list(table.primary_key.columns)
    target = key.column.table.alias("target")
    points = target.c[key.column.name]
    query = (
        select(*primary, key.parent)
        .select_from(table.outerjoin(target, points == key.parent))
        .where(and_(key.parent.is_not(None), points.is_(None)))
        .order_by(*primary)
        .limit(A_TIME)
    )
    repaired = report.fix and (key.parent.nullable or table.name != Article.__tablename__)
    after: tuple[Any, ...] | None = None
    while True:
        # What was repaired is found no more, so only what is left is passed over.
        step = query if after is None else query.where(tuple_(*primary) > tuple_(*after))
        with turns.writing(database) if report.fix else database.reading() as session:
            rows = [tuple(row) for row in session.execute(step)]
            if repaired and rows:
                session.execute(_repair(table, key, primary, [row[:-1] for row in rows]))
        if not rows:
            return
        for *identity, missing in rows:
            where = f"{table.name} {', '.join(map(str, identity))}"
            reason = f"{key.parent.name} names row {missing} of {key.column.table.name}, which is not there"
            report.add(KIND, where, reason, repaired=repaired)
        after = rows[-1][:-1]


def _repair(table: Table, key: ForeignKey, primary: list[Column[Any]], rows: list[tuple[Any, ...]]) -> Any:
    these = tuple_(*primary).in_(rows)
    if key.parent.nullable:
        return update(table).where(these).values({key.parent.name: None})
    return delete(table).where(these)
