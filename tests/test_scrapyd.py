"""The project as an egg: scrapyd takes it, lists its spiders and runs one."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from crawler.replica.server import ReplicaServer
from tests.world import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIGURATION = """[scrapyd]
bind_address = 127.0.0.1
http_port = {port}
poll_interval = 0.5
max_proc = 1
"""
# The proxy of the replicas is for spiders only.
OPENER = build_opener(ProxyHandler({}))


def egg(folder: Path) -> Path:
    """Build the egg as `make egg` does, with all that is made on the way in ``folder``."""
    folder.mkdir()
    command = [sys.executable, "-c", "import setuptools; setuptools.setup()", "--quiet"]
    command += ["egg_info", "--egg-base", str(folder), "build", "--build-base", str(folder / "build")]
    command += ["bdist_egg", "--bdist-dir", str(folder / "bdist"), "--dist-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.egg")
    return found


def ask(address: str, fields: dict[str, str] | None = None, file: Path | None = None) -> dict[str, Any]:
    """Return scrapyd's answer, to a form where there are fields."""
    body, headers = None, {}
    if fields is not None:
        parts = [
            f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        if file:
            head = '--limit\r\nContent-Disposition: form-data; name="egg"; filename="portalwatch.egg"\r\n\r\n'
            parts.append(head.encode() + file.read_bytes() + b"\r\n")
        body, headers = b"".join([*parts, b"--limit--\r\n"]), {}
        headers["Content-Type"] = "multipart/form-data; boundary=limit"

    with OPENER.open(Request(address, body, headers), timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    assert found["status"] == "ok", found
    return found


@pytest.fixture
def replicas() -> Iterator[ReplicaServer]:
    with ReplicaServer() as server:
        yield server


@pytest.fixture
def scrapyd(tmp_path: Path, replicas: ReplicaServer) -> Iterator[str]:
    """Yield the address of a scrapyd whose spiders find the replicas in place of the Internet."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "scrapyd.conf").write_text(CONFIGURATION.format(port=port), "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
        "http_proxy": replicas.url,
        "no_proxy": "",
        "PORTALWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/test.db",
        "PORTALWATCH_FEEDS_DIR": str(tmp_path / "feeds"),
        "PORTALWATCH_DOWNLOAD_DELAY": "0",
        "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
    }
    command = [sys.executable, "-m", "scrapyd"]
    with (
        (tmp_path / "scrapyd.log").open("wb") as log,
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log) as running,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            until(lambda: answers(port), 60, tmp_path)
            yield address
        finally:
            running.terminate()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(what: Any, seconds: float, folder: Path) -> None:
    """Poll until ``what`` is so; fail after ``seconds`` with what was logged."""
    end = time.monotonic() + seconds
    with socket.socket() as pause:
        pause.bind(("127.0.0.1", 0))
        pause.settimeout(0.2)
        while not what():
            logs = "\n".join(path.read_text("utf-8", "replace")[-3000:] for path in folder.rglob("*.log"))
            assert time.monotonic() < end, logs
            try:
                pause.recv(1)  # nobody sends anything: the pause between two looks
            except OSError:
                continue


def test_scrapyd_runs_the_egg(scrapyd: str, tmp_path: Path) -> None:
    project = {"project": "portalwatch"}
    added = ask(f"{scrapyd}/addversion.json", {**project, "version": "1"}, egg(tmp_path / "egg"))
    assert added["spiders"] == 5
    assert "cnxz" in ask(f"{scrapyd}/listspiders.json?project=portalwatch")["spiders"]
    job = ask(f"{scrapyd}/schedule.json", {**project, "spider": "cnxz", "since": "2026-10-01"})["jobid"]

    def finished() -> bool:
        jobs = ask(f"{scrapyd}/listjobs.json?project=portalwatch")["finished"]
        return any(one["id"] == job for one in jobs)

    until(finished, 120, tmp_path)
    with sqlite3.connect(tmp_path / "test.db") as connection:
        (reason, counts) = connection.execute("SELECT reason, counts FROM run_portals").fetchone()
        (stored,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    connection.close()
    assert reason == "finished"
    assert json.loads(counts)["errors"] == 0
    assert stored > 5
