from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from lxml import etree

from crawler.alerts.feeds import remove, write
from crawler.alerts.outbox import Alerted
from crawler.store.models import Watch

if TYPE_CHECKING:
    from pathlib import Path

FOUND = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
WATCH = Watch(uid="6f1c", name="低空", query="低空 <b>&\x07", created_at=FOUND - timedelta(days=9))
ALERT = Alerted(
    uid="a-1",
    kind="new",
    title="低空\x0b经济 <起飞> & 更\ud800多\ufffe",
    url="http://p.example/1?a=1&b=2",
    portal="cnxz",
    source="徐州日报",
    first_source="江上网",
    words=("低空", "title:经济"),
    excerpts=("…首条<i>低空</i>航线…",),
    reprints=2,
    published=FOUND - timedelta(days=1),
    found=FOUND,
    updated=FOUND + timedelta(hours=1),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "feeds"


def read(folder: Path) -> tuple[Any, dict[str, Any]]:
    parsed = feedparser.parse((folder / "低空.atom").read_bytes())
    return parsed, json.loads((folder / "低空.json").read_text(encoding="utf-8"))


def test_atom_is_read_by_a_reader(folder: Path) -> None:
    write(folder, WATCH, [ALERT])
    feed, _ = read(folder)

    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.id == "tag:portalwatch.invalid,2026:watch/6f1c"
    assert feed.feed.title == "portalwatch: 低空"
    (entry,) = feed.entries
    assert entry.id == "tag:portalwatch.invalid,2026:alert/a-1"
    assert entry.title == "低空经济 <起飞> & 更多"
    assert entry.link == "http://p.example/1?a=1&b=2"
    assert entry.author == "徐州日报"
    assert entry.published == "2026-05-03T08:00:00Z"
    assert entry.updated == "2026-05-04T09:00:00Z"
    assert [tag.term for tag in entry.tags] == ["低空", "title:经济"]
    text = entry.content[0].value
    for part in ("Matched: 低空, title:经济", "cnxz", "徐州日报", "江上网", "reprints: 2"):
        assert part in text
    assert "首条&lt;i&gt;低空&lt;/i&gt;航线" in text


def test_atom_keeps_the_rules_of_its_specification(folder: Path) -> None:
    write(folder, WATCH, [ALERT, replace(ALERT, uid="a-2", published=None, source=None)])
    root = etree.fromstring((folder / "低空.atom").read_bytes())
    space = {"a": "http://www.w3.org/2005/Atom"}

    for parent in (root, *root.findall("a:entry", space)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", space)) == 1
    assert root.findtext("a:author/a:name", namespaces=space)
    second = root.findall("a:entry", space)[1]
    assert second.findtext("a:published", namespaces=space) == "2026-05-04T08:00:00Z"
    assert second.findtext("a:author/a:name", namespaces=space) == "cnxz"


def test_json_feed(folder: Path) -> None:
    write(folder, WATCH, [ALERT])
    _, feed = read(folder)

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert item["id"] == "tag:portalwatch.invalid,2026:alert/a-1"
    assert item["date_published"] == "2026-05-03T08:00:00Z"
    assert item["date_modified"] == "2026-05-04T09:00:00Z"
    assert item["title"] == "低空经济 <起飞> & 更多"
    assert item["tags"] == ["低空", "title:经济"]
    assert item["_portalwatch"]["excerpts"] == ["…首条<i>低空</i>航线…"]
    assert item["_portalwatch"]["reprints"] == 2


def test_ids_stay_when_an_alert_changes(folder: Path) -> None:
    write(folder, WATCH, [ALERT])
    before, _ = read(folder)
    write(folder, WATCH, [replace(ALERT, title="另一个标题", updated=FOUND + timedelta(days=2), reprints=3)])
    after, _ = read(folder)

    assert before.entries[0].id == after.entries[0].id
    assert before.feed.id == after.feed.id
    assert before.entries[0].updated < after.entries[0].updated
    assert after.feed.updated == after.entries[0].updated


def test_a_change_is_marked_in_the_title(folder: Path) -> None:
    write(folder, WATCH, [replace(ALERT, kind="changed", title="停水")])
    assert read(folder)[0].entries[0].title == "[changed] 停水"


def test_an_empty_feed_is_a_feed(folder: Path) -> None:
    write(folder, WATCH, [])
    atom, json_feed = read(folder)

    assert not atom.bozo
    assert atom.feed.updated == "2026-04-25T08:00:00Z"
    assert json_feed["items"] == []


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, WATCH, [])
    before = (folder / "低空.atom").read_bytes()

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write(folder, WATCH, [ALERT])
    assert (folder / "低空.atom").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["低空.atom", "低空.json"]


def test_files_are_readable_by_a_web_server_and_go_with_the_watch(folder: Path) -> None:
    written = write(folder, WATCH, [])
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in written)
    remove(folder, "低空")
    assert list(folder.iterdir()) == []
    remove(folder, "低空")
