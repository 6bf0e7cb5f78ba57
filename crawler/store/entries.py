"""Whether a text has another one's beginning as one of its entries, as digests of several pieces do."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from crawler.store import synonyms
from crawler.store.passages import GIVEN, Span, overlap
from crawler.store.tally import ALIKE, CUT_SHORT, UNEVEN, common, has_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.store.alignment import Alignment

OPENING_CHARACTERS = 70
"""So much of a piece's beginning in one run, and nothing else of it, is its entry in a digest …"""
OPENING_SENTENCES = 2
"""… if it is so many sentences …"""
OPENING_FIGURES = 2
"""… or one with so many figures of several digits."""
OPENING_SHORT = 55
"""So many characters are one, too, with as many sentences and figures, or one figure more."""
QUOTED_CHARACTERS = 110
"""So much in one run is quoted, wherever it stands, if somebody tells something in both texts …"""
QUOTED_SENTENCES = 4
"""… and it is so many sentences."""
AFTER_A_SLIP = 10
"""Behind one mistyped character so many must be equal."""
ELSEWHERE = 30
"""So many characters may be equal elsewhere by chance: a sentence that everybody writes."""
LEFT_OUT = 12
"""A digest leaves out so many characters of a piece's beginning, its dateline, …"""
AHEAD = 40
"""… and has so many of its own ahead: two notices that begin so are of one form."""
BEYOND = 4
"""So many characters behind the end of a sentence may be equal by chance."""

_FIGURE = re.compile(r"\d[\d.]+%?")


def is_entry(aligned: Alignment, left: Sequence[str], right: Sequence[str]) -> bool:
    """Return whether all that two texts share is one passage that begins one of them.

    The passage goes on from the longest run of equal sentences in both directions, whatever ends sentences
    there: a digest writes headings and paragraphs in one line, and "read more" behind the last one.
    """
    if not aligned.runs:
        return False
    ends, other_ends = (list(accumulate(map(len, text), initial=0)) for text in (left, right))
    run = max(aligned.runs, key=lambda run: ends[run[0] + run[2]] - ends[run[0]])
    one, other = "".join(left), "".join(right)
    begins, other_begins = ends[run[0]], other_ends[run[1]]
    before = _along(one[:begins][::-1], other[:other_begins][::-1], backwards=True)
    length = before + _along(one[begins:], other[other_begins:])
    begins, other_begins = begins - before, other_begins - before
    inside = sum(
        ends[at + count] - ends[at]
        for at, _, count in aligned.runs
        if begins <= ends[at] and ends[at + count] <= begins + length
    )
    if length < OPENING_SHORT or sum(map(len, aligned.shared)) - inside > ELSEWHERE:
        return False
    # What ends both is how one office ends all its notices.
    ends_both = begins + length == len(one) and other_begins + length == len(other)
    quoted = _is_quoted(ends, begins, length) and all(map(_is_prose, (left, right)))
    if not _begins(one[:begins], other[:other_begins]) and (ends_both or not quoted):
        return False
    told = max(_between(ends, begins, length), _between(other_ends, other_begins, length))
    sentences, counts = told >= OPENING_SENTENCES, figures([one[begins : begins + length]])
    if length < OPENING_CHARACTERS:
        if counts < OPENING_FIGURES + (not sentences):
            return False
    elif not sentences and counts < OPENING_FIGURES:
        return False
    return _goes_on((left, ends, begins + length), (right, other_ends, other_begins + length))


def _begins(one: str, other: str) -> bool:
    """Whether a passage with this ahead of it in two texts begins one of them, but for a dateline."""
    short, long = sorted((one, other), key=len)
    if not short:
        return True
    if len(short) > LEFT_OUT or len(long) < AHEAD:
        return False
    return overlap(short, long[-len(short) :]) < ALIKE * len(short)


def _along(left: str, right: str, *, backwards: bool = False) -> int:
    """Return how many characters two texts begin with in common, a slip of typing among them.

    ``backwards`` says that both were turned round.
    """
    at = common(left, right)
    beyond = common(left[at + 1 :], right[at + 1 :])
    if beyond < AFTER_A_SLIP:
        return at
    ahead, behind = left[max(0, at - GIVEN) : at], left[at + 1 : at + 1 + GIVEN]
    if backwards:
        ahead, behind = behind[::-1], ahead[::-1]
    slip = Span(left[at], right[at], ahead, behind)
    return at + 1 + beyond if slip.same or slip.sounds_alike else at


def _is_quoted(ends: Sequence[int], begins: int, length: int) -> bool:
    """Whether a passage from the middle of a text is so long that another one quotes it."""
    return length >= QUOTED_CHARACTERS and _between(ends, begins, length) >= QUOTED_SENTENCES


def _is_prose(sentences: Sequence[str]) -> bool:
    """Whether a text is a report, in which somebody tells something, and no form that is filled in."""
    return any(map(synonyms.tells, sentences))


def figures(sentences: Iterable[str]) -> int:
    """Return how many figures of several digits stand in some sentences, each counted once."""
    return len({figure for sentence in sentences for figure in _FIGURE.findall(sentence)})


def _between(ends: Sequence[int], begins: int, length: int) -> int:
    return sum(begins < end <= begins + length for end in ends)


def _goes_on(one: tuple[Sequence[str], list[int], int], other: tuple[Sequence[str], list[int], int]) -> bool:
    """Whether what follows is something else, or the same sentence cut short, and no changed one."""
    rests = [_rest(*text) for text in (one, other)]
    if any(rest is None for rest in rests):
        return True
    (left, inside), (right, other_inside) = (rest for rest in rests if rest is not None)
    if inside and other_inside:
        return False
    short, long = sorted((left, right), key=len)
    if len(long) > UNEVEN * len(short):
        return True
    if (inside or other_inside) and len(short) <= CUT_SHORT and not has_figure(short[:1]):
        return True
    return overlap(left, right) < ALIKE * min(len(left), len(right))


def _rest(sentences: Sequence[str], ends: list[int], at: int) -> tuple[str, bool] | None:
    """Return what is left of the sentence at ``at``, or the next one, and whether it was begun before."""
    number = bisect_right(ends, at) - 1
    if number >= len(sentences):
        return None
    begun = at - ends[number]
    return (sentences[number][begun:], True) if begun > BEYOND else (sentences[number], False)
