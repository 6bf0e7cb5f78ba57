from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crawler.commands import explain
from crawler.commands.story import Command
from crawler.store.articles import save
from crawler.store.database import open_database
from crawler.text.repairs import Repair
from tests.commands.invoking import invoke
from tests.store.builders import NOON, PIECE, article

OTHER = PIECE.replace("一千三百万元", "一千五百万元")


@pytest.fixture
def settings(database_url: str) -> dict[str, Any]:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article(url="http://late.example/1", published=NOON + timedelta(days=1)))
        save(session, article(url="http://early.example/1", title="[b]最早的"))
        save(session, article(PIECE.split("\n")[0] + PIECE.split("\n")[1], url="http://digest.example/1"))
        save(session, article(OTHER, url="http://other.example/1"))
    database.close()
    return {"PORTALWATCH_DATABASE_URL": database_url}


def test_a_story_is_told(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "http://late.example/1", settings=settings) == 0
    out = capsys.readouterr().out
    order = [
        "[b]最早的",
        "First source",
        "http://early.example/1",
        "Reprints",
        "http://late.example/1",
        "Parts",
        "http://digest.example/1",
        "Near, and other pieces",
        "http://other.example/1",
        "another fact: ",
    ]
    places = [out.index(one) for one in order]
    assert places == sorted(places)
    assert "13000000 ≠ 15000000" in out or "15000000 ≠ 13000000" in out


def test_what_was_taken_for_the_same_is_told(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article(url="http://a.example/1"))
        save(session, article(PIECE.replace("去年秋天", "2025年秋天"), url="http://b.example/1"))
    database.close()
    assert invoke(Command, "http://b.example/1", settings={"PORTALWATCH_DATABASE_URL": database_url}) == 0
    out = capsys.readouterr().out
    assert "says the same: 去年 = 2025年" in out or "says the same: 2025年 = 去年" in out


def test_an_address_without_a_scheme(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "www.late.example/1", settings=settings) == 0
    assert invoke(explain.Command, "www.late.example/1", settings=settings) == 0
    assert capsys.readouterr().err == ""


def test_a_terminal_obeys_no_repair(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = article(url="http://a.example/1")
    made.repairs = [Repair("noise", 1, "红\x1b[2J船", "红船")]
    database = open_database(database_url)
    with database.writing() as session:
        save(session, made)
    database.close()
    settings = {"PORTALWATCH_DATABASE_URL": database_url}
    assert invoke(explain.Command, "http://a.example/1", settings=settings) == 0
    out = capsys.readouterr().out
    assert ("红␛[2J船" in out, "\x1b" in out) == (True, False)


def test_a_merge_and_a_split_are_told(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article(url="http://a.example/1"))
        save(session, article(url="http://b.example/1"))
        save(session, article("今日停水。" * 30, url="http://b.example/1", fetched=NOON + timedelta(days=1)))
    database.close()
    assert invoke(Command, "http://a.example/1", settings={"PORTALWATCH_DATABASE_URL": database_url}) == 0
    assert "was left for" in capsys.readouterr().out


def test_an_address_that_is_not_stored(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "http://nowhere.example/", settings=settings) == 2
    assert capsys.readouterr().err == "No article is stored under http://nowhere.example/.\n"
    assert invoke(Command, settings=settings) == 2
