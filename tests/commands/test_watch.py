from __future__ import annotations

from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from crawler.commands.watch import Command
from crawler.store.articles import save
from crawler.store.database import open_database
from tests.commands.invoking import invoke
from tests.store.builders import article

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, Any]:
    return {"PORTALWATCH_DATABASE_URL": database_url, "PORTALWATCH_FEEDS_DIR": str(tmp_path / "feeds")}


def test_add_list_remove(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(Command, "list", settings=settings) == 0
    assert "No watches yet" in capsys.readouterr().out

    assert invoke(Command, "add", "低空", "(低空 OR 通航)", "-招聘", settings=settings) == 0
    assert str(tmp_path / "feeds" / "低空.atom") in capsys.readouterr().out
    assert not feedparser.parse((tmp_path / "feeds" / "低空.atom").read_bytes()).bozo

    assert invoke(Command, "list", settings=settings) == 0
    out = capsys.readouterr().out
    assert "(低空 OR 通航) -招聘" in out
    assert "低空.atom" in out

    assert invoke(Command, "remove", "低空", settings=settings) == 0
    assert not [path for path in (tmp_path / "feeds").iterdir() if path.name.startswith("低空")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Use it as: scrapy watch add NAME QUERY [--target NAME] [--digest hourly|daily] | list | "),
        (("add", "x", "水", "--digest", "weekly"), "'weekly' is no digest"),
        (("add", "x", "水", "--quiet", "22"), "'22' are no quiet hours"),
        (("add", "x", "水", "--burst", "-1"), "--burst is a number from 0 up, not -1."),
        (("add",), "Use it as: "),
        (("add", "x"), "Use it as: "),
        (("list", "x"), "Use it as: "),
        (("rename", "x", "y"), "Use it as: "),
        (("add", "../x", "水"), "'../x' cannot name a watch"),
        (("add", "x", "(水"), "the query of the watch 'x' cannot be read, at character 1"),
        (("remove", "x"), "there is no watch 'x'"),
        (("rematch", "x"), "there is no watch 'x'"),
        (("test", "(水"), "The query cannot be read, at character 1: this bracket is never closed.\n(水\n^"),
        (("test", "水", "--since", "7x"), "--since: '7x' is no time"),
        (("apply", "nowhere.yaml"), "nowhere.yaml cannot be read: No such file"),
    ],
)
def test_wrong_use(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert invoke(Command, *words, settings=settings) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(sentence)
    assert captured.err.count("\n") in {1, 3}


@pytest.mark.parametrize("name", ["cnxz", "中国徐州网", "中國徐州網"])
def test_a_stored_portal_by_its_names(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    database = open_database(settings["PORTALWATCH_DATABASE_URL"])
    with database.writing() as session:
        save(session, article(portal="cnxz"))
        save(session, article("茶馆开张，来客不断。", url="http://b.example/2", portal="b"))
    database.close()
    assert invoke(Command, "test", f"portal:{name}", settings=settings) == 0
    assert "It would have caught 1 article(s) of 1 story(s)." in capsys.readouterr().out


def test_a_folder_that_cannot_be_written(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds").write_text("in the way")
    assert invoke(Command, "add", "x", "水", settings=settings) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_query_is_tried_on_what_is_stored(
    settings: dict[str, Any], database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(database_url)
    with database.writing() as session:
        save(session, article())
        save(session, article(url="http://b.example/1", portal="b"))
    database.close()

    assert invoke(Command, "test", "碼頭", "-火车", settings=settings) == 0
    out = capsys.readouterr().out
    assert "It would have caught 2 article(s) of 1 story(s)." in out
    assert "青石渡镇的**码头**上" in out
    assert invoke(Command, "test", "火车", settings=settings) == 0
    assert capsys.readouterr().out == "It would have caught 0 article(s) of 0 story(s).\n"

    assert invoke(Command, "add", "船", "码头", settings=settings) == 0
    assert invoke(Command, "rematch", "船", settings=settings) == 0
    assert "船 matches 2 stored article(s) of 1 story(s); 1 alert(s) are new." in capsys.readouterr().out


def test_a_file_of_watches_is_applied_once(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "watches.yaml"
    file.write_text("watches:\n  低空: 低空经济\n  水: 节水\n", encoding="utf-8")
    assert invoke(Command, "add", "手", "手工", settings=settings) == 0
    capsys.readouterr()

    assert invoke(Command, "apply", str(file), "--dry-run", settings=settings) == 0
    assert capsys.readouterr().out.endswith("2 would be added, 0 changed, 0 removed.\n")
    assert invoke(Command, "apply", str(file), settings=settings) == 0
    assert capsys.readouterr().out == "+ 低空\n+ 水\n2 were added, 0 changed, 0 removed.\n"
    assert invoke(Command, "apply", str(file), settings=settings) == 0
    assert capsys.readouterr().out == "The watches are as the file says.\n"
    assert (tmp_path / "feeds" / "低空.atom").exists()

    file.write_text("watches:\n  低空: {query: 低空经济, burst: 3}\n", encoding="utf-8")
    assert invoke(Command, "apply", str(file), settings=settings) == 0
    assert capsys.readouterr().out == (
        "~ 低空\n    burst: 0 -> 3\n- 水\n0 were added, 1 changed, 1 removed.\n"
    )
    assert not (tmp_path / "feeds" / "水.atom").exists()
    assert invoke(Command, "list", settings=settings) == 0
    assert "手工" in capsys.readouterr().out


def test_a_wrong_file_changes_nothing(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "watches.yaml"
    file.write_text("watches:\n  低空: 低空经济\n  水: (节水\n", encoding="utf-8")

    assert invoke(Command, "apply", str(file), settings=settings) == 2
    assert "水: query: at character 1: this bracket is never closed\n(节水\n^" in capsys.readouterr().err
    assert invoke(Command, "list", settings=settings) == 0
    assert "No watches yet" in capsys.readouterr().out


def test_who_is_told_and_when(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "targets.yaml").write_text("targets: {desk: {url: 'json://127.0.0.1/'}}", encoding="utf-8")
    settings["PORTALWATCH_TARGETS"] = str(tmp_path / "targets.yaml")
    words = ("add", "低空", "低空", "--target", "desk", "--target", "nobody", "--digest", "daily")

    assert invoke(Command, *words, settings=settings) == 0
    assert "Its alerts wait until that changes: there is no target 'nobody'" in capsys.readouterr().err
    assert invoke(Command, "list", settings=settings) == 0
    assert "desk, nobody" in capsys.readouterr().out


def test_a_burst_is_a_number_that_the_database_keeps(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(Command, "add", "低空", "低空", "--burst", f"{10**19}", settings=settings) == 2
    assert "--burst is at most 999999999" in capsys.readouterr().err
