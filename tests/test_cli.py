"""What all commands do alike."""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scrapy.exceptions import UsageError

from crawler.cli import PortalwatchCommand, visible
from crawler.commands import articles, export
from crawler.store.articles import save
from crawler.store.database import open_database
from tests.commands.invoking import invoke
from tests.store.builders import article
from tests.world import ROOT

if TYPE_CHECKING:
    import argparse


class Waiting(PortalwatchCommand):
    def short_desc(self) -> str:
        return "Waits until somebody has enough"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  Scrapy's signature
        raise KeyboardInterrupt


def test_ctrl_c_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Waiting, settings={}) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")


class Asking(PortalwatchCommand):
    def short_desc(self) -> str:
        return "Prints what it was asked"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002  Scrapy's signature
        sys.stdout.write("\n".join(args))
        return 0


def test_what_stands_behind_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Asking, "add", "--", "-section:公告", "--", "--x", settings={}) == 0
    assert capsys.readouterr() == ("add\n-section:公告\n--\n--x", "")
    assert invoke(Asking, "--x", "--", "y", settings={}) == 2


def test_a_word_that_is_taken_for_a_setting_is_named() -> None:
    with pytest.raises(
        UsageError, match="not 'ection:公告'; a query's word that begins with -s stands behind --"
    ):
        invoke(Asking, "低空", "-section:公告", settings={})


@pytest.mark.parametrize("encoding", ["gbk", "latin-1", "ascii"])
def test_what_an_encoding_lacks_is_escaped(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    bytes_written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(bytes_written, encoding, write_through=True))
    text = "茶館 é 😀"
    assert invoke(Asking, json.dumps(text, ensure_ascii=False), settings={}) == 0
    assert json.loads(bytes_written.getvalue().decode(encoding)) == text


def test_a_terminal_obeys_no_page() -> None:
    assert visible("红\x1b[31m\x07\x9b2J\x7f\r船\n\t来") == "红␛[31m␇\ufffd2J␡␍船\n\t来"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("words", [["articles", "--json"], ["articles"], ["db", "current"], ["export"]])
def test_a_full_disk_is_one_sentence(tmp_path: Path, words: list[str]) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    database = open_database(url)
    with database.writing() as session:
        save(session, article())
    database.close()
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *words],
            cwd=ROOT,
            env={**os.environ, "PORTALWATCH_DATABASE_URL": url},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert said.endswith("cannot be written: No space left on device.")


@pytest.mark.parametrize(
    ("command", "inside"), [(articles.Command, "articles.as_json"), (export.Command, "export.values")]
)
@pytest.mark.parametrize("query", [(), ("船",)])
def test_ctrl_c_amid_a_list_is_no_traceback(  # noqa: PLR0913, PLR0917  fixtures and parameters
    command: type[PortalwatchCommand],
    inside: str,
    query: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def enough(*_: object) -> None:
        raise KeyboardInterrupt

    url = f"sqlite:///{tmp_path}/x.db"
    database = open_database(url)
    with database.writing() as session:
        for number in range(3):
            save(session, article(f"第{number}条船。", url=f"http://x.example/{number}"))
    database.close()
    monkeypatch.setattr(f"crawler.commands.{inside}", enough)
    monkeypatch.setattr("crawler.store.finding.CHUNK", 1)
    words = ("--json", *query) if command is articles.Command else query
    assert invoke(command, *words, settings={"PORTALWATCH_DATABASE_URL": url}) == 130
    gc.collect()
    assert (capsys.readouterr().err, caplog.text) == ("Stopped.\n", "")
