"""Crawls whose disk is full in the middle, for a while or to the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from crawler.store.database import open_database
from tests.faults.crawls import (
    CountingServer,
    Crawl,
    State,
    assert_as_undisturbed,
    assert_whole,
    let_leases_end,
    under_way,
)
from tests.faults.disks import Disk, quota, small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAKERS = {"disk": small_disk, "quota": quota}


@pytest.fixture(params=sorted(MAKERS))
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "small"
    folder.mkdir()
    with MAKERS[request.param](folder) as made:
        yield made


@pytest.fixture
def crawl(server: CountingServer, disk: Disk) -> Crawl:
    made = Crawl(server, f"sqlite:///{disk.folder}/test.db", disk.folder)
    made.prepare()
    return made


def test_room_is_waited_for(crawl: Crawl, disk: Disk, undisturbed: tuple[State, int]) -> None:
    with under_way(crawl) as (process, ended):
        disk.fill(process)
        threading.Event().wait(2)  # the crawl meets the full disk, which nothing tells
        disk.empty(process)
    assert ended[0] == 0, ended
    assert f"{disk.said}; trying again in" in ended[2]
    assert_as_undisturbed(crawl, undisturbed[0])


def test_what_found_no_room_is_said_and_found_again(
    crawl: Crawl, disk: Disk, undisturbed: tuple[State, int]
) -> None:
    crawl.settings = {"PORTALWATCH_PATIENCE": "1", "PORTALWATCH_BATCH_ARTICLES": "200"}
    with under_way(crawl) as (process, ended):
        disk.fill(process)
    code, out, err = ended
    disk.empty(process)
    assert code == 1, (out, err)
    assert "article(s) could not be stored; the next visit asks for them again" in out
    said = [line for line in err.splitlines() if "article(s) are not stored: " in line]
    assert said
    assert all(line.endswith(disk.said) for line in said)
    assert "Traceback" not in err
    assert "Refused" not in err  # each was said with its batch

    database = open_database(crawl.url)
    assert assert_whole(database) < len(undisturbed[0].texts)
    let_leases_end(database)  # nobody could write that they are over
    database.close()
    again = crawl.run()
    assert again.returncode == 0, again
    assert_as_undisturbed(crawl, undisturbed[0])
