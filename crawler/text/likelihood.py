"""How likely a character is at its place: the character model, marks, and the page's own words."""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING

from crawler.text import gbk, model

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAIRS = {
    "“": "”",
    "‘": "’",
    "《": "》",
    "（": "）",
    "【": "】",
    "〈": "〉",
    "〔": "〕",
    "「": "」",
    "『": "』",
}
_OPENING = {closing: opening for opening, closing in _PAIRS.items()}
# Words of one character that no sentence ends with, and marks that a full stop does not stand in front of.
_NOT_BEFORE_STOP = frozenset(
    "从從在与與和及或把被对對向为為以于於将將由因则則但而且若如并並每各该該某这這那其所很更最"
)
_NOT_AFTER_STOP = frozenset("，、；：。！？,;:!?")
_EXCLAIMED, _NOT_AFTER_EXCLAIMED = frozenset("！？"), frozenset("，、；：。（")
# What a full stop does not stand behind, and frequent words that seldom begin a sentence.
_PAUSES = frozenset("，、；：,;:")
_SELDOM_FIRST = frozenset("的了和與与及或可得地着著過过們们之而能會会要也都很是有等")
# A clause of one or two characters, and who speaks by one or two, neither a surname nor a usual word.
_SHORT_CLAUSE = re.compile("(?:^|[，。、；：！？“‘（《\n,;:!?])[\u3400-\u9fff]{1,2}\\Z")
_SELDOM, _SHORT, _NAMELESS = 2.5, 3.0, 4.0
_PRONOUNS = frozenset("他她它我你您")
# A word of two characters that is at least so frequent names somebody.
_USUAL_WORD = 1e-7
# Natural logarithms of how frequent a mark is; the model holds all for alike.
_FREQUENCY = {
    "，": -2.5,
    "。": -4.7,
    "、": -3.3,
    "“": -4.5,
    "”": -4.5,
    "（": -5.5,
    "）": -5.5,
    "《": -5.5,
    "》": -5.5,
    "！": -6.0,
    "？": -6.0,
    "：": -5.5,
    "；": -5.5,
}
_RARE_MARK = -7.5
_SIGN = -9.0
_NO_WORDS = gbk.WIDE_LETTERS | gbk.SIGNS
_MODEL_MARK = -4.0
# How unlikely, in nats, a mark is where it makes no sense.
STRAY_MARK = 6.0
_UNOPENED = 3.0
_ASKS, _ASKING = 4.0, frozenset("嗎吗呢麼么吧")
_CLOSES = 2.0
_CLOSES_SENTENCE = 4.0
# In fewer characters than this is a word quoted, no sentence.
_QUOTED_SENTENCE = 6
# Somebody who said what is quoted is named behind it.
_SPEAKER = 4.0
_STOPS = frozenset("。！？")
_ENDS_LINE = 2.0
_AGAIN, _SAID_AGAIN = frozenset("尽盡"), 6.0
# A full-width letter or digit: on a page with others, on one without, behind another.
_WIDE, _WIDE_ELSEWHERE, _WIDE_BEHIND_WIDE = -7.0, -13.0, -3.0
# What a pair or three characters that the page has elsewhere are worth.
_SEEN_PAIR = 1.5
_SEEN_THREE = 1.5


class PageWords:
    """The pairs and threes of neighbouring characters of a page, counted when first asked for."""

    def __init__(self, texts: Sequence[str], limit: int = 100_000) -> None:
        """Take the page's texts; no more than ``limit`` characters are looked at."""
        self._texts = texts
        self._limit = limit

    @cached_property
    def seen(self) -> frozenset[str]:
        """Give the pairs and threes."""
        text = "\n".join(self._texts)[: self._limit]
        pairs = map("".join, zip(text, islice(text, 1, None), strict=False))
        threes = map("".join, zip(text, islice(text, 1, None), islice(text, 2, None), strict=False))
        return frozenset((*pairs, *threes))

    @cached_property
    def has_wide(self) -> bool:
        """Say whether the page has full-width letters or digits."""
        return any(not gbk.WIDE_LETTERS.isdisjoint(text) for text in self._texts)

    def bonus(self, before: str, char: str) -> float:
        """Return what it is worth that the page has the character behind these elsewhere."""
        if before[-1:] + char not in self.seen:
            return 0.0
        return _SEEN_PAIR + (_SEEN_THREE if before[-2:] + char in self.seen else 0.0)


def of_all(before: str, chars: Sequence[str], words: PageWords) -> list[float]:
    """Return ``of`` for many characters behind one text, in less time; marks are not corrected."""
    likely = model.log_probabilities(before[-2:], chars)
    seen = words.seen
    last, verb = before[-1:], before[-2:-1]
    again = _SAID_AGAIN if last in _AGAIN else 0.0
    return [
        of(before, char, words)
        if char in _NO_WORDS
        else value + (words.bonus(before, char) if last + char in seen else 0.0) + again * (char == verb)
        for value, char in zip(likely, chars, strict=True)
    ]


def of(before: str, char: str, words: PageWords) -> float:
    """Return the natural logarithm of how likely a character is behind a text."""
    if char in gbk.WIDE_LETTERS:
        usual = _WIDE if words.has_wide else _WIDE_ELSEWHERE
        return _WIDE_BEHIND_WIDE if before[-1:] in gbk.WIDE_LETTERS else usual
    if char in gbk.SIGNS:
        return _SIGN
    likely = model.log_probability(before[-2:], char) + words.bonus(before, char) + _echo(before, char)
    return likely + of_mark(before, char) if char in gbk.PUNCTUATION else likely


def _echo(before: str, char: str) -> float:
    """Return what it is worth that a set phrase says a verb again: 应收尽收, 应保尽保."""
    return _SAID_AGAIN if before[-1:] in _AGAIN and before[-2:-1] == char else 0.0


def of_text(before: str, text: str) -> float:
    """Return the sum over a text, without the page's words: what stands there cannot speak for itself."""
    total = model.log_total(text, before)
    for at, char in enumerate(text):
        if char in gbk.PUNCTUATION:
            total += of_mark(before + text[:at], char)
    return total


def at_line_end(char: str) -> float:
    """Return what it is worth that a line ends with this character."""
    if char in _PAIRS or char in "，、":
        return -STRAY_MARK
    return _ENDS_LINE if char in "。！？" or char in _OPENING else 0.0


def of_question(out: str, behind: str) -> float:
    """Return what it is worth that a text ends with a word that asks, if a question mark stands behind."""
    return _ASKS if out[-1:] in _ASKING and behind[:1] in {"？", "?"} else 0.0


def of_mark(before: str, char: str) -> float:
    """Correct what the model says of a mark: how frequent it is, what it may follow, what is open."""
    weight = _FREQUENCY.get(char, _RARE_MARK) - _MODEL_MARK
    never_here = before[-1:] in _PAIRS or before.endswith(("。", "。”"))
    if never_here and char in _NOT_AFTER_STOP:
        return weight - STRAY_MARK
    if before[-1:] in _EXCLAIMED and char in _NOT_AFTER_EXCLAIMED:
        return weight - STRAY_MARK / 2
    if char in _STOPS and before[-1:] in _NOT_BEFORE_STOP:
        return weight - STRAY_MARK / 2
    if char in _PAIRS:
        return weight + (-_UNOPENED if before.rfind(char) > before.rfind(_PAIRS[char]) else 1.0)
    return weight + _of_closing(before, char) if char in _OPENING else weight


def _of_closing(before: str, char: str) -> float:
    opened = before.rfind(_OPENING[char])
    if opened <= before.rfind(char):
        return -_UNOPENED
    if char not in "”』」" or before[-1:] not in _STOPS:
        return _CLOSES
    quoted_sentence = len(before) - opened > _QUOTED_SENTENCE or before[:opened].endswith(
        ("：", ":", "，", "\n")
    )
    if quoted_sentence:
        return _CLOSES_SENTENCE
    return 0.0 if before[-1:] == "。" else _CLOSES


def of_opened(out: str, behind: str) -> float:
    """Return what it costs that a text opens what is not closed in it or in the text behind."""
    open_ = next((char for char in reversed(out) if char in _PAIRS or char in _OPENING), "")
    if open_ not in _PAIRS:
        return 0.0
    closed = _PAIRS[open_] in behind or (open_ == "（" and ")" in behind)
    return 0.0 if closed else -STRAY_MARK


def of_speaker(text: str, behind: str) -> float:
    """Return what it is worth that a text ends with ``。”`` and a surname, if who said it is named behind."""
    return _SPEAKER if text[-2:-1] in {"”", "」"} and _speakers().search(text[-3:] + behind) else 0.0


def of_stops(before: str, out: str, behind: str) -> float:
    """Return what it costs that stops in ``out`` stand where few sentences end or begin."""
    cost = 0.0
    for at, char in enumerate(out):
        if char not in _STOPS:
            continue
        ahead, following = (before + out[:at])[-4:], out[at + 1 :] + behind
        cost += STRAY_MARK if ahead[-1:] in _PAUSES else 0.0
        cost += _SHORT if _SHORT_CLAUSE.search(ahead) else 0.0
        cost += _SELDOM if following[:1] in _SELDOM_FIRST else 0.0
        cost += _NAMELESS if _is_nameless(following) else 0.0
    return -cost


def _is_nameless(text: str) -> bool:
    """Say whether somebody speaks at the beginning of a text whose name must have begun before it."""
    found = _given_names().match(text)
    if not found or text[0] in _PRONOUNS:
        return False
    name = found[1]
    return len(name) == 1 or model.load().inside_words(name[0], name[1]) < _USUAL_WORD


@cache
def _given_names() -> re.Pattern[str]:
    surnames, words = _of_speakers()
    return re.compile(f"([^\0-\x7f，。！？；：、“”（）{surnames}][\u4e00-\u9fff]?)(?:{words})")


@cache
def _speakers() -> re.Pattern[str]:
    surnames, words = _of_speakers()
    return re.compile(f"[。！？，][”」][{surnames}][\u4e00-\u9fff]{{0,3}}?(?:{words})")


@cache
def _of_speakers() -> tuple[str, str]:
    """Give the usual surnames, and what follows a speaker's name as alternatives of an expression."""
    lines = files(__package__).joinpath("data/speakers.txt").read_text("utf-8").splitlines()
    surnames, words = (line for line in lines if not line.startswith("#"))
    return surnames, "|".join(words.split())
