"""`scrapy web` as a person starts and stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.commands.web import Command, in_address
from tests.commands.invoking import invoke
from tests.world import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_ctrl_c_ends_it_in_order(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "web", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "PORTALWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith("(stop with Ctrl-C)\n")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--name", "https://news.example"), "--name is a host such as news.example"),
        (("--name", "news.example:8420"), "not 'news.example:8420'"),
        (("--name", "n*s.example"), "not 'n*s.example'"),
        (("--name", ""), "not ''"),
        (("--url", "news.example"), "--url is an address such as https://news.example, not 'news.example'"),
        (("--port", "65536"), "--port is a number from 0 to 65535"),
        (("all",), "takes options only"),
    ],
)
def test_wrong_use(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str) -> None:
    assert invoke(Command, *words, settings={"PORTALWATCH_DATABASE_URL": "sqlite://"}) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(("host", "address"), [("::1", "[::1]"), ("news.example", "news.example")])
def test_a_host_in_an_address(host: str, address: str) -> None:
    assert in_address(host) == address
