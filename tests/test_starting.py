"""A command that is forked is one as Python starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.starting import ROOT, Started, run

if TYPE_CHECKING:
    from pathlib import Path


def test_it_says_what_a_command_says_that_is_started_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/test.db"
    environment = {**os.environ, "PORTALWATCH_DATABASE_URL": url, "PORTALWATCH_DOWNLOAD_DELAY": "often"}
    words = ["db", "current"]
    anew = subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    forked = run(words, ROOT, environment)
    assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)
    assert forked.stderr == "PORTALWATCH_DOWNLOAD_DELAY: 'often' is not a number\n"


def test_it_ends_with_its_signal() -> None:
    started = Started(["portals", "--port", "0"], ROOT, os.environ)
    assert started.poll() is None
    with pytest.raises(TimeoutError):
        started.wait(0)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    assert started.poll() == started.returncode == -signal.SIGKILL
    started.send_signal(signal.SIGKILL)
