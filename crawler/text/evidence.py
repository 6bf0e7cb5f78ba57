"""What the readings on a page tell about who wrote them: a program, or an editor for the reader."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from crawler.text import everyday, gloss
from crawler.text.gloss import Gloss, Verdict

_HAN = re.compile(f"[{gloss.HAN}]")
_BLANKS = " \xa0\u3000"
_HAN_OR_MARK = re.compile(f"[{gloss.HAN}，。；！？]")
# What a reading of a character is worth by how many characters are commoner than it.
_BY_RANK = ((gloss.FREQUENT, 1.5), (1500, 0.8), (gloss.USUAL, 0.3), (3000, -0.3))
_RARE = -1.5
# What a name or a quoted word counts against.
_NAMED = 3.5
# A reading of a whole word, as in 麻將(majiang): programs read single characters.
_WORD_READ = 15.0
# A short item of a list, as names of places are.
_LISTED = 3.0
# Toneless readings without a blank behind them are written by people as well, who explain a few terms.
_GLUED, _TERMS = 2.0, 10
# Names begin with a capital letter, readings of tables do not.
_CAPITAL = 5.0
# A character that is glossed in one place and not in another.
_BARE = 3.0
# A blank behind a reading inside a sentence.
_BROKEN = 2.5
# A reading by context, which no table gives.
_ANOTHER_READING = 5.0
# Readings in Simplified text without a blank in the bracket: so people write them, at ends of verses most.
_PLAIN, _AT_END = 1.5, 1.0
# What blanks in brackets and doubled brackets are worth: all that Simplified text needs.
NEEDED_SIMPLIFIED = 6.0
# A few readings, one of them of a character that few write and none of one that everybody reads, may be meant
# for the reader; nobody means the same one twice, or breaks a sentence with a blank behind it.
FEW = 3
# What counts against a few readings: the character has several, the brackets are those of careful
# typesetting, another one is no reading of a single character, it begins a clause or (as names do) ends one
# in no everyday word.
_POLYPHONE, _WIDE, _UNKNOWN, _UNREAD = 2.0, 1.0, 5.0, 1.0
# A program writes all its brackets alike.
_UNLIKE = 10.0
# So many sentences broken by blanks behind readings are no person's, whatever the script.
_OFTEN_BROKEN = 5


@dataclass(slots=True)
class Evidence:
    """What the glosses of one way of writing them (toned or not) tell."""

    toned: bool
    traditional: bool
    first: list[Gloss] = field(default_factory=list)
    other: list[Gloss] = field(default_factory=list)
    in_word: int = 0
    named: int = 0
    listed: int = 0
    broken: int = 0
    alone: int = 0
    starts: int = 0
    ends: int = 0
    closes: int = 0
    ambiguous: int = 0
    wide: int = 0
    unknown: int = 0
    blank_behind: int = 0
    foreign: int = 0
    words: int = 0


def doubts(evidence: Evidence, *, unread: int) -> float:
    """Add up what speaks for a few readings being meant for the reader.

    ``unread`` is how many stand in no everyday word.
    """
    total = _POLYPHONE * evidence.ambiguous + _WIDE * evidence.wide
    total += _UNLIKE if 0 < evidence.wide < len(evidence.first) else 0.0
    return (
        total + _UNKNOWN * min(evidence.unknown, 2) + _UNREAD * min(evidence.starts + evidence.closes, unread)
    )


def are_few_and_rare(counted: list[Gloss]) -> bool:
    """Say whether a few readings are of characters that an editor may well explain."""
    ranks = [gloss.rank(char) for char in {one.char for one in counted}]
    few = len(counted) == len(ranks) < FEW
    return few and max(ranks, default=0) >= _BY_RANK[1][0] and min(ranks) >= _BY_RANK[0][0]


def collect(evidence: Evidence, text: str, each: list[Gloss], *, neutral: bool) -> None:
    """Take the glosses of a text; ``neutral``: readings that bear no tone count for toned ones as well."""
    for one in each:
        toned = one.toned or (neutral and gloss.is_neutral(one.char))
        if one.verdict is Verdict.NONE:
            evidence.foreign += not one.toned and one.spelled.islower() and len(one.spelled) > 1
            evidence.unknown += one.toned
            evidence.words += everyday.is_word_read(text, one)
        if toned != evidence.toned or one.verdict is Verdict.NONE:
            continue
        if one.verdict is Verdict.OTHER:
            evidence.other.append(one)
            continue
        evidence.first.append(one)
        evidence.wide += text.startswith("（", one.start)
        before, behind = text[max(0, one.start - 2) : one.start - 1], text[one.end : one.end + 3]
        shown = behind.lstrip(_BLANKS)
        blank = len(shown) < len(behind)
        if blank:
            evidence.blank_behind += 1
            evidence.broken += before not in everyday.SET_OFF and bool(_HAN_OR_MARK.match(shown))
        if blank and before and before in _BLANKS:
            evidence.alone += 1
        elif _HAN.match(shown) or (one.start > 1 and _HAN.match(text, one.start - 2)):
            evidence.in_word += gloss.rank(one.char) < _BY_RANK[2][0]
            evidence.named += everyday.is_named(text, one)
            evidence.listed += everyday.is_listed(text, one)
            evidence.ambiguous += everyday.is_ambiguous(text, one)
            evidence.starts += not _HAN.match(before)
            evidence.ends += not _HAN.match(behind)
            evidence.closes += not _HAN.match(shown)
        elif not before.isalnum():
            evidence.alone += 1


def weigh(evidence: Evidence, counted: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> float:
    """Add up how much the glosses look injected; negative is evidence against."""
    doubled = sum(one.doubled for one in counted) >= 0.5 * len(counted)
    inside = sum(one.blank_inside for one in counted) >= 0.5 * len(counted)
    blank_behind = evidence.blank_behind >= 0.6 * len(evidence.first)
    total = sum(_strangeness(one) for one in counted)
    total += 0.5 * evidence.in_word - 2.5 * evidence.alone - _NAMED * evidence.named
    if 2 * evidence.listed >= len(evidence.first):
        total -= _LISTED * evidence.listed
    total -= _ANOTHER_READING * len(evidence.other)
    if not (all(one.spelled.istitle() for one in counted) and len(counted) >= _TERMS):
        total -= _CAPITAL * sum(one.spelled.istitle() for one in counted)
    if doubled or inside:
        total += NEEDED_SIMPLIFIED
    else:
        total -= _BARE * _bare(counted, found)
    if evidence.traditional or evidence.broken >= _OFTEN_BROKEN:
        total += _BROKEN * evidence.broken
    if not evidence.toned and not doubled:
        few = len({one.char for one in counted}) < _TERMS
        total += 0.5 if blank_behind else -_GLUED * (len(counted) if few else 1)
        total -= _GLUED * evidence.foreign + _WORD_READ * evidence.words
        total -= 2.5 * len({one.char for one in counted} & everyday.UNITS)
        if not evidence.traditional:
            total -= 4.0
    if not (evidence.traditional or doubled or inside):
        total -= _PLAIN + _AT_END * evidence.ends
    return total


def _strangeness(one: Gloss) -> float:
    """Say how odd it would be to explain this reading to a reader: the commoner the character, the odder."""
    rank = gloss.rank(one.char)
    weight = next((weight for below, weight in _BY_RANK if rank < below), _RARE)
    return weight + (1.0 if gloss.is_converted(one.char) else 0.0)


def _bare(counted: list[Gloss], found: list[tuple[str, list[Gloss]]]) -> int:
    """Count how often the glossed characters stand without a gloss in the texts that have glosses."""
    seen = Counter(one.char for one in counted)
    written = "".join(text for text, each in found if each)
    return sum(max(0, written.count(char) - number) for char, number in seen.items())
