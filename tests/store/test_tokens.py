"""The quick way to a text's tokens gives what the plain one does."""

from __future__ import annotations

import random

import pytest

from crawler.store.hits import numbered
from crawler.store.search import TOKENS, index_numbers, index_text
from crawler.store.tokens import number, numbers, tokens, written

# Han, Latin, figures, signs between, halves of pairs, letters beyond the basic plane, and such as become
# another letter, or two, in lower case.
SIGNS = "政府营商环境abcXYZ019 _,。中\n\té²ª①ÀЖ-%ſıKİ𠀀\ud800"


@pytest.mark.parametrize(
    "text",
    ["", "中", "低空经济", "5G 基站", "。，\n", "营商环境，营商环境", "x" * 90, "a\ud800b", "中ſ", "𠀀中文"],
)
def test_each_token_stands_there_once(text: str) -> None:
    assert sorted(written(text).split(" ")) == sorted({*tokens(text)} or {""})
    assert numbers(text).tolist() == sorted({number(token) for token in tokens(text)})


def test_any_text() -> None:
    draw = random.Random(3)  # noqa: S311  the same texts each time
    for _ in range(2_000):
        text = "".join(draw.choices(SIGNS[: draw.randrange(1, len(SIGNS))], k=draw.randrange(40)))
        assert sorted(written(text).split(" ")) == sorted({*tokens(text)} or {""}), repr(text)
        assert numbers(text).tolist() == sorted({number(token) for token in tokens(text)}), repr(text)


def test_a_table_is_cut_off() -> None:
    signs = [chr(0x4E00 + number) for number in range(2 * TOKENS)]
    table = "".join(sign for sign in signs if sign.isalpha())

    assert len({*tokens(table)}) > TOKENS
    made = index_text("题目", table).split(" ")
    assert len(made) == TOKENS
    assert index_numbers("题目", table).tolist() == sorted(numbered(token)[0] for token in made)
    assert made[:4] == ["题目", "目", "\ue000题目", "\ue000目"]
