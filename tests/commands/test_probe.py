"""`scrapy probe` on saved pages, on addresses, and on what is no page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.commands.probe import Command
from crawler.replica.clock import START
from crawler.replica.render import Renderer
from crawler.replica.server import ReplicaServer
from tests.commands.invoking import invoke
from tests.families.visiting import family_portals
from tests.world import World

REPLICAS = family_portals()


def probe(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    status = invoke(Command, *map(str, words), settings={})
    out, err = capsys.readouterr()
    return status, out, err


def saved(folder: Path, name: str, kind: str = "article") -> tuple[Path, str]:
    """Save the newest article or the first list of a family's replica; return the file and the address."""
    portal = REPLICAS[name]
    renderer = Renderer(portal)
    if kind == "article":
        article_id = portal.visible(START)[0]
        document, url = renderer.article(article_id, START), portal.url(article_id)
    else:
        slug = next(iter(portal.sections))
        found = renderer.listing(slug, 1, START)
        assert found is not None
        document, url = found, portal.definition.base + portal.list_path(slug, 1)
    path = folder / f"{name}-{kind}.html"
    path.write_bytes(document.body)
    return path, url


def test_an_article_is_read_with_its_family(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, url = saved(tmp_path, "trs")
    truth = REPLICAS["trs"].truth(REPLICAS["trs"].visible(START)[0], START)
    status, out, _ = probe(capsys, path, "--url", url, "--json")
    found: dict[str, Any] = json.loads(out)
    assert status == 0
    assert found["kind"] == "article"
    assert found["families"][0]["family"] == "trs"
    assert found["spider"] == "crawler.families.trs.TrsSpider"
    assert found["article"]["title"] == truth.title
    assert found["article"]["body"].split("\n") == list(truth.paragraphs)
    assert found["fallbacks"] == []


def test_a_person_is_told_why_and_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = saved(tmp_path, "wordpress")
    status, out, _ = probe(capsys, path)
    assert status == 0
    assert out.startswith("wordpress: WordPress, ")
    assert "  because of generator WordPress" in out
    assert "from crawler.families.wordpress import WordpressSpider" in out
    truth = REPLICAS["wordpress"].truth(REPLICAS["wordpress"].visible(START)[0], START)
    assert f"title      {truth.title}" in out
    assert f"{len(truth.paragraphs)} paragraphs" in out


@pytest.mark.parametrize("name", REPLICAS)
def test_a_section_page_shows_entries_and_the_next_page(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, url = saved(tmp_path, name, "list")
    status, out, _ = probe(capsys, path, "--url", url, "--json")
    found = json.loads(out)
    portal = REPLICAS[name]
    slug = next(iter(portal.sections))
    assert status == 0
    assert found["kind"] == "section"
    assert [entry["url"] for entry in found["entries"]] == [
        portal.url(article_id) for article_id in portal.visible(START, slug)[: portal.definition.page_size]
    ]
    assert found["next_page"] == portal.definition.base + portal.list_path(slug, 2)


def test_a_terminal_obeys_no_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(
        f"<li><a href='/a/{n}.html'>河边&#27;[2J步道建成第{n}段</a> 2026-05-0{n}</li>" for n in range(1, 9)
    )
    path = tmp_path / "list.html"
    path.write_text(f"<html><head><title>要闻</title></head><body><ul>{rows}</ul></body></html>", "utf-8")
    status, out, _ = probe(capsys, path, "--url", "http://www.some.example/list/")
    assert (status, "8 entries" in out, "␛[2J" in out, "\x1b" in out) == (0, True, True, False)


def test_a_page_of_no_family_is_left_to_the_generic_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"
    lines = "".join(f"<p>第{n}段说的是河边新建的步道，以及沿路的长椅、路灯和树荫。</p>" for n in "一二三")
    path.write_text(
        f"<html><head><title>河边步道建成</title></head><body><h1>河边步道建成</h1>{lines}</body></html>"
    )
    status, out, _ = probe(capsys, path)
    assert status == 0
    assert "No family" in out
    assert "title      河边步道建成" in out


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.html", b"", "the file is empty"),
        ("picture.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not an HTML page"),
        ("list.json", b'{"a": 1}', "JSON"),
        ("drawing.svg", b"<?xml version='1.0'?><svg/>", "XML document"),
        ("bomb.xml", b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;</rss>", "entities"),
        ("hollow.html", b"<html><head></head><body></body></html>", "displays no text"),
        ("deep.html", b"<html><body>" + b"<div>" * 200_000 + b"x", "nested deeper"),
        ("large.html", b"<html><body>" + b"<p>x</p>" * 2_500_000, "more than the limit"),
        ("line.html", b"<html><body><div>" + "渡".encode() * 3_000_000, "displays 3,000,000 characters"),
        (None, b"", "No such file"),
    ],
)
def test_what_is_no_page_is_one_sentence_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str | None, content: bytes, sentence: str
) -> None:
    path = tmp_path / (name or "missing.html")
    if name:
        path.write_bytes(content)
    status, out, err = probe(capsys, path)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert sentence in line
    assert line.endswith(".")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say which page"),
        (("a", "b"), "Say which page"),
        (("ftp://www.some.example/a",), "http:// or https://"),
        (("http://www.some.example/", "--url", "http://x.example/"), "--url"),
        (("a\0b",), "no file name"),
        (("http://[",), "http://[ is no address such as"),
        (("a.html", "--url", "http://["), "http://[ is no address such as"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    status, out, err = probe(capsys, *words)
    assert (status, out) == (2, "")
    assert sentence in err


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ReplicaServer(REPLICAS) as server:
        yield World(server, tmp_path_factory.mktemp("probe"))


@pytest.mark.parametrize(
    ("path", "kind", "spider"),
    [
        ("/feed/", "feed", "crawler.families.rss.RssSpider"),
        ("/wp-json/wp/v2/posts?per_page=50", "list", "crawler.families.jsonlist.JsonSpider"),
    ],
)
def test_a_way_in_at_an_address(world: World, path: str, kind: str, spider: str) -> None:
    done = world.scrapy("probe", "--json", f"http://www.hegu.example{path}")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["kind"], found["spider"]) == (kind, spider)
    assert len(found["entries"]) == len(REPLICAS["wordpress"].visible(START))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://www.hegu.example/admin/", "robots.txt does not allow it"),
        ("http://www.hegu.example/nothing", "status 404"),
        ("http://127.0.0.1:9/", "not a public address"),
    ],
)
def test_an_address_that_brings_nothing_is_one_sentence_and_status_1(
    world: World, address: str, sentence: str
) -> None:
    done = world.scrapy("probe", address)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert sentence in line


def test_a_look_needs_no_database(world: World, tmp_path: Path) -> None:
    apart = World(world.server, tmp_path / "apart")
    done = apart.scrapy("probe", "--json", "http://www.hegu.example/feed/")
    assert (done.returncode, done.stderr) == (0, "")
    assert not apart.folder.exists()
    damaged = World(world.server, tmp_path)
    (tmp_path / "test.db").write_bytes(b"no database" * 1_000)
    done = damaged.scrapy("probe", "--json", "http://www.hegu.example/feed/")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_host_that_refuses_connections_is_one_sentence(world: World, tmp_path: Path) -> None:
    away = World(world.server, tmp_path, {"http_proxy": "http://127.0.0.1:9", "PORTALWATCH_RETRY_TIMES": "0"})
    done = away.scrapy("probe", "http://www.hegu.example/")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "http://www.hegu.example/: the host refuses connections.\n"
