from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.commands.warc import Command
from crawler.items import RawPage
from crawler.store import models
from crawler.store.articles import Saver
from crawler.store.database import open_database
from tests.commands.invoking import invoke
from tests.store.builders import NOON, article

BODY = "<html><body>青石渡的船又多了</body></html>".encode("gb18030")
HEADERS = {
    "Content-Type": "text/html; charset=gb2312",
    "Content-Encoding": "gzip",
    "Content-Length": "17",
    "ETag": '"1"',
    "X-Note": "a\r\nb",
}


@pytest.fixture
def settings(database_url: str) -> dict[str, Any]:
    database = open_database(database_url)
    saver = Saver(10**9)
    for number in range(1, 26):
        one = article(
            f"第{number}条。", url=f"http://x.example/{number}", portal="xian" if number > 1 else "gone"
        )
        fetched = NOON + timedelta(days=number)
        reason = "declared gb2312,\nreads as gb18030"
        raw = RawPage(one.url, fetched, 200, HEADERS, "gb18030", reason, BODY)
        one.raw = [raw, raw] if number == 7 else [raw]
        with database.writing() as session:
            saver.save(session, one)
    database.close()
    return {"PORTALWATCH_DATABASE_URL": database_url}


def records(path: Path) -> list[tuple[str, str, dict[str, str], bytes]]:
    with path.open("rb") as file:
        return [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI") or "",
                dict(record.http_headers.headers) if record.http_headers else {},
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
        ]


class Check:
    verbose = True

    def __init__(self, path: Path) -> None:
        self.inputs = [str(path)]


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_an_archive_holds_the_answers(settings: dict[str, Any], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert invoke(Command, str(path), settings=settings) == 0
    found = records(path)
    assert [kind for kind, *_ in found] == ["warcinfo", *["response", "metadata"] * 26]
    _, url, headers, body = found[1]
    assert (url, body) == ("http://x.example/1", BODY)
    assert headers == {
        "Content-Type": "text/html; charset=gb2312",
        "X-Archive-Orig-Content-Encoding": "gzip",
        "X-Archive-Orig-Content-Length": "17",
        "ETag": '"1"',
        "X-Note": "a b",
        "Content-Length": str(len(BODY)),
    }
    assert found[2][3].decode().splitlines() == [
        "charset: gb18030",
        "charset-reason: declared gb2312, reads as gb18030",
        "part: 1",
    ]
    assert (path.read_bytes()[:2] == b"\x1f\x8b") is name.endswith("gz")


def test_the_archive_is_valid(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pages.warc.gz"
    assert invoke(Command, str(path), settings=settings) == 0
    capsys.readouterr()
    checker = Checker(Check(path))
    checker.process_all()
    assert checker.exit_value == 0
    assert capsys.readouterr().out.count("digest pass") == 53


def test_some_pages(settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "some.warc"
    assert invoke(Command, "--portal", "gone", str(path), settings=settings) == 0
    assert {url for _, url, *_ in records(path)} == {"", "http://x.example/1"}
    assert invoke(Command, "--since", "2026-05-28", str(path), settings=settings) == 0
    assert {url for _, url, *_ in records(path)} == {"", "http://x.example/24", "http://x.example/25"}
    assert capsys.readouterr().out == f"1 pages written to {path}.\n2 pages written to {path}.\n"


def test_a_damaged_page_is_named_and_the_others_are_written(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(settings["PORTALWATCH_DATABASE_URL"])
    with database.writing() as session:
        where = models.RawPage.url == "http://x.example/3"
        session.execute(update(models.RawPage).where(where).values(packed=b"\x01broken"))
    database.close()
    path = tmp_path / "pages.warc"
    assert invoke(Command, str(path), settings=settings) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("Damaged http://x.example/3: a stored text is damaged")
    assert captured.out == f"25 pages written to {path}.\n"


def test_wrong_use(settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Command, settings=settings) == 2
    assert invoke(Command, "--portal", "nowhere", str(tmp_path / "x.warc"), settings=settings) == 2
    assert invoke(Command, str(tmp_path / "no" / "x.warc"), settings=settings) == 1
    assert not list(tmp_path.glob("*.warc*"))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "Say where to: scrapy warc FILE."
    assert told[1].startswith("There is no portal named 'nowhere'.")
    assert told[2].endswith("cannot be written: No such file or directory.")
