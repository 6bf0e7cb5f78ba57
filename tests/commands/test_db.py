from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.commands.db import Command
from crawler.store.connection import connect
from crawler.store.migrate import HEAD
from tests.commands.invoking import invoke


def test_upgrade_and_current(empty_database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"PORTALWATCH_DATABASE_URL": empty_database_url}
    assert invoke(Command, "upgrade", settings=settings) == 0
    assert invoke(Command, "upgrade", settings=settings) == 0
    assert invoke(Command, "current", settings=settings) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Upgraded to schema {HEAD}.",
        f"Already at schema {HEAD}.",
        f"Schema {HEAD} (the newest).",
    ]


def test_current_of_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"PORTALWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    assert invoke(Command, "current", settings=settings) == 2
    assert capsys.readouterr().err.startswith("there is no database at")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [(), ("downgrade",), ("upgrade", "now"), ("upgrade", "--fix"), ("check", "--keep", "2y")]
)
def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    settings = {"PORTALWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    assert invoke(Command, *words, settings=settings) == 2
    assert capsys.readouterr().err.startswith("Use it as: scrapy db upgrade | current | check")


@pytest.mark.parametrize("words", [("upgrade",), ("check",), ("check", "--fix"), ("prune", "--keep", "2y")])
def test_a_newer_database_is_left_alone(
    database_url: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    database = connect(database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert invoke(Command, *words, settings={"PORTALWATCH_DATABASE_URL": database_url}) == 2
    error = capsys.readouterr().err
    assert "written by a newer portalwatch" in error
    assert "db upgrade" not in error


def test_from_the_shell_a_wrong_address_is_one_sentence_and_status_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "db", "upgrade"],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "PORTALWATCH_DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("the database postgresql+psycopg://u:***@127.0.0.1:1/x cannot be used")
    assert done.stderr.count("\n") == 1
