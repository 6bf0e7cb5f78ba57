from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.text import shifted
from crawler.text.restore import apply, restore

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "shifted.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_what_is_out_of_step_is_put_in_step_and_the_loss_is_told(case: dict[str, str]) -> None:
    restored = restore(case["in"])
    assert restored.text == case["out"]
    assert "lost-bytes" in restored.flags
    assert [repair.step for repair in restored.repairs] == ["shifted"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_it_is_done_once_and_can_be_repeated(case: dict[str, str]) -> None:
    restored = restore(case["in"])
    assert restore(restored.text).text == restored.text
    assert apply(restored.repairs, case["in"]) == restored.text


def test_a_page_about_encodings_shows_what_it_wants_to_show() -> None:
    text = "GBK编码里少读一个字节，“图书馆周末开放”就成了乱码：县里的图书馆周末糠诺酵砩暇诺悖"
    assert shifted.undo(text) == (text, (), ())


def test_a_text_of_rare_characters_is_not_read_again_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def again(old: str, encoding: str, before: str) -> tuple[float, str]:
        asked.append(old)
        return 0.0, old

    monkeypatch.setattr(shifted, "_again", again)
    shifted.undo("觥籌交錯，黼黻文章，琮璜圭璧，鼎彝罍卣。\n" * 2000)
    assert 0 < sum(map(len, asked)) < 6000
