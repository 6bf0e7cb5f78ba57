"""Words that say the same, and words that may be there or not: folded in passages that differ.

Each word of several characters becomes one sign for its group, so that a passage in other words aligns as one
in the same words. The data are in synonyms.toml.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, MatchKind

from crawler.store import wording
from crawler.text.readings import toneless_readings

_LOOSE = re.compile("(?<=n)g$|(?<=^[zcs])h")
_FIRST = 0xF0000
"""The sign of the first group: characters for private use, which no canonical text has a need for."""


@dataclass(frozen=True, slots=True)
class _Words:
    automaton: AhoCorasick
    by_number: list[str]  # the signs of its words
    signs: dict[str, str]  # of words of several characters
    single: dict[str, str]  # of words of one
    light: frozenset[str]  # signs and characters
    aspects: frozenset[str]
    unnamed: frozenset[str]
    telling: re.Pattern[str]
    before_dates: frozenset[str]
    joining: frozenset[str]
    alike: frozenset[tuple[str, str]]
    opposed: frozenset[tuple[str, str]]


@cache
def _words() -> _Words:
    data = tomllib.loads(files("crawler.store").joinpath("synonyms.toml").read_text(encoding="utf-8"))
    loose = {name: data[name].split() for name in ("light", "aspects", "unnamed", "before_dates")}
    groups = [[wording.fold(word) for word in group.split()] for group in data["groups"]]
    known = {word for group in groups for word in group}
    relative = wording.relative_words()
    groups += [[word] for words in loose.values() for word in words if word not in known | relative.keys()]
    signs: dict[str, str] = {}
    single: dict[str, str] = {}
    for number, group in enumerate(groups):
        for word in group:
            (signs if len(word) > 1 else single).setdefault(word, chr(_FIRST + number))
    automaton = AhoCorasick(list(signs), matchkind=MatchKind.LeftmostLongest)
    sets = {name: frozenset(signs.get(word, word) for word in words) for name, words in loose.items()}
    alike, opposed = (_pairs(data[name]) for name in ("look_alike", "opposed"))
    telling = re.compile("|".join(data["telling"].split()))
    sets["joining"] = frozenset(data["joining"])
    return _Words(
        automaton, list(signs.values()), signs, single, alike=alike, opposed=opposed, telling=telling, **sets
    )


def _pairs(groups: list[str]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for group in groups for a in group for b in group if a != b)


def fold(text: str) -> str:
    """Return a passage with one sign for each known word of several characters."""
    words = _words()
    parts, done = [], 0
    for number, start, end in words.automaton.find_matches_as_indexes(text):
        parts += [text[done:start], words.by_number[number]]
        done = end
    return "".join((*parts, text[done:])) if parts else text


@cache
def unnamed() -> frozenset[str]:
    """Return the characters and signs that are in nobody's name: those of long words, and some others."""
    return _words().unnamed | frozenset(_words().signs.values())


@lru_cache(maxsize=4096)
def same(left: str, right: str) -> bool:
    """Whether what stands at one place in two passages is the same but for words that are no facts."""
    words = _words()
    folded = [list(fold(side)) for side in (left, right)]
    sides = [[one for one in side if one not in words.light] for side in folded]
    if _alike(*folded) or _alike(*sides):  # 和 may be missing, but stands for 以及 as well
        return True
    stripped = [[one for one in side if one not in words.aspects] for side in sides]
    dropped = [{one for one in side if one in words.aspects} for side in sides]
    return _alike(*stripped) and not all(dropped)


def looks_alike(left: str, right: str) -> bool:
    """Whether two characters are taken for each other by eye."""
    return (left, right) in _words().alike


def is_word(text: str) -> bool:
    """Whether a text is one word that says nothing, or of which others say the same."""
    words = _words()
    return len(folded := fold(text)) == 1 and (folded != text or folded in words.light | words.aspects)


def mistaken(left: str, right: str) -> bool:
    """Whether two characters sound alike to many: but for a final n or ng, s or sh, z or zh, c or ch."""
    return not _loosely(left).isdisjoint(_loosely(right))


@lru_cache(maxsize=4096)
def _loosely(character: str) -> frozenset[str]:
    return frozenset(_LOOSE.sub("", reading) for reading in toneless_readings(character))


def known(text: str) -> bool:
    """Whether a text of several characters is one of the words that are no facts."""
    return text in _words().signs


def tells(text: str) -> bool:
    """Whether somebody tells something in a text, as in reports and not in forms."""
    return bool(_words().telling.search(text))


def joining() -> frozenset[str]:
    """Return the characters with which one more item goes on a list."""
    return _words().joining


def opposed(left: str, right: str) -> bool:
    """Whether two characters say two things, such as 将 and 已."""
    return (left, right) in _words().opposed


def before_date(text: str) -> bool:
    """Whether a word may stand in front of a date or not."""
    return fold(text) in _words().before_dates


def _alike(left: list[str], right: list[str]) -> bool:
    if len(left) != len(right):
        return False
    single = _words().single
    return all(single.get(a, a) == single.get(b, b) for a, b in zip(left, right, strict=True))
