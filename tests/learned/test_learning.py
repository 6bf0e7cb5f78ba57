"""A portal whose notices have wordings that no phrase list knows: the second visit takes them out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.replica.load import ROOT as SEEDS
from crawler.replica.load import load_portals
from crawler.replica.server import ReplicaServer
from crawler.text.canonical import canonical
from tests.world import World

REMINDER = "温馨提醒：渡口便民窗口周末照常有人，带上身份证就能办。"
REPEATED = {
    "渡口的清晨从一碗热茶开始",
    "看到这里，不妨把小镇的故事说给身边的人听",
    "茶还热着，常来青石渡坐坐",
    "每天清晨六点，我们把当天的新鲜事摆上桌",
    "老渡口的照片还在征集",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    portals = load_portals(Path(__file__).parent / "replicas", SEEDS / "texts")
    with ReplicaServer(portals) as server:
        settings = {"PORTALWATCH_SPIDER_MODULES": '["tests.learned.portals"]'}
        yield World(server, tmp_path_factory.mktemp("learned"), settings)


@pytest.fixture(scope="module")
def visited(world: World) -> set[str]:
    """Visit twice, a few days apart; return the addresses of the first visit."""
    first = world.scrapy("crawl", "qingshi")
    assert first.returncode == 0, first.stdout + first.stderr
    urls = {str(row[0]) for row in world.rows("select url from articles")}
    assert len(urls) == 48
    world.server.clock.advance(timedelta(days=6))
    second = world.scrapy("crawl", "qingshi")
    assert second.returncode == 0, second.stdout + second.stderr
    return urls


def stored(world: World) -> dict[str, tuple[str, list[dict[str, str]]]]:
    return {url: (kept.canonical_body, kept.dropped) for url, kept in world.contents().items()}


def test_later_articles_are_their_text_and_nothing_else(world: World, visited: set[str]) -> None:
    portal = world.server.portals["qingshi"]
    at = world.server.clock.now()
    later = {portal.url(one): one for one in portal.visible(at) if portal.url(one) not in visited}
    assert len(later) == 12
    found = stored(world)
    for url, one in later.items():
        reminder = [REMINDER] if portal.posting(one).section == "2" else []
        assert found[url][0] == canonical("\n".join([*portal.truth(one, at).paragraphs, *reminder]))
        rules = {(drop["pipeline"], drop["rule"]) for drop in found[url][1]}
        assert rules == {("recommended", "learned"), ("notices", "learned")}


def test_what_was_learned_says_so_and_is_in_the_database(world: World, visited: set[str]) -> None:
    rows = world.rows("select kind, text, articles from learned where articles > 40")
    texts = {str(text) for kind, text, _ in rows if kind == "block"}
    assert {text.replace("，", ",") for text in REPEATED} == texts
    assert ("tail", "-走进青石渡", 60) in rows
    assert ("page", "", 60) in rows


def test_the_first_visit_knows_nothing_and_a_full_one_puts_it_right(world: World, visited: set[str]) -> None:
    before = stored(world)
    assert [url for url in visited if "不妨把小镇的故事" not in before[url][0]] == []
    again = world.scrapy("crawl", "qingshi", "-a", "full=1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert not any("不妨把小镇的故事" in body for body, _ in stored(world).values())
    assert ("page", 60) in world.rows("select kind, articles from learned")


def test_a_saved_page_is_read_with_what_the_database_knows(
    world: World, visited: set[str], tmp_path: Path
) -> None:
    portal = world.server.portals["qingshi"]
    one = portal.visible(world.server.clock.now())[0]
    page = tmp_path / "page.html"
    path = f"/view/{one}.html"
    page.write_bytes(world.server.answer("www.qingshidu.example", path, {}).body)
    wanted = {"spider": ("--spider", "qingshi"), "none": ()}
    bodies = {
        name: json.loads(world.scrapy("extract", *options, str(page)).stdout)["body"]
        for name, options in wanted.items()
    }
    assert "不妨把小镇的故事" in bodies["none"]
    assert "不妨把小镇的故事" not in bodies["spider"]
    nowhere = World(world.server, tmp_path, world.settings)
    done = nowhere.scrapy("extract", "--spider", "qingshi", str(page))
    assert "不妨把小镇的故事" in json.loads(done.stdout)["body"]
    assert done.stderr == ""
    assert not (tmp_path / "test.db").exists()
