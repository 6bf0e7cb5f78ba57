"""What all commands do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import PortalwatchCommand
from tests.commands.invoking import invoke

if TYPE_CHECKING:
    import argparse

    import pytest


class Waiting(PortalwatchCommand):
    def short_desc(self) -> str:
        return "Waits until somebody has enough"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002
        raise KeyboardInterrupt


def test_ctrl_c_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(Waiting, settings={}) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")
