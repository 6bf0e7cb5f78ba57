"""`scrapy newportal`, `seed` and `check` from the shell, on a replica that the project has no spider of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.replica.server import ReplicaServer
from tests.world import World, project_copy

HOST = "www.cnxz.com.cn"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("newportal")
    with ReplicaServer() as server:
        # One list page is enough: that paging was learned is tested without a crawl.
        one_page = {"PORTALWATCH_MAX_LIST_PAGES": "1"}
        made = World(server, folder, one_page, project_copy(folder / "project"))
        done = made.scrapy("newportal", f"http://{HOST}/", "--sample", "3")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "The seeds test passes on 3 seeds." in done.stdout
        assert done.stderr == ""
        yield made


def test_spider_and_seeds_are_written(world: World) -> None:
    assert 'name = "cnxz"' in (world.root / "spiders" / "cnxz.py").read_text("utf-8")
    folder = world.root / "seeds" / "cnxz"
    assert sorted(str(path.relative_to(folder)) for path in folder.glob("*/*")) == [
        f"{seed}/{file}"
        for seed in ("article-1", "article-2", "list-1")
        for file in ("body.html", "expected.json", "response.json")
    ]


def test_bytes_are_kept_as_they_came(world: World) -> None:
    folder = world.root / "seeds" / "cnxz" / "article-1"
    response = json.loads((folder / "response.json").read_text("utf-8"))
    assert response["status"] == 200
    assert response["headers"] == {"Content-Type": "text/html; charset=gb2312"}
    assert response["fetched"].endswith("+08:00")
    body = (folder / "body.html").read_bytes()
    assert json.loads((folder / "expected.json").read_text("utf-8"))["charset"] == "gb18030"
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_the_written_spider_crawls_its_portal(world: World) -> None:
    done = world.scrapy("crawl", "cnxz")
    assert done.returncode == 0, done.stdout + done.stderr
    portal = world.server.portals["cnxz"]
    assert world.rows("select count(*) from articles") == [
        (len(portal.sections) * portal.definition.page_size,)
    ]


def test_robots_are_obeyed_one_request_at_a_time_by_an_honest_name(world: World) -> None:
    visits = world.server.visits(HOST)
    assert visits[0].url.endswith("/robots.txt")
    assert {visit.agent.split("/")[0] for visit in visits} == {"portalwatch"}
    assert not [visit for visit in visits if "/epaper/" in visit.url]
    assert all(one.ended <= two.time for one, two in pairwise(visits))


def test_nothing_is_left_where_not_all_can_be_written(world: World, tmp_path: Path) -> None:
    bare = World(world.server, tmp_path, world.settings, project_copy(tmp_path / "project"))
    shutil.rmtree(bare.root / "seeds")
    (bare.root / "seeds").touch()
    done = bare.scrapy("newportal", f"http://{HOST}/", "--sample", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("seeds/cnxz/list-1: Not a directory.\n")
    assert done.stderr.count("\n") == 1
    assert not (bare.root / "spiders" / "cnxz.py").exists()


def test_one_more_seed(world: World) -> None:
    portal = world.server.portals["cnxz"]
    url = portal.url(portal.visible(world.server.clock.now())[-1])
    done = world.scrapy("seed", "cnxz", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Written: seeds/cnxz/article-3" in done.stdout
    assert "The seeds test passes on 1 seeds." in done.stdout


def test_check_names_what_broke_and_stores_nothing(world: World) -> None:
    before = world.rows("select count(*) from versions")
    world.server.fault(HOST, "/minsheng/node.htm", "500", times=None)
    file = world.root / "spiders" / "cnxz.py"
    kept = file.read_text("utf-8")
    file.write_text(kept.replace('byline = "', 'byline = ".gone '), "utf-8")
    try:
        done = world.scrapy("check", "cnxz", "--sample", "2", "-s", "RETRY_TIMES=0")
    finally:
        file.write_text(kept, "utf-8")
        world.server.mend()
    assert done.returncode == 1
    assert "FAILED: section 民生: the server answered with status 500" in done.stdout
    assert "FAILED: byline: the spider's rule finds it on 0 of 2 pages" in done.stdout
    assert world.rows("select count(*) from versions") == before


def test_a_front_page_that_robots_txt_forbids_is_not_read(world: World) -> None:
    done = world.scrapy("newportal", "http://fbdy.cn/member/", "--name", "forbidden")
    assert done.returncode == 1
    assert done.stderr == "http://fbdy.cn/member/: robots.txt does not allow it.\n"
    assert not (world.root / "spiders" / "forbidden.py").exists()
