from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from sqlalchemy import text

from crawler.commands.export import Command
from crawler.exports import formats
from crawler.store.articles import save
from crawler.store.database import open_database
from tests.commands.invoking import invoke
from tests.store.builders import PIECE, article

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def settings(database_url: str) -> dict[str, Any]:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article(list_url="http://www.portal-a.example/news/", attachments=("表.pdf",)))
        save(session, article(PIECE.replace("茶馆", "旅店")))
        save(
            session,
            article("航線開通。", title="低空經濟", url="http://x.example/2", portal="gone", published=None),
        )
    database.close()
    return {"PORTALWATCH_DATABASE_URL": database_url}


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


def test_json_lines_to_standard_output(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, settings=settings) == 0
    captured = capsys.readouterr()
    newer, older = (json.loads(line) for line in captured.out.splitlines())
    assert (newer["portal"], newer["title"], newer["canonical_title"]) == ("gone", "低空經濟", "低空经济")
    assert (older["version"], older["versions"], older["change"]) == (2, 2, "major")
    assert "旅店" in older["body"]
    assert older["published"] == "2026-05-04T12:00:00+08:00"
    assert older["list_url"] == "http://portal-a.example/news/"
    assert {newer["story"], older["story"]} == {1, 2}
    assert captured.err == "2 rows written.\n"


def test_all_versions(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "--versions", "--portal", "portal_a", settings=settings) == 0
    first, second = lines(capsys)
    assert [(one["version"], one["change"]) for one in (first, second)] == [(1, "first"), (2, "major")]
    assert first["attachments"][0]["name"] == "表.pdf"
    assert first["published"] == second["published"]
    assert first["versions"] == 2


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (("低空经济",), ["低空經濟"]),
        (("码头", "-茶馆"), ["青石渡的船又多了"]),
        (("portal:gone",), ["低空經濟"]),
        (("--since", "2026-05-05"), []),
        (("until:2026-05-03",), []),
    ],
)
def test_only_what_is_asked_for(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], titles: list[str]
) -> None:
    assert invoke(Command, *words, settings=settings) == 0
    assert [one["title"] for one in lines(capsys)] == titles


def test_a_file_says_its_format(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.parquet"
    assert invoke(Command, "--output", str(path), "--versions", settings=settings) == 0
    assert parquet.read_table(path).num_rows == 3
    assert capsys.readouterr() == ("", f"3 rows written to {path}.\n")


@pytest.mark.parametrize("query", [(), ("码头 OR 低空经济",)])
def test_a_damaged_version_is_left_out_and_named(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], query: tuple[str, ...]
) -> None:
    database = open_database(settings["PORTALWATCH_DATABASE_URL"])
    with database.writing() as session:
        session.execute(text("UPDATE versions SET packed = :junk WHERE id = 2"), {"junk": b"\x01junk"})
    database.close()
    assert invoke(Command, *query, settings=settings) == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert captured.err.startswith(
        "http://www.portal-a.example/news/1.html: left out, a stored text is damaged"
    )


def test_parquet_needs_its_library(
    settings: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert invoke(Command, "--output", str(tmp_path / "x.parquet"), settings=settings) == 2
    assert "portalwatch[parquet]" in capsys.readouterr().err
    assert list(tmp_path.glob("*.parquet")) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--portal", "nowhere"), "There is no portal named 'nowhere'."),
        (("--since", "7x"), "--since"),
        (("(",), "The query cannot be read"),
        (("--output", "x.xls"), "Say the format of x.xls: --format jsonl | csv | parquet."),
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


def test_a_folder_that_is_not_there(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, "--output", "/nowhere/x.csv", settings=settings) == 1
    assert capsys.readouterr().err == "/nowhere/x.csv cannot be written: No such file or directory.\n"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_a_pipe_by_name_is_written_as_it_is(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    database = open_database(url)
    with database.writing() as session:
        save(session, article())
    database.close()
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "export", "--format", "jsonl", "--output", name],
        cwd=ROOT,
        env={**os.environ, "PORTALWATCH_DATABASE_URL": url},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, f"1 rows written to {name}.\n".encode())
    assert json.loads(done.stdout)["portal"] == "portal_a"


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    database = open_database(url)
    with database.writing() as session:
        for number in range(80):
            save(session, article(f"{number}。" * 2000, url=f"http://x.example/{number}"))
    database.close()
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "export"],
        cwd=ROOT,
        env={**os.environ, "PORTALWATCH_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"portal"')
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_formats_are_those_of_the_option() -> None:
    assert tuple(formats.FORMATS) == ("jsonl", "csv", "parquet")
