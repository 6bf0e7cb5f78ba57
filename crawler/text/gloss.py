"""Readings in brackets behind single characters, ``產業(yè)``, and taking them out again.

Content farms write them between the characters to make a copied page look original. Whether a page is such a
page is decided in ``crawler.text.injection``; here they are found, judged one by one, and removed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from crawler.text import readings, script
from crawler.text.spelled import ZHUYIN, to_pinyin

if TYPE_CHECKING:
    from collections.abc import Iterator

HAN = "\u3400-\u9fff\uf900-\ufaff"
LETTERS = "A-Za-zÜüĀāÁáǍǎÀàĒēÉéĚěÈèĪīÍíǏǐÌìŌōÓóǑǒÒòŪūÚúǓǔÙùǕǖǗǘǙǚǛǜŃńŇňǸǹḾḿÊêɡɑĂăĔĕĬĭŎŏŬŭ"
MARKED = "ĀāÁáǍǎÀàĒēÉéĚěÈèĪīÍíǏǐÌìŌōÓóǑǒÒòŪūÚúǓǔÙùǕǖǗǘǙǚǛǜŃńŇňǸǹḾḿĂăĔĕĬĭŎŏŬŭ"
_BLANK = "[ \t\xa0\u2002-\u200a\u3000]"
_SPELLED = f"[{LETTERS}ａ-ｚＡ-Ｚ{ZHUYIN}\u0300-\u0304\u0306\u0308\u030c:]{{1,9}}[0-5]?"
_OPEN, CLOSE = "[(（\\[［【〔{｛〈<＜﹙﹝﹛]", "[)）\\]］】〕}｝〉>＞﹚﹞﹜]"
BRACKETS = re.compile(_OPEN)
# It begins with what is rare in a text, and looks back from there.
_AGAIN = rf"{_BLANK}?{_OPEN}{_BLANK}?(?P=spelled){_BLANK}?{CLOSE}"
_FOUND = re.compile(
    rf"{_OPEN}(?:(?<=[{HAN}].)|(?<=[{HAN}]{_BLANK}.))(?P<twice>{_OPEN})?"
    rf"{_BLANK}?(?P<spelled>{_SPELLED})(?P<closing>{_BLANK}?)[,，]?{CLOSE}(?(twice){CLOSE})"
    rf"(?P<again>(?:{_AGAIN}|{_BLANK}?{_OPEN}{_AGAIN}{CLOSE}){{0,3}})"
)
# How many characters are commoner than one of the frequent, and of the usual ones.
FREQUENT, USUAL = 600, 2200
# Of the characters that Simplified merged with others, an editor explains a rarer one.
RAREST_MERGED = 1500
HINT_OF_BARE = re.compile(f"[{MARKED}]|[a-zA-Z][1-5](?![0-9A-Za-z])")
_BARE = re.compile(
    rf"([{HAN}])({_BLANK}?)([{LETTERS}]{{1,9}}(?:[1-5]|(?<=[{MARKED}])|(?<=[{MARKED}][{LETTERS}])|"
    rf"(?<=[{MARKED}][{LETTERS}]{{2}})|(?<=[{MARKED}][{LETTERS}]{{3}}))(?![{LETTERS}]))({_BLANK}?)"
)
_SHAPES = str.maketrans("ɡɑ\u0306", "ga\u030c")
_TYPED_UMLAUT = re.compile("u:|u\u0308")


class Verdict(Enum):
    """What a bracket behind a character holds."""

    FIRST = "its first reading"
    OTHER = "another of its readings"
    NONE = "no reading of it"


class Gloss(NamedTuple):
    """One bracket with letters behind a character; ``start`` and ``end`` span all that an injection added.

    ``start`` is behind the character, ``end`` behind the last bracket, blanks behind it not counted.
    """

    char: str
    spelled: str
    start: int
    end: int
    verdict: Verdict
    toned: bool
    blank_before: bool
    blank_inside: bool
    doubled: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """How one page's readings were injected; enough to remove them without deciding again.

    ``toned``: with tone marks. ``blank_behind``: a blank was injected behind each bracket.
    ``converted``: only behind characters that Simplified writes otherwise. ``others``: characters whose
    readings are not the first of our table but that of the program that injected them. ``bare``: without
    brackets.
    """

    toned: bool
    blank_behind: bool
    converted: bool
    others: frozenset[str] = frozenset()
    bare: bool = False

    def describe(self) -> str:
        """Write the profile as one line, which ``parse`` reads."""
        words = [name for name in ("toned", "blank_behind", "converted", "bare") if getattr(self, name)]
        return " ".join([*words, *(f"other:{char}" for char in sorted(self.others))])

    @classmethod
    def parse(cls, detail: str) -> Profile:
        """Read what ``describe`` wrote; unknown words are passed over."""
        words = detail.split()
        others = frozenset(word.removeprefix("other:") for word in words if word.startswith("other:"))
        return cls("toned" in words, "blank_behind" in words, "converted" in words, others, "bare" in words)


@cache
def _ranks() -> dict[str, int]:
    listed = files("crawler.text").joinpath("data/common.txt").read_text(encoding="utf-8").strip()
    ranks = {char: rank for rank, char in enumerate(listed)}
    usual = script.usual_traditional()
    traditional = {
        char: ranks[to] if char in usual else max(ranks[to], USUAL)
        for char, to in script.simplified_of().items()
        if to in ranks
    }
    return ranks | traditional


def rank(char: str) -> int:
    """Return how many characters are more frequent in Chinese than this one, 9999 for a rare one.

    A Traditional character is as frequent as its Simplified one, if it is the one usually meant by that.
    """
    return _ranks().get(char, 9999)


@lru_cache(maxsize=4096)
def normalise(spelled: str) -> str:
    """Return a reading as the table has it: lower case, composed, ü for u: and for v with a tone.

    A breve, which some type for the third tone, becomes a caron.
    """
    text = _TYPED_UMLAUT.sub("ü", unicodedata.normalize("NFKD", spelled.lower()).translate(_SHAPES))
    text = text.replace("v\u0304", "ü\u0304").replace("v\u0301", "ü\u0301")
    text = text.replace("v\u030c", "ü\u030c").replace("v\u0300", "ü\u0300")
    return to_pinyin(unicodedata.normalize("NFC", text))


@lru_cache(maxsize=16384)
def judge(char: str, spelled: str) -> tuple[Verdict, bool]:
    """Compare what a bracket spells with a character's readings; also say whether it bears a tone.

    A neutral first reading (們 men) counts as toned where it is spelled so: it is what a toned table gives.
    """
    first = readings.first_reading(char)
    if first is None:
        return Verdict.NONE, False
    reading = normalise(spelled)
    plain = readings.toneless(reading)
    toned = plain != reading.replace("ü", "v")
    if toned:
        if reading in {first, first.replace("ü", "v")} or _same_umlaut(reading, first):
            return Verdict.FIRST, True
        return (Verdict.OTHER if reading in readings.readings(char) else Verdict.NONE), True
    if plain == readings.toneless(first) or plain.replace("v", "u") == readings.toneless(first).replace(
        "v", "u"
    ):
        return Verdict.FIRST, False
    return (Verdict.OTHER if plain in readings.toneless_readings(char) else Verdict.NONE), False


def _same_umlaut(reading: str, first: str) -> bool:
    """Take lue for lüe and nüe for nue with any tone on the e."""
    return reading.replace("v", "ü").replace("ü", "u") == first.replace("ü", "u") and "ü" in first


def find(text: str) -> Iterator[Gloss]:
    """Find every bracket behind a Chinese character that holds nothing but a few letters."""
    for match in _FOUND.finditer(text):
        twice, spelled, closing, again = match.group("twice", "spelled", "closing", "again")
        start = match.start()
        apart = text[start - 1].isspace()
        start -= apart
        char = text[start - 1]
        verdict, toned = judge(char, spelled)
        doubled = bool(twice or again)
        yield Gloss(char, spelled, start, match.end(), verdict, toned, apart, bool(closing), doubled)


def find_bare(text: str) -> Iterator[Gloss]:
    """Find every reading with a tone that stands behind a Chinese character without a bracket."""
    for match in _BARE.finditer(text):
        char, before, spelled, behind = match.groups()
        verdict, toned = judge(char, spelled)
        # A blank behind belongs to a blank ahead.
        end = match.end() if before else match.end() - len(behind)
        yield Gloss(char, spelled, match.end(1), end, verdict, toned, bool(before), False, False)


def is_converted(char: str) -> bool:
    """Say whether Simplified writes this character otherwise."""
    return char in script.converted()


def is_of_table(char: str) -> bool:
    """Say whether a table from Simplified has a character: what it converts, and frequent ones such as 核."""
    return is_converted(char) or (char in script.merged() and rank(char) < RAREST_MERGED)


def is_injected(gloss: Gloss, profile: Profile) -> bool:
    """Say whether one gloss is of the page's injected ones."""
    if gloss.verdict is Verdict.NONE:
        return False
    if gloss.verdict is Verdict.OTHER and gloss.char not in profile.others:
        return False
    if profile.converted and not is_converted(gloss.char):
        return False
    # A table of toned readings gives neutral ones without a mark.
    return gloss.toned == profile.toned or (profile.toned and is_neutral(gloss.char))


def of_another_table(other: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> frozenset[str]:
    """Give the characters that bear one further reading throughout the page, whatever stands behind them.

    The table that was injected has it first; who tells a reading by its context tells it of one word.
    """
    spelled: dict[str, set[str]] = {}
    for one in other:
        spelled.setdefault(one.char, set()).add(normalise(one.spelled))
    alike = {char for char, each in spelled.items() if len(each) == 1}
    if not alike:
        return frozenset()
    behind: dict[str, set[str]] = {char: set() for char in alike}
    glossed = Counter(one.char for _, each in found for one in each if one.verdict is not Verdict.NONE)
    for text, each in found:
        for one in each:
            if one.char in alike:
                behind[one.char].add(text[one.end : one.end + 1])
    written = Counter(char for text, _ in found for char in text)
    return frozenset(char for char in alike if len(behind[char]) > 1 and written[char] == glossed[char])


def is_neutral(char: str) -> bool:
    """Say whether a character's first reading bears no tone, as that of 們 (men)."""
    first = readings.first_reading(char)
    return first is not None and readings.toneless(first) == first.replace("ü", "v")


def remove(text: str, profile: Profile) -> tuple[str, list[str]]:
    """Remove the injected readings of a page from one of its texts; also return what was removed."""
    if not profile.bare and not BRACKETS.search(text):
        return text, []
    kept: list[str] = []
    removed: list[str] = []
    done = 0
    for gloss in find_bare(text) if profile.bare else find(text):
        if not is_injected(gloss, profile):
            continue
        kept.append(text[done : gloss.start])
        done = gloss.end
        if profile.blank_behind and text[done : done + 1] in {" ", "\xa0", "\u3000"}:
            done += 1
        removed.append(text[gloss.start - 1 : done])
    kept.append(text[done:])
    return "".join(kept), removed
