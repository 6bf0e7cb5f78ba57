from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.text import mojibake, noise

HERE = Path(__file__).parent / "cases"


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


CASES = read("mojibake.jsonl")
NEGATIVES = read("negatives_encoding.jsonl")


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_wrong_readings_are_undone_and_losses_flagged(case: dict[str, Any]) -> None:
    text, repairs, flags = mojibake.undo(case["in"])
    assert text == case["out"]
    assert list(flags) == case.get("flags", [])
    assert bool(repairs) == (case["in"] != case["out"])


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_repairs_can_be_repeated(case: dict[str, Any]) -> None:
    text, repairs, _ = mojibake.undo(case["in"])
    again = case["in"]
    for repair in repairs:
        assert repair.step == mojibake.STEP
        assert repair.count > 0
        assert repair.before != repair.after
        again = mojibake.apply(repair, again)
    assert again == text


@pytest.mark.parametrize("case", NEGATIVES, ids=[case["label"] for case in NEGATIVES])
def test_sound_texts_stay(case: dict[str, Any]) -> None:
    assert mojibake.undo(case["in"]) == (case["in"], (), ())
    assert noise.undo(case["in"]) == (case["in"], (), ())


def test_sound_texts_stay_together() -> None:
    page = "\n".join(case["in"] for case in NEGATIVES)
    assert mojibake.undo(page)[0] == page


def test_a_repair_leaves_sound_text_alone() -> None:
    _, repairs, _ = mojibake.undo("æ¸”æ¸¯å¼€å·¥äº†")
    assert repairs
    for case in NEGATIVES:
        if "Ã" not in case["in"] and "ä" not in case["in"]:
            assert mojibake.apply(repairs[0], case["in"]) == case["in"]


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_survived(text: str) -> None:
    restored, repairs, flags = mojibake.undo(text)
    assert isinstance(restored, str)
    assert all(repair.count for repair in repairs)
    assert len(set(flags)) == len(flags)


@given(st.text(alphabet="Ã¤å¸­æ–‡¿½ï»锟斤拷�?€ 鐨勪腑涓枃ÖÐÎÄ中a1，\n\ud800", max_size=120))
@example("¤€勪拷")
@settings(deadline=None)
def test_garbled_bits_are_survived(text: str) -> None:
    restored, repairs, _ = mojibake.undo(text)
    again = text
    for repair in repairs:
        again = mojibake.apply(repair, again)
    assert again == restored


def test_a_short_title_follows_its_body() -> None:
    body, title = "渔港的冷库昨天交付使用，渔船当天就存了鱼。", "通知"
    garbled = [text.encode("gb18030").decode("latin-1") for text in (title, body)]
    texts, repairs, flags = mojibake.undo_all(garbled)
    assert texts == (title, body)
    assert [mojibake.apply(repairs[0], text) for text in garbled] == [title, body]
    assert flags == ()


def test_a_block_is_judged_by_its_page() -> None:
    texts = ("UTF-8按GBK解码会得到下面这样的字：", "涓枃", "浣犲ソ", "所以请先看清楚页面声明的字符集是什么。")
    assert mojibake.undo_all(texts)[0] == texts
    assert mojibake.undo_all(())[0] == ()


@given(st.lists(st.text(max_size=30), max_size=5))
@settings(deadline=None)
def test_as_many_texts_come_back(texts: list[str]) -> None:
    assert len(mojibake.undo_all(texts)[0]) == len(texts)
