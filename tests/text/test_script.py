from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import script


@pytest.mark.parametrize(
    ("text", "traditional"),
    [
        ("經濟發展", True),
        ("经济发展", False),
        ("", False),
        ("人口", False),
        ("业—業，产—產", False),
        ("後來", True),
        ("乾隆皇后登臺", True),
        ("乾隆皇后著作", False),
    ],
)
def test_a_text_is_mostly_traditional_or_not(text: str, *, traditional: bool) -> None:
    assert script.count(text).mostly_traditional is traditional


def test_characters_are_counted_by_script() -> None:
    assert script.count("業業业") == script.ScriptCount(2, 1)


def test_what_opencc_cannot_take_is_passed_around() -> None:
    assert script.traditional_to_simplified("發\0展\ud800業") == "发\0展\ud800业"


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(script.fold_characters(text)) == len(text)


@pytest.mark.parametrize("char", "經業體龍裏麵髮鐘")
def test_the_table_says_of_single_characters_what_the_converter_says(char: str) -> None:
    assert script.simplified_of()[char] == script.traditional_to_simplified(char)


def test_the_tables_hold_the_characters_of_one_script() -> None:
    assert {"业", "发", "经"} <= script.simplified_only()
    assert script.simplified_only().isdisjoint("后里云户温税")
    assert {"經", "鍾"} <= script.usual_traditional()
