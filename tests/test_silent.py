"""Hosts that say nothing at all: named as a timeout within their time, and nobody else waits for them."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.hostile import Hostile, project, serving
from tests.silent import mute, swallowing
from tests.test_hostile import crawl, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = [f"/good-{number}.html" for number in range(15)]


@pytest.fixture
def server() -> Iterator[Hostile]:
    with serving({"good.example": GOOD, "big.example": ["/steady.html"]}) as made:
        yield made


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Make a project of silent portals and two others; yield the section pages of the silent ones."""
    with swallowing() as swallower, mute() as listener:
        bases = {
            "connecting": f"http://127.0.0.1:{swallower}",  # no connection comes about
            "securing": f"https://127.0.0.1:{swallower}",
            "shaking": f"https://127.0.0.1:{listener}",  # a connection, and no word of TLS
            "listening": f"http://127.0.0.1:{listener}",
            "tunnelling": "https://tunnelling.example",  # a proxy that leads to no word of TLS
            "deaf": "https://deaf.example",  # a proxy that does not answer itself
        }
        project(tmp_path / "project", "good", "big", **bases)
        yield {name: f"{base}/list.html" for name, base in bases.items()}


def faults(folder: Path) -> dict[str, dict[str, int]]:
    """Return the requests that brought nothing, by kind, of each portal's last run."""
    with closing(sqlite3.connect(folder / "test.db")) as connection:
        rows = connection.execute("select portal, metrics from health order by run_portal_id").fetchall()
    return {str(portal): json.loads(metrics)["faults"] for portal, metrics in rows}


@pytest.mark.parametrize("robots", ["1", "0"], ids=["robots.txt", "the list"])
def test_silence_is_a_timeout_of_one_portal(
    server: Hostile, silent: dict[str, str], tmp_path: Path, robots: str
) -> None:
    server.lists["big.example"] = GOOD[:1]
    done = crawl(server, tmp_path, "patrol", ALLOW_PRIVATE_ADDRESSES="1", ROBOTSTXT_OBEY=robots)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    for name, url in silent.items():
        said = [line for line in lines if url in line]
        assert len(said) == 1, (name, lines)
        assert said[0].endswith("no answer in time"), said
        assert f"{name}: 0 pages, 0 new, 0 changed, 1 errors FAILED" in done.stdout
    assert {name: faults(tmp_path)[name] for name in silent} == {name: {"timeout": 1} for name in silent}
    assert set(GOOD) <= set(server.asked("good.example"))


@pytest.mark.usefixtures("silent")
def test_the_daemon_ends_while_connections_hang_and_a_big_page_is_read(
    server: Hostile, tmp_path: Path
) -> None:
    limits = {
        "ALLOW_PRIVATE_ADDRESSES": "1",
        "DOWNLOAD_TIMEOUT": "600",
        "DOWNLOAD_MAXSIZE": "1000000000",
        "ROBOTSTXT_OBEY": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "patrol", "--daemon"],
        cwd=tmp_path / "project",
        env=environment(server, tmp_path, **limits),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        # The good portal is read while all others hang, the deaf one in the same process.
        server.arrived(
            *(("good.example", path) for path in GOOD),
            ("big.example", "/steady.html"),
            ("deaf.example", "CONNECT"),
            ("tunnelling.example", "CONNECT"),
        )
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    finally:
        process.terminate()
        process.wait()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    # What takes longer than eight seconds is killed, and could not write this.
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection:
        assert connection.execute("select count(*) from leases").fetchall() == [(0,)]
        assert connection.execute("select count(*) from runs where finished_at is null").fetchall() == [(0,)]
