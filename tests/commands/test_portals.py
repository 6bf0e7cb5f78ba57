"""``scrapy portals`` serves until it is told to stop."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "scrapy", "portals"]


def test_it_says_where_it_serves_and_ends_when_told_to(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("# two copies\np1.example fbdy\np2.example xian\n", encoding="utf-8")
    command = [*COMMAND, "--host-file", str(hosts), "--clock", "2026-11-13T08:00", "--speed", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(7)]
        address = urlsplit(said[0].split(" at ")[1].split(",")[0])
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
        connection.request("GET", "http://p1.example/")
        status = connection.getresponse().status
        connection.close()
        process.send_signal(signal.SIGTERM)
        said.append(process.stdout.read())
    assert process.returncode == 0
    assert status == 200
    assert "2026-11-13 08:00" in said[0]
    assert said[6].startswith(f"Try one with: http_proxy=http://{address.netloc} scrapy crawl ")
    assert said[7] == "Requests answered: 1.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["extra"], "portals takes no argument"),
        (["--clock", "tomorrow"], "--clock: tomorrow is no time"),
        (["--host-file", "no-such-file"], "--host-file no-such-file cannot be read"),
        (["--port", "99999"], "cannot be served"),
        (["--speed", "nan"], "--speed is a number from 0 up, not nan"),
        (["--speed", "-1"], "--speed is a number from 0 up, not -1"),
    ],
)
def test_wrong_use_gets_one_sentence_and_status_2(arguments: list[str], sentence: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
