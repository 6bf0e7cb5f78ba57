from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.text import cuts, gbk
from crawler.text.gloss import Profile
from crawler.text.likelihood import PageWords
from crawler.text.restore import restore

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "cuts.jsonl").read_text("utf-8").splitlines()
]
TONED = Profile(toned=True, blank_behind=False, converted=True)


def mend(text: str, profile: Profile | None = TONED) -> cuts.Mended:
    return cuts.mend(text, profile, traditional=True, words=PageWords([text]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cut_characters_are_read_again(case: dict[str, str]) -> None:
    assert restore(case["in"]).text == case["out"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("占?xì)淠芘c新型", "占氫能與新型"),
        ("占\ufffd(xì)淠芘c新型", "占氫能與新型"),
        ("占(xì)淠芘c新型", "占氫能與新型"),
        ("手?mán)C(jī)企業", "手機企業"),
        ("規?；瘧?yīng)用", "規模化應用"),
        ("搶占手?mán)C、占?xì)淠芘c新型", "搶占手機、占氫能與新型"),
    ],
)
def test_the_lost_byte_is_found(text: str, whole: str) -> None:
    done = mend(text)
    assert done.text == whole
    assert done.lost == 0


def test_a_character_that_stood_behind_a_lone_byte_is_not_invented() -> None:
    restored = restore("企業(yè)負責人說：“機會難得，決不放棄?！?時至今日，產(chǎn)業(yè)鏈已經成形。")
    assert restored.text == "企業負責人說：“機會難得，決不放棄。”?時至今日，產業鏈已經成形。"
    assert restored.flags == ("lost-byte",)


def test_a_choice_with_a_close_rival_is_told() -> None:
    restored = restore(
        "企業(yè)的動(dòng)員會(huì)開(kāi)完了，碼頭上停着三條漁船，船名分別是高?！⑦h?！⒊Ｇ唷?"
    )
    assert restored.flags == ("lost-byte", "guessed")


@pytest.mark.parametrize(
    "text",
    [
        "企業(yè)業(yè)務(wù)發(fā)展得快，車間主任說：“明天開(kāi)工?！贝蠹叶夹α恕?",
        "手?mán)C(jī)企業(yè)",
        "企業(yè)業(yè)務(wù)發(fā)展得快，車間主任說，明天開(kāi)工。",
    ],
)
def test_a_choice_without_a_rival_is_no_guess(text: str) -> None:
    assert "guessed" not in restore(text).flags


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("工人三年回?àn)砹耸颤N", "工人三年回來了什麼"),
        ("全市?tuō)?jīng)川村委員(yuán)會(huì)", "全市涇川村委員會"),
    ],
)
def test_where_nothing_else_tells_the_script_it_is_traditional(text: str, whole: str) -> None:
    restored = restore(text)
    assert (restored.text, restored.flags) == (whole, ())


def test_a_cut_is_told_on_a_text_that_lost_whole_characters_too() -> None:
    assert restore("甲乙，?duàn)澜丙???丁").flags


def test_letters_in_brackets_beside_readings_are_no_loss() -> None:
    assert restore("企業(ye) 業(ye) 務(wu) 發(fa) 展，實驗(lab)開(kai) 工").flags == ()


def test_what_behind_a_bracket_cannot_be_read_is_told_without_other_readings() -> None:
    text = "名單：甲乙，?róng)丙"
    assert restore(text).flags


def test_a_cut_that_nothing_explains_is_flagged_and_left() -> None:
    text = "企業(yè)代表說，產(chǎn)業(yè)鏈?zzz)甲乙丙丁"
    restored = restore(text)
    assert "?zzz)甲乙丙丁" in restored.text
    assert restored.flags == ("lost-byte",)


@pytest.mark.parametrize(
    "text", ["真的嗎?！大家愣住了。", "怎麼辦?，他反覆問。", "多大?18歲。", "a?b) c", "?", "?)", "業?"]
)
def test_question_marks_of_healthy_text_stay(text: str) -> None:
    assert mend(text, None).text == text


@pytest.mark.parametrize(
    "text", ["“????，????150?，?????。”??，????。", "會場?，?????。", "企業\ufffd\ufffd\ufffd，代表\ufffd，"]
)
def test_where_whole_characters_are_lost_none_are_invented(text: str) -> None:
    assert restore(text).text == text


def test_bytes_and_characters_agree() -> None:
    assert gbk.decode(*gbk.encode("機")) == "機"
    assert gbk.encode("\U00020000") == b""
    assert gbk.encode("\ud800") == b""
    assert gbk.decode(0x99, 0x7F) == ""


def test_readings_that_only_close_are_told_where_they_cannot_be_undone() -> None:
    text = "县里的茶山xué)连着茶山yè)，一眼望不到头。"
    restored = restore(text)
    assert (restored.text, restored.flags) == (text, ("lost-byte",))


@pytest.mark.parametrize(
    "text",
    [
        # The full stop behind 據 went with the second byte of what had been glossed.
        "針(zhēn)數(shù)、機(jī)速、空閒時(shí)段實(shí)時可見，企業(yè)可自行決定公開哪些數?lù)??",
        # 大同雲冶: a pair of bytes is gone in the midst, and what is left reads as rare characters.
        "劉學(xué)軍　學(xué)習(xí)機(jī)電(diàn)\n刁小軍?gāi)〈笸?呉(wú)陛S承有限公司　焊工",
    ],
)
def test_a_reading_that_lacks_bytes_or_has_odd_neighbours_is_told(text: str) -> None:
    assert {"lost-byte", "guessed"} & set(restore(text).flags)
