from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from opencc import OpenCC

from crawler.commands.stories import Command
from tests.commands.invoking import invoke
from tests.store.builders import PIECE

if TYPE_CHECKING:
    from pathlib import Path

OTHER = (
    "入秋以来，云雀岭的茶农忙着采摘最后一茬秋茶，山坳里的三家作坊日夜炒制，香气飘出很远。\n"
    "合作社的账本上记着，今年的秋茶每斤比去年多卖了十一元，一百四十户人家都分到了钱。"
)


def write(path: Path, *cases: dict[str, object]) -> str:
    path.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), "utf-8")
    return str(path)


def test_pairs_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = write(
        tmp_path / "cases.jsonl",
        {"id": "a", "title": "青石渡的船又多了", "published": "2026-05-04", "source": None, "text": PIECE},
        {"id": "b", "text": OpenCC("s2t").convert("来源：江上网\n" + PIECE)},
        {"id": "c", "text": OTHER},
        {"id": "d", "text": f"{PIECE}\n{OTHER}"},
        {"id": "e", "text": ""},
    )
    assert invoke(Command, "--cases", name, settings={}) == 0
    found = {tuple(line.split("\t")) for line in capsys.readouterr().out.splitlines()}
    assert found == {
        ("a", "b", "same"),
        ("a", "d", "part"),
        ("b", "d", "part"),
        ("c", "d", "part"),
    }


def test_a_byte_of_misread_text_ends_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    misread = OTHER.replace("三家", "六家").encode().decode("latin-1")
    assert "\x85" in misread
    name = write(
        tmp_path / "cases.jsonl",
        {"id": "a", "text": OTHER.replace("三家", "六家")},
        {"id": "b", "text": misread},
    )
    assert invoke(Command, "--cases", name, settings={}) == 0
    assert capsys.readouterr().out == "a\tb\tsame\n"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "line 2: it is no JSON"),
        (b"[]", "line 2: it is no JSON object"),
        (b"[" * 100_000, "line 2: it is nested too deeply"),
        (b"\xff", "line 2: it is not UTF-8"),
        (b'{"id": "b"}', "line 2: 'text' is missing or no text"),
        (b'{"id": 1, "text": ""}', "line 2: 'id' is missing or no text"),
        (b'{"id": "a\\tb", "text": ""}', "line 2: 'id' is empty or holds a tab"),
        (b'{"id": "b", "text": "", "title": 1}', "line 2: 'title' is no text"),
        (b'{"id": "a", "text": ""}', "line 2: the id 'a' was used before"),
    ],
)
def test_a_line_that_is_no_case_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: bytes, sentence: str
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b'{"id": "a", "text": ""}\n' + line + b"\n")
    assert invoke(Command, "--cases", str(path), settings={}) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("words", [(), ("--cases", "/nowhere/x.jsonl")])
def test_wrong_use(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert invoke(Command, *words, settings={}) == 2
    assert capsys.readouterr().err.count("\n") == 1
