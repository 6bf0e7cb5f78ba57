from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crawler.commands.articles import Command
from crawler.store.articles import save
from crawler.store.database import open_database
from tests.commands.invoking import invoke
from tests.store.builders import NOON, article

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(database_url: str) -> dict[str, Any]:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        save(session, article("航線開通。", title="低空 [bold]經濟", url="http://x.example/2", portal="gone"))
    database.close()
    return {"PORTALWATCH_DATABASE_URL": database_url}


def test_a_table_of_all(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, settings=settings) == 0
    out = capsys.readouterr().out
    assert "2026-05-04 12:00" in out
    assert "低空 [bold]經濟" in out
    assert "青石渡日报" in out


def test_json_lines_of_those_with_the_words(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(Command, "--json", "低空经济", "-高铁", settings=settings) == 0
    assert invoke(Command, "--json", "航线", settings=settings) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["url"] == "http://x.example/2"
    assert found["published"] == NOON.isoformat()
    assert found["excerpts"] == ["航線開通。"]


def test_a_portal_whose_spider_is_gone_keeps_its_articles(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(Command, "--json", "--portal", "gone", settings=settings) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_limit_is_said(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "--limit", "1", settings=settings) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert captured.err == "These are the first 1; --limit 0 shows all.\n"


def test_nothing_found_is_no_failure(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "高铁", settings=settings) == 0
    assert capsys.readouterr().err == "No articles.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--portal", "nowhere"), "There is no portal named 'nowhere'."),
        (("--since", "7x"), "--since: '7x' is no time: write 12h, 7d"),
        (("--limit", "-1"), "--limit is a number from 0 up, not -1."),
        (
            ("，",),
            "The query cannot be read, at character 1: '，' has no letter and no digit to look for.\n，\n^",
        ),
        (("水", "since:7x"), "The query cannot be read, at character 9: '7x' is no time"),
        (("colour:红",), "The query cannot be read, at character 1: there is no field 'colour'"),
        (("--colour",), "Unknown option --colour"),
    ],
)
def test_wrong_use(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert invoke(Command, *words, settings=settings) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(sentence)
    assert captured.err.count("\n") in {1, 3}


def test_a_wrong_database_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, settings={"PORTALWATCH_DATABASE_URL": f"sqlite:///{tmp_path}"}) == 2
    assert capsys.readouterr().err.endswith("is a folder, not a file\n")
