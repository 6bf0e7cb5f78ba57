from __future__ import annotations

import pytest

from crawler.text import readings


@pytest.mark.parametrize(
    ("char", "toned", "toneless"),
    [
        ("業", "yè", "ye"),
        ("长", "zhǎng", "zhang"),
        ("著", "zhù", "zhu"),
        ("綠", "lǜ", "lv"),
        ("们", "men", "men"),
    ],
)
def test_the_first_reading_is_the_one_a_table_lists_first(char: str, toned: str, toneless: str) -> None:
    assert readings.first_reading(char) == toned
    assert readings.first_reading(char, toned=False) == toneless


@pytest.mark.parametrize("char", ["x", "1", "。", "", "\ud800", "あ"])
def test_what_is_no_character_has_no_reading(char: str) -> None:
    assert readings.first_reading(char) is None
    assert readings.readings(char) == frozenset()
    assert readings.toneless_readings(char) == frozenset()


def test_a_character_has_all_its_readings() -> None:
    assert {"zhǎng", "cháng"} <= readings.readings("長")
    assert {"zhang", "chang"} <= readings.toneless_readings("長")


def test_characters_are_found_by_their_first_reading() -> None:
    assert "機" in readings.characters_read("jī")
    assert "機" in readings.characters_read_toneless("ji")
    assert "長" not in readings.characters_read("cháng")
    assert readings.characters_read("zzz") == ""


def test_every_character_that_gbk_has_has_a_reading() -> None:
    unread = [
        char
        for char in map(chr, range(0x4E00, 0x9FA6))
        if len(char.encode("gbk", "ignore")) > 1 and readings.first_reading(char) is None
    ]
    assert len(unread) < 200
