from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text import restore
from crawler.text.repairs import Repair

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]


DAMAGED = [*load("gloss.jsonl"), *load("cuts.jsonl")]
PIECES = st.sampled_from(
    [
        "業(yè)",
        "產(chǎn)",
        "(",
        ")",
        "（",
        "?",
        "\ufffd",
        "?xì)",
        "淠芘c",
        "，",
        "！",
        "\ue086",
        "\ud800",
        "\0",
        " ",
        "\n",
    ]
)


@pytest.mark.parametrize("case", load("negatives.jsonl"), ids=lambda case: case["label"])
def test_texts_that_must_stay_stay(case: dict[str, str]) -> None:
    restored = restore.restore(case["in"])
    assert restored.text == case["out"]
    assert restored.flags == ()


@pytest.mark.parametrize("case", load("negatives_annotated.jsonl"), ids=lambda case: case["label"])
def test_what_an_editor_wrote_stays_in_brackets_of_either_width(case: dict[str, str]) -> None:
    for brackets in ({}, {"（": "(", "）": ")"}, {"(": "（", ")": "）"}):
        text = case["in"].translate(str.maketrans(brackets))
        assert restore.restore(text).text == text


@pytest.mark.parametrize("case", DAMAGED, ids=lambda case: case["label"])
def test_repairs_can_be_repeated(case: dict[str, str]) -> None:
    restored = restore.restore(case["in"])
    assert restore.apply(restored.repairs, case["in"]) == restored.text


@pytest.mark.parametrize("case", DAMAGED, ids=lambda case: case["label"])
def test_what_is_restored_stays(case: dict[str, str]) -> None:
    once = restore.restore(case["in"]).text
    assert restore.restore(once).text == once


def test_each_step_is_told_with_its_count_and_an_example() -> None:
    restored = restore.restore("產(chǎn)業(yè)園手?mán)C企業(yè)")
    assert [(step.step, step.count) for step in restored.repairs] == [("gloss", 3), ("cut", 1)]
    assert (restored.repairs[0].before, restored.repairs[0].after) == ("產(chǎn)", "產")
    assert (restored.repairs[1].before, restored.repairs[1].after) == ("?mán)C", "機")


def test_all_texts_of_a_page_are_restored_each_by_itself() -> None:
    texts = ["鱘(xún)魚", "", "漁業(yè)發(fā)展大會在北岸召開，鱘(xún)魚苗入水兩千餘尾。", "人口"]
    done = restore.restore_all(texts)
    assert done.texts == ("鱘魚", "", "漁業發展大會在北岸召開，鱘魚苗入水兩千餘尾。", "人口")


def test_a_page_without_texts_is_a_page() -> None:
    assert restore.restore_all([]) == restore.RestoredAll(())


def test_all_kinds_of_damage_are_undone_in_one_go() -> None:
    assert restore.restore("&#29986;業(yè)\u200b園區(qū)").text == "產業園區"


def test_a_reading_that_a_cut_hid_is_taken_out_once_the_cut_is_mended() -> None:
    text = "工人三年回?àn)?lái)，問起什麼(me)都說好。"
    restored = restore.restore(text)
    assert restored.text == "工人三年回來，問起什麼都說好。"
    assert restore.apply(restored.repairs, text) == restored.text


def test_unknown_repairs_are_passed_over() -> None:
    assert restore.apply([Repair("unheard-of", 1, "a", "b")], "text") == "text"


@given(st.text())
@settings(max_examples=200)
def test_any_text_can_be_restored(text: str) -> None:
    restore.restore(text)


@given(st.lists(PIECES).map("".join))
@settings(max_examples=200)
def test_any_heap_of_damage_can_be_restored(text: str) -> None:
    restored = restore.restore(text)
    restore.apply(restored.repairs, text)


def test_what_has_no_width_goes_from_misread_text_first() -> None:
    misread = "中渔港开工了".encode().decode("latin-1")
    assert "\u00ad" in misread
    marked = "\u200b".join((misread[:1], misread[1:7], misread[7:]))
    assert restore.restore(marked).text == "中渔港开工了"
