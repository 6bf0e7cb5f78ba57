from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.store import tally
from crawler.store.comparison import Relation, compare, prepare
from crawler.store.fingerprints import keys, plain, sentences
from crawler.store.passages import differences
from crawler.text.canonical import canonical
from tests.store.builders import PIECE

if TYPE_CHECKING:
    from crawler.store.passages import Differences

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("comparisons.jsonl").read_text(encoding="utf-8").splitlines()
]
HOSTILE = {
    "one character": "一" * 20_000,
    "two in turn": "一二" * 10_000,
    "one sentence again and again": "今天。\n" * 5_000,
    "figures": "3.5," * 5_000,
    "numerals": "一百" * 10_000,
    "question marks": "?" * 20_000,
    "brackets": "(" * 20_000,
    "half a percentage": "百分之" * 6_000,
    "dates": "2026年3月5日" * 2_000,
    "sentences of one wording": "".join(f"第{n}户已经搬进了河边的新房。" for n in range(2_000)),
    "no sentence ends": "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少" * 1_000,
}
TEXT = canonical(PIECE)
LINES = st.lists(
    st.sampled_from([*PIECE.split("\n"), "责任编辑：常青", "投入37万元。", "昨日[详细]"]), max_size=8
)
TEXTS = st.text(alphabet="春夏秋冬山水风云3九。，\n、王.", max_size=60)


def relation(one: str, other: str) -> Relation:
    return compare(prepare(canonical(one)), prepare(canonical(other))).relation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("共 1.5 亿元。", "共1.5亿元"),
        ("12,300人；1，200户", "12300人1200户"),
        ("3：2", "3.2"),
        ("12%、-3℃", "12%-3℃"),
        ("《办法》（试行）", "办法试行"),
        ("1,2,3", "1.2.3"),
        ("。，\n", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_sentences() -> None:
    assert sentences("起风了。下雨了！\n……回家") == ["起风了", "下雨了", "回家"]


def test_keys_are_the_same_in_every_process() -> None:
    program = (
        "from crawler.store.fingerprints import keys; print(keys('山高水长，一路顺风；来日方长，后会有期。'))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent.parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_near_copies_share_keys_and_others_do_not() -> None:
    near = canonical(PIECE.replace("小船", "木船"))
    far = canonical("合唱比赛昨晚在文化馆举行，十二支队伍登台演唱，评委当场打分，观众席座无虚席。")
    assert len(set(keys(TEXT)) & set(keys(near))) > 5
    assert not set(keys(TEXT)) & set(keys(far))
    assert keys("短") == []


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_order_of_two_texts_does_not_matter(one: str, other: str) -> None:
    assert relation(one, other) is relation(other, one)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), LINES.map("\n".join)), LINES.map("".join))
def test_any_two_texts_are_compared_in_either_order(one: str, other: str) -> None:
    first, second = prepare(one), prepare(other)
    there, back = compare(first, second), compare(second, first)

    assert there.relation is back.relation
    assert 0 <= there.cover_longer <= there.cover_shorter <= 1
    assert compare(first, second, thorough=True).relation is there.relation


@settings(max_examples=50, deadline=None)
@given(LINES.map("\n".join))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    made = prepare(text)
    assert compare(made, made).relation is (Relation.SAME if made.length else Relation.DIFFERENT)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    one, other = case["in"]

    assert relation(one, other) == case["out"]
    assert relation(other, one) == case["out"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_compared_in_bounded_work(text: str) -> None:
    looked_at = 0

    def counting(left: str, right: str) -> Differences:
        nonlocal looked_at
        looked_at += len(left) * len(right)
        return differences(left, right)

    changed = "".join("改" if at % 997 == 5 else character for at, character in enumerate(text))
    with mock.patch.object(tally, "differences", counting):
        compare(prepare(text), prepare(changed), thorough=True)

    # Comparing in detail takes the square of a passage: passages are short, however long the text is.
    assert looked_at <= 1500 * len(text)


@settings(deadline=None)
@given(TEXTS)
def test_keys_are_64_bit_and_each_once(text: str) -> None:
    made = keys(text)
    assert len(made) == len(set(made))
    assert all(-(2**63) <= key < 2**63 for key in made)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("一千三百万元", "一千五百万元"),
        ("六个村", "八个村"),
        ("罗云舟", "方云舟"),
        ("罗云舟", "罗远帆"),
        ("青石渡镇", "白沙渡镇"),
        ("去年秋天", "前年秋天"),
    ],
)
def test_a_fact_that_differs_parts_two_texts(old: str, new: str) -> None:
    assert old in PIECE
    found = compare(prepare(TEXT), prepare(canonical(PIECE.replace(old, new))), thorough=True)
    assert found.relation is Relation.DIFFERENT
    assert found.changed


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("去年秋天", "2025年秋天", ("去年", "2025年")),
        ("一千三百万元", "约一千万元", ("13000000", "约10000000")),
        ("先后投入", "陆续投入", ("先后", "陆续")),
    ],
)
def test_what_is_taken_for_the_same_is_named(old: str, new: str, named: tuple[str, str]) -> None:
    assert old in PIECE
    found = compare(prepare(TEXT), prepare(canonical(PIECE.replace(old, new))))
    assert found.relation is Relation.SAME
    assert found.equivalents in {(named,), (named[::-1],)}


def test_what_parts_two_texts_is_not_named_as_the_same() -> None:
    other = PIECE.replace("去年秋天", "2025年秋天").replace("六个村", "八个村")
    found = compare(prepare(TEXT), prepare(canonical(other)), thorough=True)
    assert found.relation is Relation.DIFFERENT
    assert {frozenset(pair) for pair in found.equivalents} == {frozenset(("去年", "2025年"))}
    assert {frozenset(pair) for pair in found.facts} == {frozenset(("6", "8"))}


def test_a_corrected_character_in_a_long_text_does_not() -> None:
    scenes = ("晒谷场上", "祠堂门前", "渡口南边", "竹林深处", "水车旁边", "晾布架下", "后山坡上", "老井周围")
    long = PIECE + "".join(
        f"\n{scene}的人们各自忙碌，有的修补渔网，有的翻晒稻谷，有的把劈好的柴火码得整整齐齐，谈笑声传出很远。"
        for scene in scenes
    )
    assert relation(long, long.replace("谈笑声", "谈笑生", 1)) is Relation.SAME


def test_a_name_in_a_line_of_its_own_parts_two_texts() -> None:
    lines = PIECE.split("\n")
    one = "\n".join([*lines, "联系人：贺小满"])
    other = "\n".join([*lines, "联系人：贺小川"])
    assert relation(one, other) is Relation.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("时间：6月3日8时至18时", "时间：6月9日8时至18时"),
        ("位置：槐荫路12号", "位置：石桥街30号"),
        ("记者从县里获悉，工程下月开工", "记者从县里获悉，工程已经完工"),
        ("审核通过的有第一中学", "审核通过的有第三中学"),
        ("扫码报名截至6月3日", "扫码报名截至7月5日"),
        ("阅读5本", "阅读9本"),
        ("分享会在图书馆举行", "分享会在文化馆举行"),
        ("打印店设在东门", "打印店设在西门"),
    ],
)
def test_lines_that_look_like_furniture_and_are_not_part_two_texts(one: str, other: str) -> None:
    first, *rest = PIECE.split("\n")
    assert relation("\n".join([first, one, *rest]), "\n".join([first, other, *rest])) is Relation.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("来源：江上网 作者：常青", "来源：青石渡日报"),
        ("浏览次数：12", "浏览次数：3045"),
        ("（责任编辑：常青）", "责编：贺小满"),
        ("发布时间：2026-05-04 10:20", "发布时间：2026-06-08"),
        ("您现在的位置：首页 > 要闻", "首页 > 新闻 > 正文"),
        ("本报记者 常青", "记者：贺小满"),
        ("打印 关闭", "收藏 | 分享 | 打印"),
    ],
)
def test_furniture_parts_nothing(one: str, other: str) -> None:
    assert relation(f"{one}\n{PIECE}", f"{other}\n{PIECE}") is Relation.SAME


@pytest.mark.parametrize(
    "more", ["（详见第3版）", "（下转今日第12版）", "[详细]", "【阅读全文】", "（未完）"]
)
def test_where_a_digest_sends_its_readers_is_no_word_of_the_piece(more: str) -> None:
    first, second, *_ = PIECE.split("\n")
    another = "第12届茶会在云雀岭开幕，来自9个县的140户茶农参加，第1天就卖出了3000斤秋茶。"
    assert relation(f"{first}{second.rstrip('。')}{more}\n{another}", PIECE) is Relation.PART


def test_another_attachment_parts_two_texts() -> None:
    assert relation(f"{PIECE}（详见附件2）", f"{PIECE}（详见附件3）") is Relation.DIFFERENT


def test_two_dates_below_a_notice_part_two_texts() -> None:
    assert relation(f"{PIECE}\n2026年5月4日", f"{PIECE}\n2026年6月8日") is Relation.DIFFERENT
    assert relation(f"2026-05-04 10:20\n{PIECE}", f"2026-06-08\n{PIECE}") is Relation.SAME


def test_nothing_is_the_same_as_nothing() -> None:
    assert relation("", "") is Relation.DIFFERENT
    assert relation("", PIECE) is Relation.DIFFERENT
