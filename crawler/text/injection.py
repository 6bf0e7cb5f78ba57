"""Were readings injected into this page? Decided over all its texts at once, never bracket by bracket."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.text import gloss, script
from crawler.text.gloss import Gloss, Profile, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

# Readings with tone marks that stand outside a bracket behind a character: the page is about reading aloud.
_MARKED_ELSEWHERE = re.compile(f"[{gloss.MARKED}](?![{gloss.LETTERS}]*\\s?[)）])")
# What follows a cut, up to a letter or digit: the wrong characters of a run say nothing of the script.
_RUN = r"(?:[^\0-\x7f]|\?{1,3}(?=[^\0-\x7f]))*"
_READ_OUT_OF_STEP = re.compile(f"[?\ufffd](?:[(（]?[{gloss.LETTERS}]{{1,7}}[)）])+{_RUN}")
_OUT_OF_STEP = re.compile(f"{_READ_OUT_OF_STEP.pattern}|[?\ufffd][，；！？]{_RUN}")
# A bracket that only closes, with a tone, behind a lost character: what opened it went with the first byte.
_CUT = re.compile(f"[?\ufffd](?=[{gloss.LETTERS}]{{0,7}}[{gloss.MARKED}])[{gloss.LETTERS}]{{1,8}}[)）]")
_HAN = re.compile(f"[{gloss.HAN}]")
# Where a whole text is annotated, a person or a school book did it.
FULLY_ANNOTATED = 0.6
# Letters with tone marks outside brackets, by readings: runs that are out of step have a few.
STRAY_TONES = 0.1
# A breadcrumb of four characters may well be all glossed by chance.
ANNOTATED_LENGTH = 12
ANNOTATED_BY_CHANCE = 2
# Units whose names stand in brackets, spelled out, without any harm meant.
_UNITS = frozenset("畝亩兩两錢钱里斤尺寸丈升斗石克米元圓圆角分時时秒噸吨頃顷釐厘")
# What a reading of a character is worth by how many characters are commoner than it.
_BY_RANK = ((600, 1.5), (1500, 0.8), (2200, 0.3), (3000, -0.3))
_RARE = -1.5
# How sure the sum of the evidence has to make us.
NEEDED_TRADITIONAL = 1.75
NEEDED_SIMPLIFIED = 6.0
# A few readings, one of them of a character that few write and none of one that everybody reads, may be meant
# for the reader; nobody means the same one twice, or breaks a sentence with a blank behind it.
FEW = 3
NEEDED_OF_FEW = 2.5
EDUCATION = 9.0
# What a cut with a reading behind it is worth: nobody writes that.
CUT_SHOWN = 4.0


@dataclass(slots=True)
class _Evidence:
    """What the glosses of one way of writing them (toned or not) tell."""

    toned: bool
    traditional: bool
    first: list[Gloss] = field(default_factory=list)
    other: list[Gloss] = field(default_factory=list)
    in_word: int = 0
    alone: int = 0
    blank_behind: int = 0


@cache
def _education() -> re.Pattern[str]:
    lines = files("crawler.text").joinpath("data/education.txt").read_text(encoding="utf-8").splitlines()
    return re.compile("|".join(re.escape(line) for line in lines if line and not line.startswith("#")))


def decide(texts: Sequence[str], *, mended: int = 0) -> Profile | None:
    """Return how readings were injected into a page, None where they were not or where it is not certain.

    ``texts`` are all texts of the page, title, head lines and body: each may be short, together they decide.
    ``mended`` is how many cuts the texts had that are mended already.
    """
    glossed = [text for text in texts if "(" in text or "（" in text]
    found = [(text, list(gloss.find(text))) for text in map(_in_step, glossed)]
    number = sum(one.verdict is Verdict.FIRST for _, each in found for one in each)
    if not number:
        return None
    scripts = count_scripts(texts)
    mixed = min(scripts) > 0.2 * sum(scripts)
    elsewhere = sum(len(_MARKED_ELSEWHERE.findall(text)) for text in texts)
    if mixed or elsewhere > 1 + STRAY_TONES * number:
        return None
    shown = mended + count_cuts(texts)
    for toned in (True, False):
        cuts = shown if toned else 0
        profile = _judge(found, texts, toned=toned, traditional=scripts.mostly_traditional, shown=cuts)
        if profile:
            return profile
    return None


def count_cuts(texts: Sequence[str]) -> int:
    """Count the cuts with a toned reading behind them, which only an injection makes."""
    return sum(len(_CUT.findall(text)) for text in texts if ")" in text or "）" in text)


def count_scripts(texts: Sequence[str]) -> script.ScriptCount:
    """Count the characters of one script in a page's texts, leaving out what is read a byte out of step."""
    text = "\n".join(texts)
    if "?" in text or "\ufffd" in text:
        text = _OUT_OF_STEP.sub("", text)
    return script.count(text)


def _in_step(text: str) -> str:
    """Leave out the runs behind cuts: what stands ahead of a bracket there is not what it explains."""
    if "?" not in text and "\ufffd" not in text:
        return text
    return _READ_OUT_OF_STEP.sub("?", text)


def _judge(
    found: list[tuple[str, list[Gloss]]],
    texts: Sequence[str],
    *,
    toned: bool,
    traditional: bool,
    shown: int,
) -> Profile | None:
    evidence = _Evidence(toned, traditional)
    for text, each in found:
        _collect(evidence, text, each, neutral=shown > 0)
    first = evidence.first
    if not first or _annotated(found):
        return None
    converted = [one for one in first if gloss.is_converted(one.char)]
    only_converted = traditional and len(converted) >= 0.8 * len(first)
    if traditional and not only_converted:
        return None
    counted = converted if only_converted else first
    total = _weigh(evidence, counted, found)
    total += CUT_SHOWN * shown
    needed = NEEDED_TRADITIONAL if traditional else NEEDED_SIMPLIFIED
    mechanical = not toned and evidence.blank_behind == evidence.in_word == len(first)
    if not shown and not mechanical and _are_few_and_rare(counted):
        needed += NEEDED_OF_FEW
    words = {match[0] for text in texts for match in _education().finditer(text)}
    needed += EDUCATION * min(len(words), 3)
    if total < needed:
        return None
    return Profile(toned, evidence.blank_behind >= 0.6 * len(first), only_converted)


def _are_few_and_rare(counted: list[Gloss]) -> bool:
    ranks = [gloss.rank(char) for char in {one.char for one in counted}]
    few = len(counted) == len(ranks) < FEW
    return few and max(ranks, default=0) >= _BY_RANK[1][0] and min(ranks) >= _BY_RANK[0][0]


def _collect(evidence: _Evidence, text: str, each: list[Gloss], *, neutral: bool) -> None:
    """Take the glosses of a text; ``neutral``: readings that bear no tone count for toned ones as well."""
    for one in each:
        toned = one.toned or (neutral and gloss.is_neutral(one.char))
        if toned != evidence.toned or one.verdict is Verdict.NONE:
            continue
        if one.verdict is Verdict.OTHER:
            evidence.other.append(one)
            continue
        evidence.first.append(one)
        behind = text[one.end : one.end + 2]
        if behind[:1] in {" ", "\xa0"}:
            evidence.blank_behind += 1
        if _HAN.match(behind.lstrip(" \xa0")) or (one.start > 1 and _HAN.match(text, one.start - 2)):
            evidence.in_word += gloss.rank(one.char) < _BY_RANK[2][0]
        elif not text[max(0, one.start - 2) : one.start - 1].isalnum():
            evidence.alone += 1


def _annotated(found: list[tuple[str, list[Gloss]]]) -> bool:
    """Say whether nearly all characters are glossed, in one text of some length or in all together.

    People annotate characters whether or not Simplified writes them otherwise; a site that converted its
    texts glosses what it converted.
    """
    glosses = [one for _, each in found for one in each if one.verdict is not Verdict.NONE]
    if len(glosses) > ANNOTATED_LENGTH and all(gloss.is_converted(one.char) for one in glosses):
        return False
    every = readings = 0
    for text, each in found:
        number = sum(one.verdict is not Verdict.NONE for one in each)
        if not number:
            continue
        length = len(_HAN.findall(text))
        if length >= ANNOTATED_LENGTH and number > FULLY_ANNOTATED * length:
            return True
        every += length
        readings += number
    return readings > ANNOTATED_BY_CHANCE and readings > FULLY_ANNOTATED * every


def _weigh(evidence: _Evidence, counted: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> float:
    """Add up how much the glosses look injected; negative is evidence against."""
    doubled = sum(one.doubled for one in counted) >= 0.5 * len(counted)
    inside = sum(one.blank_inside for one in counted) >= 0.5 * len(counted)
    blank_behind = evidence.blank_behind >= 0.6 * len(evidence.first)
    total = sum(_strangeness(one) for one in counted)
    total += 0.5 * evidence.in_word - 2.5 * evidence.alone
    total -= 3.0 * len(evidence.other)
    if doubled or inside:
        total += NEEDED_SIMPLIFIED
    else:
        total -= 1.5 * _bare(counted, found)
    if not evidence.toned and not doubled:
        total += 0.5 if blank_behind else -6.0
        total -= 2.5 * len({one.char for one in counted} & _UNITS)
        if not evidence.traditional:
            total -= 4.0
    return total


def _strangeness(one: Gloss) -> float:
    """Say how odd it would be to explain this reading to a reader: the commoner the character, the odder."""
    rank = gloss.rank(one.char)
    weight = next((weight for below, weight in _BY_RANK if rank < below), _RARE)
    return weight + (1.0 if gloss.is_converted(one.char) else 0.0)


def _bare(counted: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> int:
    """Count how often the glossed characters stand without a gloss in the texts that have glosses."""
    seen = Counter(one.char for one in counted)
    characters: Counter[str] = Counter()
    for text, each in found:
        if each:
            characters.update(text)
    return sum(max(0, characters[char] - number) for char, number in seen.items())
