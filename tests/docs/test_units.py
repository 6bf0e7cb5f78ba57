"""The unit files and the cron line of docs/operations.md are such that can be used."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crawler.replica.server import ReplicaServer
from tests.world import ROOT, World

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
UNITS = {
    Path(name).name: text
    for name, text in re.findall(r"```ini\n# (/etc/systemd/system/\S+)\n(.*?)```", PAGE, re.DOTALL)
}
COMMAND = "/srv/portalwatch/.venv/bin/scrapy"


def test_there_is_a_service_with_its_timer_and_a_daemon() -> None:
    assert set(UNITS) == {"portalwatch.service", "portalwatch.timer", "portalwatch-daemon.service"}


@pytest.mark.parametrize("name", UNITS)
def test_each_unit_is_understood(name: str, tmp_path: Path) -> None:
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep case
    parsed.read_string(UNITS[name])
    assert {"Unit", "Timer" if name.endswith("timer") else "Service"} <= set(parsed.sections())
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze here")
    for other, text in UNITS.items():
        # The program and its user need not exist here.
        usable = (
            text.replace(COMMAND, "/bin/true")
            .replace("/srv/portalwatch", "/")
            .replace("User=portalwatch\n", "")
        )
        (tmp_path / other).write_text(usable, "utf-8")
    done = subprocess.run(
        [verify, "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "portalwatch" in line] == []


@pytest.mark.parametrize(
    "words",
    [
        *re.findall(r"^ExecStart=/srv/portalwatch/.venv/bin/scrapy (.*--due.*)$", PAGE, re.MULTILINE),
        *re.findall(r"^\*/5 .* \.venv/bin/scrapy (.*)$", PAGE, re.MULTILINE),
    ],
)
def test_their_commands_run(words: str, tmp_path: Path) -> None:
    with ReplicaServer() as server:
        world = World(server, tmp_path, {"PORTALWATCH_MAX_LIST_PAGES": "1"})
        done = world.scrapy(*words.replace("var/patrol.log", str(tmp_path / "patrol.log")).split())
        assert done.returncode == 0, done.stdout + done.stderr
        assert world.scrapy("patrol", "--due").stdout.startswith("Nothing is due before ")
