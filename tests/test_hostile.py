"""A crawl of servers that misbehave: a line for each, bounded in time, size and number, and on it goes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import Hostile, project, serving

WAYS = {
    "hang": "no answer in time",
    "drip": "no answer in time",
    "dripheaders": "no answer in time",
    "declared": "larger than DOWNLOAD_MAXSIZE",
    "chunked": "larger than DOWNLOAD_MAXSIZE",
    "undeclared": "larger than DOWNLOAD_MAXSIZE",
    "gzip": "larger than DOWNLOAD_MAXSIZE",
    "br": "larger than DOWNLOAD_MAXSIZE",
    "zstd": "larger than DOWNLOAD_MAXSIZE",
    "twice": "larger than DOWNLOAD_MAXSIZE",
    "loop": "redirects in a circle or too often",
    "ping": "redirects in a circle or too often",
    "onward": "redirects in a circle or too often",
    "refresh": "redirects in a circle or too often",
    "longheader": "the connection broke",
    "headers": "the headers of the answer are longer than",
    "interim": "the headers of the answer are longer than",
    "garbage": "the connection broke",
    "nothing": "the connection broke",
}
MAXSIZE = 1_000_000


@pytest.fixture
def server() -> Iterator[Hostile]:
    with serving({}) as made:
        yield made


def crawl(server: Hostile, folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "http_proxy": server.url,
        "no_proxy": "",
        "COLUMNS": "200",
        "PORTALWATCH_DATABASE_URL": f"sqlite:///{folder}/test.db",
        "PORTALWATCH_FEEDS_DIR": str(folder / "feeds"),
        "PORTALWATCH_DOWNLOAD_DELAY": "0",
        "PORTALWATCH_AUTOTHROTTLE_ENABLED": "0",
        "PORTALWATCH_RETRY_TIMES": "0",
        "PORTALWATCH_DOWNLOAD_TIMEOUT": "3",
        "PORTALWATCH_DOWNLOAD_MAXSIZE": str(MAXSIZE),
        **{f"PORTALWATCH_{name}": value for name, value in settings.items()},
    }
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=folder / "project",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_way_is_a_line_and_the_others_are_read(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "trap")
    paths = [f"/{way}.html" for way in WAYS]
    good = [f"/good-{number}.html" for number in range(len(WAYS))]
    server.lists["trap.example"] = [path for pair in zip(good, paths, strict=True) for path in pair]
    done = crawl(server, tmp_path, "crawl", "trap")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    for way, sentence in WAYS.items():
        said = [line for line in lines if f"/{way}." in line or f"/{way}-" in line]
        assert len(said) == 1, (way, lines)
        assert sentence in said[0], said
    assert f"{len(good)}" in done.stdout
    assert set(good) <= set(server.asked("trap.example"))
    for way in ("onward", "refresh"):
        assert len([path for path in server.asked("trap.example") if path.startswith(f"/{way}")]) <= 7
    # What a socket's buffers take is sent beyond what is read.
    assert server.sent["/chunked.html"] < 16 * MAXSIZE
    assert server.sent["/declared.html"] < 16 * MAXSIZE


def test_what_has_no_end_is_left(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "trap")
    server.lists["trap.example"] = ["/part.html", "/good.html"]
    done = crawl(server, tmp_path, "crawl", "trap", MAX_PARTS="4")
    assert "more than 4 parts" in done.stderr
    assert len([path for path in server.asked("trap.example") if path.startswith("/part")]) == 4


def test_a_pager_without_end_is_left(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "trap")
    server.following["trap.example"] = "/paging-1.html"
    server.lists["trap.example"] = ["/good.html"]
    done = crawl(server, tmp_path, "crawl", "trap", MAX_LIST_PAGES="6")
    assert done.returncode == 0, done.stderr
    assert [path for path in server.asked("trap.example") if "paging" in path] == [
        f"/paging-{number}.html" for number in range(1, 6)
    ]


def test_a_bad_portal_delays_no_other(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "bad", "good")
    server.lists["bad.example"] = [f"/hang-{number}.html" for number in range(5)]
    server.lists["good.example"] = [f"/good-{number}.html" for number in range(15)]
    done = crawl(server, tmp_path, "patrol", DOWNLOAD_TIMEOUT="30", RUN_TIMEOUT="20")
    assert "Failed: bad." in done.stdout
    assert "stopped: it took longer than PORTALWATCH_RUN_TIMEOUT" in done.stdout
    log = list(server.log)
    hung = [place for place, (_, path) in enumerate(log) if path.startswith("/hang")]
    read = [place for place, (_, path) in enumerate(log) if path.startswith("/good")]
    assert len(read) == 15
    assert hung[0] < read[-1], "the bad one began before the good one had ended"
    assert len(hung) == 1, "the others would have been asked for when the time was up"
