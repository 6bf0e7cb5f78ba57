"""Articles that stand on several pages, from the first page to the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

import pytest

from crawler.replica.server import ReplicaServer
from crawler.text.canonical import canonical
from tests.parts.serving import HOST, LIMIT, PagesServer, said
from tests.world import World


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PagesServer, World, str]]:
    with PagesServer() as server:
        settings = {
            "PORTALWATCH_SPIDER_MODULES": '["tests.parts.portals"]',
            "PORTALWATCH_MAX_PARTS": str(LIMIT),
            "PORTALWATCH_RETRY_TIMES": "0",
        }
        folder = tmp_path_factory.mktemp("parts")
        world = World(cast("ReplicaServer", server), folder, settings)  # as far as World goes
        done = world.scrapy("crawl", "changwen")
        assert done.returncode == 0, done.stdout + done.stderr
        yield server, world, done.stderr


def stored(world: World) -> dict[str, tuple[list[str], list[str]]]:
    return {
        url.removeprefix(f"http://{HOST}"): (kept.canonical_body.split("\n"), kept.flags)
        for url, kept in world.contents().items()
    }


@pytest.mark.parametrize(
    ("path", "name", "parts", "flags"),
    [
        ("/101.html", "柳照", 3, []),
        ("/102.html", "掌柜", 2, ["missing-part"]),
        ("/103.html", "河工", 2, []),
        ("/104.html", "堤上人", 1, []),
        ("/show.php?id=5", "篾匠", 2, []),
        ("/106.html", "测水员", LIMIT, ["missing-part"]),
        ("/107.html", "保管员", 1, ["missing-part"]),
    ],
)
def test_the_parts_are_joined_in_order(
    visited: tuple[PagesServer, World, str], path: str, name: str, parts: int, flags: list[str]
) -> None:
    found = stored(visited[1])
    wanted = [canonical(said(name, number)) for number in range(1, parts + 1)]
    assert found[path] == (wanted, flags)


def test_each_part_is_fetched_once_and_none_is_an_article_of_its_own(
    visited: tuple[PagesServer, World, str],
) -> None:
    server, world, said_so = visited
    assert len(stored(world)) == 7
    assert len(server.asked) == len(set(server.asked))
    assert "/103_4.html" not in server.asked
    assert f"/106_{LIMIT + 1}.html" not in server.asked
    assert said_so.count("/102_3.html") == 1
    assert "Traceback" not in said_so


def test_a_missing_part_is_counted(visited: tuple[PagesServer, World, str]) -> None:
    (row,) = visited[1].rows("select counts from run_portals")
    assert json.loads(str(row[0]))["missing_parts"] == 3
