from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text import noise

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "noise.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_escapes_and_noise_are_undone(case: dict[str, Any]) -> None:
    text, repairs, flags = noise.undo(case["in"])
    assert text == case["out"]
    assert flags == ()
    assert bool(repairs) == (case["in"] != case["out"])
    again = case["in"]
    for repair in repairs:
        assert repair.count > 0
        again = noise.apply(repair, again)
    assert again == text


def test_escapes_go_first_and_invisible_characters_last() -> None:
    text = "&#20013;\u200b&#22269;"
    assert noise.undo_escapes(text)[0] == "中\u200b国"
    assert noise.strip("中\u200b国")[0] == "中国"


def test_a_repair_names_its_kind_and_an_example() -> None:
    _, repairs, _ = noise.undo("渔\u200b港 &#20013;&#22269;")
    assert [(repair.step, repair.detail) for repair in repairs] == [
        ("escape", "entity"),
        ("noise", "zero-width"),
    ]
    assert repairs[0].before == "&#20013;&#22269;"
    assert repairs[0].after == "中国"


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_survived(text: str) -> None:
    restored, _, _ = noise.undo(text)
    assert not any("\ud800" <= char <= "\udfff" for char in restored)
    assert noise.strip(restored)[0] == restored


@given(st.text(alphabet="&#;amp20013x4e2d\\u%E4B8AD? \n中nbsp{}聽", max_size=80))
@settings(deadline=None)
def test_escape_like_text_is_survived(text: str) -> None:
    restored, repairs, _ = noise.undo(text)
    again = text
    for repair in repairs:
        again = noise.apply(repair, again)
    assert again == restored


def test_an_example_is_judged_by_its_page() -> None:
    texts = ("汉字的Unicode转义是这样的：", "\\u4e2d\\u6587", "每个转义有四位十六进制数字。")
    assert noise.undo_escapes_all(texts)[0] == texts
    assert noise.undo_escapes_all(("&#20013;&#22269;", "渔港"))[0] == ("中国", "渔港")
