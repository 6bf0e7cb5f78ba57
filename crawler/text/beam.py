"""The ways in which bytes that are out of step may be read, followed side by side: a beam search.

``crawler.text.out_of_step`` goes through a text and tells what bytes come; here each way goes on with them.
"""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from crawler.text import gbk, likelihood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.text.likelihood import PageWords

SWALLOWED = -3.0
# Below this a character is so odd that a pair of bytes may have vanished beside it.
_ODD = -9.5
# Full-width signs and letters share their first byte with the comma, whose second byte often vanishes.
_ROW_OF_COMMA = 0xA3
_TRIED_INSERTIONS = 2
_FIRST_HALVES = 3
# One that is so many nats less likely than another is not tried.
_RIVAL = 4.0
# Of the characters that may stand behind one such half, so many are followed.
_KEPT_OF_ONE = 12
# From so many readings on it pays to weigh those with the same text ahead together.
_MANY = 16
# Added to a byte that is known, where the one behind it, a first byte, may be any of private use.
_ANY_BEHIND = 0x100


class State(NamedTuple):
    """One way of reading the bytes up to a token."""

    score: float
    out: str
    lead: int  # the first byte of a character whose second is to come, -1 at a boundary
    last: int  # the byte before
    lost: bool  # something was swallowed for good
    odd: tuple[int, ...]  # where in ``out`` characters are unlikely
    inserted: int  # how many vanished pairs were put back


class Beam:
    """Goes on with ways of reading one text."""

    def __init__(self, *, traditional: bool, words: PageWords) -> None:
        """Take the script of the text's page and its words."""
        self.traditional = traditional
        self.words = words
        self._likely: dict[str, float] = {}

    def complete(self, states: Sequence[State], trail: int, before: str, lead: int = -1) -> list[State]:
        """Read a second byte in all states; ``lead`` is the next character's first byte, if it came along."""
        chars = gbk.completed(trail, traditional=self.traditional)
        last = lead if lead >= 0 else trail
        made: list[State] = []
        if len(states) > _MANY and states[0].out == states[-1].out:
            # Those that a run begins with: nothing has been read yet.
            found = [(state.lead, char) for state in states if (char := chars.get(state.lead))]
            scores = {state.lead: state for state in states}
            weighed = self._weigh(states[0].out, found, before)
            return [
                _longer(scores[first], first, char, value, (lead, last)) for value, first, char in weighed
            ]
        for state in states:
            if state.lead >= _ANY_BEHIND:
                first, second = state.lead - _ANY_BEHIND, trail
                private = gbk.completed_private(first, second, traditional=self.traditional)
                weighed = nlargest(_KEPT_OF_ONE, self._weigh(state.out, private, before))
                made += [_longer(state, first, char, value, (lead, last)) for value, first, char in weighed]
            elif char := chars.get(state.lead):
                likely = self._of(before, state.out, char)
                made.append(_longer(state, state.lead, char, likely, (lead, last)))
        return made

    def complete_any(self, state: State, before: str, most: int) -> list[State]:
        """Read a second byte of which nothing is known; give so many of the likeliest."""
        found = gbk.begun(state.lead, traditional=self.traditional)
        weighed = nlargest(most, self._weigh(state.out, found, before))
        return [_longer(state, state.lead, char, value, (-1, trail)) for value, trail, char in weighed]

    def inserted(
        self, states: Sequence[State], places: frozenset[int], before: str, *, one_by_one: bool
    ) -> list[State]:
        """Put back a pair of bytes that vanished: the second of one character and the first of the next.

        The first byte of the next stays open until its second is read, unless ``one_by_one``.
        """
        made: list[State] = []
        for state in states[:_TRIED_INSERTIONS]:
            if state.inserted >= _TRIED_INSERTIONS or len(state.out) - state.inserted not in places:
                continue
            found = gbk.begun_private(state.lead, traditional=self.traditional)
            weighed = nlargest(_FIRST_HALVES, self._weigh(state.out, found, before))
            for value, trail, char in weighed:
                if value <= weighed[0][0] - _RIVAL:
                    break
                half = _longer(state, state.lead, char, value, (-1, trail))
                leads = gbk.leads_behind(trail) if one_by_one else (trail + _ANY_BEHIND,)
                made += [half._replace(lead=lead, last=lead, inserted=state.inserted + 1) for lead in leads]
        return made

    def _weigh(self, out: str, found: Sequence[tuple[int, str]], before: str) -> list[tuple[float, int, str]]:
        """Say of each character behind ``out`` how likely it is; bytes come along."""
        likely = likelihood.of_all((before[-2:] + out)[-2:], [char for _, char in found], self.words)
        return [
            (value if char not in gbk.PUNCTUATION else self._of(before, out, char), byte, char)
            for value, (byte, char) in zip(likely, found, strict=True)
        ]

    def _of(self, before: str, out: str, char: str) -> float:
        key = (out if len(out) > 1 else before[-2:] + out)[-2:] + char
        likely = self._likely.get(key)
        if likely is None:
            likely = likelihood.of(before + out, char, self.words)
            # Of marks, all that stands ahead counts.
            if char not in gbk.PUNCTUATION:
                self._likely[key] = likely
        return likely


def _longer(state: State, first: int, char: str, likely: float, bytes_behind: tuple[int, int]) -> State:
    score, out, _, _, lost, odd, inserted = state
    if likely < _ODD or (first == _ROW_OF_COMMA and char != "，"):
        odd = (*odd, len(out))
    return State(score + likely, out + char, *bytes_behind, lost, odd, inserted)


def pruned(states: list[State], kept: int) -> list[State]:
    """Keep the best readings, those with pairs put back beside those without."""
    pending = sorted((state for state in states if state.lead >= 0), reverse=True)
    if not pending or not any(state.inserted for state in pending):
        return pending[:kept]
    levels = sorted({state.inserted for state in pending})
    return [
        state for level in levels for state in [each for each in pending if each.inserted == level][:kept]
    ]
