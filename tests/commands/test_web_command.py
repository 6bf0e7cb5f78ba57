"""`scrapy web` as a person starts and stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.commands.web import Command
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
