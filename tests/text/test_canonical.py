from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.canonical import canonical

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "canonical.jsonl").read_text("utf-8").splitlines()
]
# Characters of both scripts that OpenCC or the table of leftovers takes together, marks, and whatever else.
MIXED = st.text(
    st.one_of(
        st.sampled_from(
            "著着於于后後么麼麽乾干衹祇只瞭了發发業业陜西矽谷甚什，。「」『』“”（） 　\n\r\tＡａ１裏名有作"
        ),
        st.characters(),
    )
)

# Words that one script takes for others, beside characters of one script only.
PIECES = [
    "什麽",
    "怎麼",
    "么麽",
    "麽些",
    "幺麽",
    "陜西",
    "衞生",
    "衹是",
    "瞭解",
    "為瞭",
    "瞭望",
    "著有",
    "，著有",
    "著名",
    "著作",
    "隨著",
    "議論著",
    "國",
    "学",
    "學",
    "书",
    "書",
    "的",
    "。",
    "\n",
]
WORDS = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_texts_have_their_canonical_form(case: dict[str, str]) -> None:
    assert canonical(case["in"]) == case["out"]


@given(MIXED)
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@given(WORDS)
def test_words_of_both_scripts_have_one_canonical_form(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@given(st.lists(st.sampled_from([case["in"] for case in CASES]), max_size=4).map("\n".join))
def test_pages_of_both_scripts_have_one_canonical_form(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
