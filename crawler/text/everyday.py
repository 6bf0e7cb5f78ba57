"""Characters at places where nobody has to be told how they are read: what is said of them is injected."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.text import gloss, model, readings

if TYPE_CHECKING:
    from crawler.text.gloss import Gloss

# Units whose names stand in brackets, spelled out, without any harm meant.
UNITS = frozenset("畝亩兩两錢钱里斤尺寸丈升斗石克米元圓圆角分時时秒噸吨頃顷釐厘歲岁")
# What stands ahead of an item of a list, a quoted word, and a name: what follows may well be explained.
ITEM_BEFORE = frozenset("、：:;；（(")
SET_OFF = ITEM_BEFORE | frozenset(" \xa0")
NAMED_BEFORE = frozenset("「『姓叫念唸讀读")
_WRITTEN_AS = frozenset(["寫成", "写成", "寫作", "写作", "寫為", "写为", "叫做", "改成"])
_SPOKEN_OF = re.compile("字|[這这]個?个?[字姓]|的[聲声讀读]|這一字|这一字")
_CALLED = re.compile(f"名[為为叫作][{gloss.HAN}]{{1,3}}$")
_ENDS_ITEM = frozenset("、，。；")
_QUOTED_BEFORE = NAMED_BEFORE | frozenset("“‘《【")
_QUOTED_BEHIND = frozenset("」』”’》")
_OF_PLACES = frozenset("州縣市區山江河湖海島港陽城鎮鄉村")
_HAN = re.compile(f"[{gloss.HAN}]")
# An item of a list around a glossed character: what stands ahead of it in the item, and behind.
_ITEM_AHEAD = re.compile(f"([、：:，。；\n]|^)([{gloss.HAN}]{{1,4}})\\Z")
_ITEM_BEHIND = re.compile(f"([{gloss.HAN}]{{0,3}})([、，。；\n]|$)")
_SHORTEST_WORD = 4
_READING = re.compile(f"[(（][{gloss.LETTERS}]{{1,8}}[)）]")
_SHORTEST_ITEM, _LONGEST_NAME, _LONGEST_ITEM = 2, 4, 36
_SHORT_ITEM = re.compile(f"[、：:;；][{gloss.HAN}]{{2,3}}$")
# Two characters that stand together inside words so often (a share of all words) are a word that everybody
# reads; with a rarer character in it, they have to more often.
_EVERYDAY_WORD, _COMMON_WORD = 1e-6, 5e-6
# One with several readings may be explained in any but the most frequent words.
_WORD_OF_POLYPHONE, _WORD_AHEAD_OF_PLACE = 1e-5, 3e-5
# Characters so frequent that they need no word.
_GRAMMAR = 200
# So many different characters with first readings make a page sure; there only these names may be explained.
_MANY = 10
_SURNAMES = frozenset("單单區区仇查解蓋盖曾樸朴尉樂乐任葉叶召種种繆缪覃長长洗冼員员黑折隗")


def count(found: list[tuple[str, list[Gloss]]], *, toned: bool, listed: bool) -> int:
    """Count the first readings, toned or not, of characters that everybody reads where they stand.

    ``found`` are texts with their glosses. Items of a list count where there is only one, and ``listed``.
    """
    texts = items = 0
    for text, each in found:
        for one in each:
            if one.toned == toned and one.verdict is gloss.Verdict.FIRST and _is_read(text, one):
                is_item = text[max(0, one.start - 2) : one.start - 1] in ITEM_BEFORE
                items += is_item
                texts += not is_item
    return texts + (items if items == 1 and listed else 0)


def is_named(text: str, one: Gloss) -> bool:
    """Say whether a glossed character is quoted, spoken of (業字, 寫成髮), or ends an item, no word."""
    before = text[max(0, one.start - 3) : one.start - 1]
    behind = text[one.end : one.end + 4]
    if (
        before[-1:] in NAMED_BEFORE
        or before in _WRITTEN_AS
        or (one.char not in "個个" and _SPOKEN_OF.match(behind))
    ):
        return not behind.startswith("字") or _in_word("", one.char, "字") < _EVERYDAY_WORD
    if "名" in text[max(0, one.start - 6) : one.start] and _CALLED.search(
        text, max(0, one.start - 6), one.start
    ):
        return True
    if behind[:1] not in _ENDS_ITEM or not _SHORT_ITEM.search(text, max(0, one.start - 5), one.start):
        return False
    return _in_word(before[-1:], one.char, "") < _EVERYDAY_WORD


def is_listed(text: str, one: Gloss) -> bool:
    """Say whether a glossed character stands in an item of a list (、) of up to four characters."""
    if text.find("、", max(0, one.start - _LONGEST_ITEM), one.end + _LONGEST_ITEM) < 0:
        return False
    before = _ITEM_AHEAD.search(_READING.sub("", text[max(0, one.start - _LONGEST_ITEM) : one.start]))
    behind = _ITEM_BEHIND.match(_READING.sub("", text[one.end : one.end + _LONGEST_ITEM]))
    if not (before and behind and "、" in before[1] + behind[2]):
        return False
    length = len(before[2]) + len(behind[1])
    between = before[1] == behind[2] == "、"
    return length <= _LONGEST_NAME and (between or length >= _SHORTEST_ITEM)


def is_word_read(text: str, one: Gloss) -> bool:
    """Say whether a bracket holds the readings, without tones, of the two or three characters before it."""
    if len(one.spelled) < _SHORTEST_WORD:
        return False
    spelled = one.spelled.lower()
    read = [
        readings.first_reading(char, toned=False) or "" for char in text[max(0, one.start - 3) : one.start]
    ]
    return spelled in {"".join(read), "".join(read[-2:])}


def is_ambiguous(text: str, one: Gloss) -> bool:
    """Say whether a character has several readings where it stands: in a name, or in a word that few use."""
    if one.char not in polyphones():
        return False
    before = text[max(0, one.start - 2) : one.start - 1]
    if before.isdigit() or (gloss.rank(one.char) < _GRAMMAR and _HAN.match(before)):
        return False
    behind = text[one.end : one.end + 3].lstrip(" \xa0")[:2]
    needed = _WORD_AHEAD_OF_PLACE if behind[1:] in _OF_PLACES else _WORD_OF_POLYPHONE
    return _in_word(before, one.char, behind[:1]) < needed


def _is_read(text: str, one: Gloss) -> bool:
    before = text[max(0, one.start - 2) : one.start - 1]
    behind = text[one.end : one.end + 2].lstrip(" \xa0")[:1]
    rank = gloss.rank(one.char)
    if is_named(text, one) or one.spelled.istitle():
        return False
    apart = text[one.end : one.end + 1].isspace() and before.isspace()
    if apart or before in _QUOTED_BEFORE or behind in _QUOTED_BEHIND:
        return False
    if rank >= gloss.FREQUENT and behind in _OF_PLACES:
        return False
    if is_ambiguous(text, one):
        return False
    if rank < gloss.FREQUENT and before not in ITEM_BEFORE:
        beside = (_HAN.match(before), _HAN.match(behind))
        counted = before.isdigit() and one.char not in UNITS
        if all(beside) or counted or (any(beside) and rank < _GRAMMAR):
            return True
    needed = _EVERYDAY_WORD if rank < gloss.USUAL else _COMMON_WORD
    return _in_word(before, one.char, behind) >= needed


def misread(other: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> frozenset[str]:
    """Give the frequent characters that bear another than their first reading, in words that everybody reads.

    No editor explains 地区(ōu): the reading is the first one of another table. Each stands nowhere bare.
    """
    read: dict[str, list[bool]] = {}
    first = {one.char for _, each in found for one in each if one.verdict is gloss.Verdict.FIRST}
    wanted = set(map(id, other))
    for text, each in found:
        for one in each:
            if id(one) in wanted:
                read.setdefault(one.char, []).append(_in_frequent_word(text, one, sure=len(first) >= _MANY))
    written = Counter(char for text, _ in found for char in text)
    return frozenset(
        char for char, all_read in read.items() if all(all_read) and written[char] == len(all_read)
    )


def _in_frequent_word(text: str, one: Gloss, *, sure: bool) -> bool:
    if gloss.rank(one.char) >= gloss.FREQUENT or is_named(text, one):
        return False
    before, behind = text[max(0, one.start - 2) : one.start - 1], text[one.end : one.end + 1]
    if gloss.rank(one.char) < _GRAMMAR:
        return True
    if behind in _OF_PLACES:
        return False
    return (sure and one.char not in _SURNAMES) or _in_word(before, one.char, behind) >= _EVERYDAY_WORD


def _in_word(before: str, char: str, behind: str) -> float:
    inside = model.load().inside_words
    return max(inside(before, char), inside(char, behind))


@cache
def polyphones() -> frozenset[str]:
    """Give the characters, of both scripts, that are read in several ways in words and names of today."""
    lines = files("crawler.text").joinpath("data/polyphones.txt").read_text(encoding="utf-8").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")))
