from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.text.halves import are_there
from crawler.text.restore import restore

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "halves.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_letter_that_is_half_of_a_character_is_told_and_nothing_is_put_in_its_place(
    case: dict[str, str],
) -> None:
    restored = restore(case["in"])
    assert restored.text == case["out"]
    assert ("lost-bytes" in restored.flags) == case["lost"]


def test_the_letters_of_a_title_are_seen_with_its_body() -> None:
    assert are_there(["山下小學U畝試驗田", "這塊二十六U畝的試驗田種了三季。"])
    assert not are_there([])


def test_a_page_about_encodings_may_show_halves() -> None:
    assert not are_there(["Big5 編碼少了一個位元組，“驅逐風火”會變成亂碼“驅逐L火”，瀏覽器不會報錯。"])
