from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from crawler.commands.history import Command
from crawler.store.articles import save
from crawler.store.database import open_database
from crawler.store.models import Version
from tests.commands.invoking import invoke
from tests.store.builders import NOON, PIECE, article

URL = "http://www.portal-a.example/news/1.html"
EDITED = PIECE.replace("一千三百万元", "一千五百万元").rsplit("\n", 1)[0] + "\n新的渡船下个月下水。"


@pytest.fixture
def settings(database_url: str) -> dict[str, Any]:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
    with database.writing() as session:
        save(
            session, article(EDITED, source="县报", fetched=NOON + timedelta(days=1), attachments=("表.pdf",))
        )
    with database.writing() as session:
        later = article(
            EDITED.replace("，", ","),
            source="县报",
            fetched=NOON + timedelta(days=2),
            attachments=("表.pdf",),
        )
        later.canonical_body = later.canonical_body.replace(",", ";")
        save(session, later)
    database.close()
    return {"PORTALWATCH_DATABASE_URL": database_url}


@pytest.mark.parametrize(
    "address", ["https://portal-a.example/news/1.html?utm_source=x", URL.removeprefix("http://")]
)
def test_versions_and_what_changed(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert invoke(Command, address, settings=settings) == 0
    out = capsys.readouterr().out
    assert "3 versions, seen from 2026-05-04 15:00 to 2026-05-06 12:00 (+08:00)" in out
    assert "1  2026-05-04 15:00  first  " in out
    assert "2  2026-05-05 12:00  major  source, attachments, 1 paragraph changed, 1 added, 1 removed" in out
    assert "source: [-青石渡日报-]{+县报+}" in out
    assert "先后投入一千[-三-]{+五+}百万元" in out
    assert "+ 新的渡船下个月下水。" in out
    assert "- 沿河的茶馆也重新开了张" in out
    assert "3  2026-05-06 12:00  minor  " in out
    assert "… 2 paragraphs unchanged" in out


def test_json_lines(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "--json", URL, settings=settings) == 0
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["version"], first["change"], first["fetched"]) == (1, "first", "2026-05-04T07:00:00+00:00")
    assert "paragraphs" not in first
    assert [one["field"] for one in second["fields"]] == ["source", "attachments"]
    assert [one["kind"] for one in second["paragraphs"]] == ["changed", "removed", "added"]
    assert third["change"] == "minor"


def test_the_text_of_one_version(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "--version", "1", URL, settings=settings) == 0
    assert capsys.readouterr().out == f"青石渡的船又多了\n\n{PIECE}\n"
    assert invoke(Command, "--version", "2", "--json", URL, settings=settings) == 0
    assert json.loads(capsys.readouterr().out)["body"] == EDITED


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("http://x.example/9",), 1, "No article is stored under http://x.example/9.\n"),
        (("--version", "4", URL), 1, f"{URL} has no version 4; its newest is 3.\n"),
        ((), 2, "Say which article: scrapy history URL.\n"),
    ],
)
def test_nothing_to_show(
    settings: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    status: int,
    sentence: str,
) -> None:
    assert invoke(Command, *words, settings=settings) == status
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", sentence)


def test_a_damaged_version_is_named_and_the_others_shown(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(settings["PORTALWATCH_DATABASE_URL"])
    with database.writing() as session:
        session.execute(update(Version).where(Version.number == 2).values(packed=b"\x01damaged"))
    database.close()
    assert invoke(Command, URL, settings=settings) == 1
    captured = capsys.readouterr()
    assert "2  2026-05-05 12:00  major  cannot be read: a stored text is damaged" in captured.out
    assert "3  2026-05-06 12:00  minor  cannot be compared: the version before is damaged" in captured.out
    assert captured.err.startswith("Version 2 cannot be read: a stored text is damaged")
    assert invoke(Command, "--version", "2", URL, settings=settings) == 1
    assert invoke(Command, "--version", "3", URL, settings=settings) == 0
