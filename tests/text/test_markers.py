from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.markers import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("轉載請注明(míng) 出處(chù)", "转载请注明出处"),
        ("版權(quan)(quan)所有", "版权所有"),
        ("責(zé )任（rèn）編輯：ＬＩ", "责任编辑:li"),
        ("來　源\u200b：新 華\u00a0社", "来源:新华社"),
        ("綠(lu:) 色", "绿色"),
        ("查看(123)次", "查看(123)次"),
        ("", ""),
    ],
)
def test_phrases_need_one_spelling(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_any_text_can_be_folded(text: str) -> None:
    assert fold(text).isspace() is False
