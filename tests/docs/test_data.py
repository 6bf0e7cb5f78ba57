from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from bench import schema
from crawler.store import runs
from crawler.store.articles import save
from crawler.store.database import open_database
from tests.store.builders import NOON, article


def test_the_page_is_that_of_the_schema() -> None:
    written = schema.PAGE.read_text("utf-8")
    assert schema.page(written) == written, "run: PYTHONPATH=. .venv/bin/python bench/schema.py"


def asked() -> list[str]:
    """Return the questions in SQL of docs/data.md."""
    return re.findall(r"```sql\n(.*?)```", schema.PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("question", asked())
def test_every_question_in_sql_is_answered_on_either_database(database_url: str, question: str) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        run = runs.start(session, "patrol", at=NOON)
        for portal, counts in (("well", {"errors": 0}), ("ill", {"errors": 2, "failed_sections": 2})):
            row = runs.start_portal(session, run, portal, at=NOON)
            runs.finish_portal(session, row, "finished", counts, at=NOON)
        runs.finish(session, run, failed=True, at=NOON)
    with database.reading() as session:
        found = session.execute(text(question)).mappings().all()
    database.close()
    assert len(found) == 1
    assert "ill" in found[0].values() or "run_list" not in question
