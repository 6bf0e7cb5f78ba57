"""Were readings injected into this page? Decided over all its texts at once, never bracket by bracket."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.text import everyday, gloss, script
from crawler.text.evidence import (
    FEW,
    NEEDED_SIMPLIFIED,
    Evidence,
    are_few_and_rare,
    collect,
    doubts,
    weigh,
)
from crawler.text.gloss import Gloss, Profile, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Readings with tone marks that stand outside a bracket behind a character: the page is about reading aloud.
# Beside other such letters and signs it is a misreading.
_ODD = "\x80-\u024f\u02c6-\u04ff\u2018-\u2122\u2500-\u25ff"
_MARKED_ELSEWHERE = re.compile(
    f"[{gloss.MARKED}](?<![{_ODD}].)(?![{_ODD}])(?![{gloss.LETTERS}]*\\s?[,，]?{gloss.CLOSE})"
)
# What follows a cut, up to a letter or digit: the wrong characters of a run say nothing of the script.
_RUN = r"(?:[^\0-\x7f]|\?{1,3}(?=[^\0-\x7f]))*"
_READ_OUT_OF_STEP = re.compile(f"[?\ufffd](?:[(（]?[{gloss.LETTERS}]{{1,7}}[)）])+{_RUN}")
_OUT_OF_STEP = re.compile(f"{_READ_OUT_OF_STEP.pattern}|[?\ufffd][，；！？]{_RUN}")
# A bracket that only closes, with a tone, behind a lost character: what opened it went with the first byte.
_CUT = re.compile(f"[?\ufffd](?=[{gloss.LETTERS}]{{0,7}}[{gloss.MARKED}])[{gloss.LETTERS}]{{1,8}}[)）]")
_HAN = re.compile(f"[{gloss.HAN}]")
# So many converted characters with their readings are a table's; it may have a further reading first …
MANY_CONVERTED = 4
# … and one character that no table converts, if it is so frequent, or any, if it has some frequent ones.
RAREST_ALONE, FREQUENT_OTHERS, RAREST = 1500, 3, 3500
# Where a whole text is annotated, a person or a school book did it.
FULLY_ANNOTATED = 0.6
# Letters with tone marks outside brackets, by readings: runs that are out of step have a few.
STRAY_TONES = 0.1
# A breadcrumb of four characters may well be all glossed by chance.
ANNOTATED_LENGTH = 12
ANNOTATED_BY_CHANCE = 2
# More readings than these of converted characters, beside a bare one that is not, no person picked.
ENOUGH_CONVERTED = 3
# So many characters in a row, each with its reading, are annotated on purpose where few are converted ones.
ANNOTATED_IN_A_ROW = 10
# From so many readings on one of another character tells nothing.
FEW_TERMS = 8
# No quoted example is longer than so many characters.
QUOTED = 60
# What a word that everybody reads is worth.
_IN_EVERYDAY_WORD = 2.5
# Quotation marks of the mainland in Traditional text, which nobody wrote so but a converter left.
_MAINLAND_QUOTES = 0.75
# How sure the sum of the evidence has to make us.
NEEDED_TRADITIONAL = 1.75
# Where readings of any characters, not of converted ones alone, stand in Traditional text.
NEEDED_OF_ANY = 8.0
# Share of the readings without brackets that have to be first ones.
_NEARLY_ALL = 0.8
NEEDED_OF_FEW = 2.5
EDUCATION = 9.0
# What a cut with a reading behind it is worth: nobody writes that.
CUT_SHOWN = 4.0


@cache
def _education() -> re.Pattern[str]:
    lines = files("crawler.text").joinpath("data/education.txt").read_text(encoding="utf-8").splitlines()
    return re.compile("|".join(re.escape(line) for line in lines if line and not line.startswith("#")))


def decide(texts: Sequence[str], *, mended: int = 0) -> Profile | None:
    """Return how readings were injected into a page, None where they were not or where it is not certain.

    ``texts`` are all texts of the page, title, head lines and body: each may be short, together they decide.
    ``mended`` is how many cuts the texts had that are mended already.
    """
    return _decide_bracketed(texts, mended) or _decide_bare(texts)


def _decide_bracketed(texts: Sequence[str], mended: int) -> Profile | None:
    glossed = [text for text in texts if gloss.BRACKETS.search(text)]
    found = [(text, list(gloss.find(text))) for text in map(_in_step, glossed)]
    number = sum(one.verdict is Verdict.FIRST for _, each in found for one in each)
    if not number:
        return None
    scripts = count_scripts(texts)
    if scripts.mixed:
        # The frame of a page may be of another script than what was injected.
        lines = "\n".join(text for text, each in found if each).split("\n")
        scripts = count_scripts([line for line in lines if gloss.BRACKETS.search(line)])
    elsewhere = sum(len(_MARKED_ELSEWHERE.findall(text)) for text in texts)
    if scripts.mixed or elsewhere > 1 + STRAY_TONES * number:
        return None
    shown = mended + count_cuts(texts)
    for toned in (True, False):
        cuts = shown if toned else 0
        profile = _judge(found, texts, toned=toned, traditional=scripts.mostly_traditional, shown=cuts)
        if profile:
            return profile
    return None


def _decide_bare(texts: Sequence[str]) -> Profile | None:
    """Decide about readings without brackets: several, nearly all first ones, in Traditional text."""
    hinted = (text for text in texts if gloss.HINT_OF_BARE.search(text))
    found = [(text, each) for text in hinted if (each := list(gloss.find_bare(text)))]
    verdicts = Counter(one.verdict for _, each in found for one in each)
    if verdicts[Verdict.FIRST] < max(FEW + 1, _NEARLY_ALL * verdicts.total()):
        return None
    scripts = count_scripts(texts)
    if scripts.mixed or not scripts.mostly_traditional:
        return None
    profile = _judge(found, texts, toned=True, traditional=True, shown=0)
    return replace(profile, bare=True) if profile else None


def count_cuts(texts: Sequence[str]) -> int:
    """Count the cuts with a toned reading behind them, which only an injection makes."""
    return sum(len(_CUT.findall(text)) for text in texts if ")" in text or "）" in text)


def count_scripts(texts: Sequence[str]) -> script.ScriptCount:
    """Count the characters of one script in a page's texts, leaving out what is read a byte out of step."""
    text = "\n".join(texts)
    if "?" in text or "\ufffd" in text:
        text = _OUT_OF_STEP.sub("", text)
    return script.count(text)


def about_reading(texts: Sequence[str]) -> bool:
    """Say whether any text of a page speaks of readings, as school books and dictionaries do."""
    return any(_education().search(text) for text in texts)


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
    evidence = Evidence(toned, traditional)
    for text, each in found:
        collect(evidence, text, each, neutral=shown > 0)
    first = evidence.first
    if not first or _annotated(found):
        return None
    converted = [one for one in first if gloss.is_converted(one.char)]
    if not traditional and all(_is_quoted(text, one) for text, each in found for one in each):
        return None
    only_converted = traditional and len(converted) >= 0.8 * len(first)
    if traditional and not _is_consistent(first, shown):
        return None
    counted = converted if only_converted else first
    others = _of_another_table(evidence.other, found, converted)
    evidence.other = [one for one in evidence.other if one.char not in others]
    total = weigh(evidence, counted, found)
    if traditional and any("“" in text for text in texts) and not any("「" in text for text in texts):
        total += _MAINLAND_QUOTES
    total += CUT_SHOWN * shown
    needed = _needed(traditional=traditional, only_converted=only_converted)
    few = len({one.char for one in counted}) < FEW
    read = 0
    if traditional and (few or total < needed + NEEDED_OF_FEW):
        read = everyday.count(found, toned=toned, listed=not evidence.alone)
        total += _IN_EVERYDAY_WORD * read
    if few and not shown:
        total -= doubts(evidence, unread=max(0, len(counted) - read))
    mechanical = not toned and evidence.broken == len(first)
    exempt = shown or mechanical or (traditional and read == len(first))
    if not exempt and are_few_and_rare(counted):
        needed += NEEDED_OF_FEW
    words = {match[0] for text in texts for match in _education().finditer(text)}
    needed += EDUCATION * min(len(words), 3)
    if total < needed:
        return None
    only_converted = only_converted and not _are_injected(first, found)
    return Profile(toned, evidence.blank_behind >= 0.6 * len(first), only_converted, others)


def _of_another_table(
    other: list[Gloss], found: list[tuple[str, list[Gloss]]], converted: list[Gloss]
) -> frozenset[str]:
    """Give the characters whose readings are no first ones of our table, but of that which was injected."""
    others = gloss.of_another_table(other, found)
    if len({one.char for one in converted}) < MANY_CONVERTED:
        return others
    return others | everyday.misread(other, found)


def _are_injected(first: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> bool:
    """Say whether readings of characters that no table converts are injected too.

    Those are that stand nowhere bare and are frequent: an editor may have explained a rare one.
    """
    others = Counter(one.char for one in first if not gloss.is_converted(one.char))
    written = "".join(text for text, each in found if each)
    if any(written.count(char) != number for char, number in others.items()):
        return False
    many = len({one.char for one in first}) > MANY_CONVERTED
    frequent = [char for char in others if gloss.rank(char) < gloss.USUAL]
    if len(frequent) < len(others):
        return many and len(frequent) >= FREQUENT_OTHERS and all(gloss.rank(char) < RAREST for char in others)
    return len(others) > 1 or (many and all(gloss.rank(char) < RAREST_ALONE for char in others))


def _needed(*, traditional: bool, only_converted: bool) -> float:
    if traditional:
        return NEEDED_TRADITIONAL if only_converted else NEEDED_TRADITIONAL + NEEDED_OF_ANY
    return NEEDED_SIMPLIFIED


def _annotated(found: list[tuple[str, list[Gloss]]]) -> bool:
    """Say whether nearly all characters are glossed, in one text of some length or in all together.

    People annotate characters whether or not Simplified writes them otherwise; a site that converted its
    texts glosses what it converted. Nobody writes a reading twice, or a blank in front of each bracket's end.
    """
    glosses = [one for _, each in found for one in each if one.verdict is not Verdict.NONE]
    if all(gloss.is_converted(one.char) for one in glosses):
        bare = any(
            not gloss.is_converted(char) for text, each in found if each for char in _HAN.findall(text)
        )
        if len(glosses) > (ENOUGH_CONVERTED if bare else ANNOTATED_LENGTH):
            return False
    if sum(one.doubled or one.blank_inside for one in glosses) * 2 > len(glosses):
        return False
    if sum(gloss.is_converted(one.char) for one in glosses) * 2 < len(glosses) and any(
        _longest_row(each) >= ANNOTATED_IN_A_ROW for _, each in found
    ):
        return True
    every = readings = 0
    for text, each in found:
        number = sum(one.verdict is not Verdict.NONE for one in each)
        if not number:
            continue
        length = len(_HAN.findall(text))
        if any(_is_annotated(*line) for line in _lines(text, each)):
            return True
        every += length
        readings += number
    return readings > ANNOTATED_BY_CHANCE and readings > FULLY_ANNOTATED * every


def _is_annotated(length: int, readings: int) -> bool:
    return length >= ANNOTATED_LENGTH and readings > FULLY_ANNOTATED * length


def _lines(text: str, glosses: list[Gloss]) -> Iterator[tuple[int, int]]:
    """Give how many Chinese characters each line has, and how many readings of them."""
    read = [one.start for one in glosses if one.verdict is not Verdict.NONE]
    end = -1
    for line in text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        yield len(_HAN.findall(line)), bisect_right(read, end) - bisect_left(read, start)


def _longest_row(glosses: list[Gloss]) -> int:
    """Give how many characters in a row have their readings behind them."""
    longest, row, end = 0, 0, -1
    for one in glosses:
        row = row + 1 if one.start - 1 == end else 1
        longest, end = max(longest, row), one.end
    return longest


def _is_quoted(text: str, one: Gloss) -> bool:
    """Say whether a reading stands in a quotation: who writes of readings that others inject shows some."""
    opened = text.rfind("“", max(0, one.start - QUOTED), one.start)
    return opened > text.rfind("”", 0, one.start) and "”" in text[one.end : one.end + QUOTED]


def _is_consistent(first: list[Gloss], shown: int) -> bool:
    """Say whether a few readings are all of a table's characters: whoever explains terms explains others.

    Nobody writes readings twice, or with a blank in front of each bracket's end.
    """
    few = len(first) < FEW_TERMS and not all(one.doubled or one.blank_inside for one in first)
    return shown > 0 or not few or all(gloss.is_of_table(one.char) for one in first)
