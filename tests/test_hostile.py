"""A crawl of servers that misbehave: a line for each, bounded in time, size and number, and on it goes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import starting
from tests.hostile import Hostile, project, serving

WAYS = {
    "hang": "no answer in time",
    "drip": "no answer in time",
    "dripheaders": "no answer in time",
    "trickle": "no answer in time",
    "declared": "larger than DOWNLOAD_MAXSIZE",
    "chunked": "larger than DOWNLOAD_MAXSIZE",
    "undeclared": "larger than DOWNLOAD_MAXSIZE",
    "gzip": "larger than DOWNLOAD_MAXSIZE",
    "br": "larger than DOWNLOAD_MAXSIZE",
    "zstd": "larger than DOWNLOAD_MAXSIZE",
    "twice": "larger than DOWNLOAD_MAXSIZE",
    "deflate": "larger than DOWNLOAD_MAXSIZE",
    "rawdeflate": "larger than DOWNLOAD_MAXSIZE",
    "layers": "larger than DOWNLOAD_MAXSIZE",
    "loop": "redirects in a circle or too often",
    "ping": "redirects in a circle or too often",
    "onward": "redirects in a circle or too often",
    "refresh": "redirects in a circle or too often",
    "hosts": "redirects in a circle or too often",
    "away": "redirects in a circle or too often",
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


def environment(server: Hostile, folder: Path, **settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "http_proxy": server.url,
        "https_proxy": server.url,
        "no_proxy": "127.0.0.1",
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


def crawl(server: Hostile, folder: Path, *words: str, **settings: str) -> CompletedProcess[str]:
    return starting.run(words, folder / "project", environment(server, folder, **settings))


def test_each_way_is_a_line_and_the_others_are_read(server: Hostile, tmp_path: Path) -> None:
    names = [f"trap{number}" for number in range(6)]
    project(tmp_path / "project", *names)
    good = [f"/good-{number}.html" for number in range(5)]
    for number, name in enumerate(names):
        paths = [f"/{way}.html" for way in list(WAYS)[number :: len(names)]]
        server.lists[f"{name}.example"] = [path for pair in zip(good, paths, strict=False) for path in pair]
    done = crawl(server, tmp_path, "patrol")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    for way, sentence in WAYS.items():
        said = [line for line in lines if f"/{way}." in line or f"/{way}-" in line]
        assert len(said) == 1, (way, lines)
        assert sentence in said[0], said
    for name in names:
        asked = server.asked(f"{name}.example")
        assert set(server.lists[f"{name}.example"]) <= set(asked)
        assert len([path for path in asked if path.startswith(("/onward", "/refresh"))]) <= 7
        ways = len(server.lists[f"{name}.example"]) // 2
        assert re.search(
            rf"^{name}: \d+ pages, {ways} new, 0 changed, {ways} errors$", done.stdout, re.MULTILINE
        )
    # What a socket's buffers take is sent beyond what is read.
    assert server.sent["/chunked.html"] < 16 * MAXSIZE
    assert server.sent["/declared.html"] < 16 * MAXSIZE


def test_what_has_no_end_is_left(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "trap")
    server.lists["trap.example"] = ["/part.html", "/good.html"]
    done = crawl(server, tmp_path, "crawl", "trap", MAX_PARTS="4")
    assert "more than 4 parts" in done.stderr
    assert len([path for path in server.asked("trap.example") if path.startswith("/part")]) == 4


TRAPS = {
    # Where each section goes on, how many of its pages are asked for, and what is said of the last.
    "months": ("/paging-1.html", 6, "more than 6 list pages"),
    "visitors": ("/visitor.html", 6, "more than 6 list pages"),
    "deep": ("/deep/", 5, "1 of its links are not followed, the first"),
    "long": ("/long.html", 3, "the next page is not asked for: its address has 1"),
    "circle": ("/circle.html", 3, ""),
    "bare": ("/bare-1.html", 2, "nothing found on this section page"),
}


def test_sections_without_end_are_left(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", *TRAPS)
    for name, (path, _, _) in TRAPS.items():
        server.following[f"{name}.example"] = path
        server.lists[f"{name}.example"] = ["/first.html"]
    done = crawl(server, tmp_path, "patrol", MAX_LIST_PAGES="6")
    assert "Traceback" not in done.stderr
    for name, (path, pages, sentence) in TRAPS.items():
        assert len(sections(server, name, path)) == pages, (name, server.asked(f"{name}.example"))
        said = [line for line in done.stderr.splitlines() if f"{name}.example" in line and sentence in line]
        assert len(said) == 1 or not sentence, (name, done.stderr)
    assert len([path for path in server.asked("deep.example") if path.endswith("story.html")]) == 3
    assert "Failed: bare." in done.stdout, "the others went on to what they have"
    assert max(len(path) for path in server.asked("long.example")) < 1000


def test_a_circle_is_gone_round_once_though_nothing_of_it_is_wanted(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "circle")
    server.following["circle.example"] = "/circle.html"
    server.lists["circle.example"] = ["/first.html"]
    done = crawl(server, tmp_path, "crawl", "circle", "-a", "until=2020-01-01")
    assert done.returncode == 0, done.stderr
    assert server.asked("circle.example") == ["/robots.txt", "/list.html", "/circle.html", "/circle-on.html"]


def sections(server: Hostile, name: str, path: str) -> list[str]:
    """Return the section pages that a portal was asked for, in their order."""
    stem = re.sub("[^a-z].*", "", path.strip("/"))
    asked = [one for one in server.asked(f"{name}.example") if not one.endswith("story.html")]
    return [one for one in asked if one == "/list.html" or one.startswith(f"/{stem}")]


def test_a_bad_portal_delays_no_other(server: Hostile, tmp_path: Path) -> None:
    project(tmp_path / "project", "bad", "good")
    server.lists["bad.example"] = [f"/hang-{number}.html" for number in range(5)]
    server.lists["good.example"] = [f"/good-{number}.html" for number in range(15)]
    done = crawl(server, tmp_path, "patrol", DOWNLOAD_TIMEOUT="16", RUN_TIMEOUT="12")
    assert "Failed: bad." in done.stdout
    assert "stopped: it took longer than PORTALWATCH_RUN_TIMEOUT" in done.stdout
    log = list(server.log)
    hung = [place for place, (_, path) in enumerate(log) if path.startswith("/hang")]
    read = [place for place, (_, path) in enumerate(log) if path.startswith("/good")]
    assert len(read) == 15
    assert hung[0] < read[-1], "the bad one began before the good one had ended"
    assert len(hung) == 1, "the others would have been asked for when the time was up"
