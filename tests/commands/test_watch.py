from __future__ import annotations

from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from crawler.commands.watch import Command
from tests.commands.invoking import invoke

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
    assert list((tmp_path / "feeds").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Use it as: scrapy watch add NAME QUERY | list | remove NAME"),
        (("add",), "Use it as: "),
        (("add", "x"), "Use it as: "),
        (("list", "x"), "Use it as: "),
        (("rename", "x", "y"), "Use it as: "),
        (("add", "../x", "水"), "'../x' cannot name a watch"),
        (("add", "x", "(水"), "the query of the watch 'x' cannot be read, at character 1"),
        (("remove", "x"), "there is no watch 'x'"),
    ],
)
def test_wrong_use(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert invoke(Command, *words, settings=settings) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(sentence)
    assert captured.err.count("\n") == 1


def test_a_folder_that_cannot_be_written(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds").write_text("in the way")
    assert invoke(Command, "add", "x", "水", settings=settings) == 2
    assert "cannot be written" in capsys.readouterr().err
