"""Reading text again from its bytes, from a lost byte on to where it is in step again.

The readings that are possible are followed side by side (``crawler.text.beam``), the most likely ones kept. A
lost byte that a reading in a bracket tells has few candidates, one that nothing tells about 120.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.text import gbk, gloss, likelihood
from crawler.text.beam import SWALLOWED, Beam, State, pruned
from crawler.text.cut_tokens import LOST, TOKENS, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.text.likelihood import PageWords

# Full-width characters, A1A1 and A3xx in bytes, that a site has narrowed: what reads as one byte was two.
_WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FULL_WIDTH = re.compile("[，：；！？（）]")
_NARROWED = ",:;!?"
# Behind the end of a sentence the line ends, unless a number's second half or what is counted follows.
_SENTENCE_END = re.compile("[。！？][”’」』]?\\Z")
_COUNTED = re.compile(
    "[^\u3400-\u9fff“《【（(]|[年月日时時点點分秒个個名位人项項条條家次万萬亿億千百成倍岁歲级級届屆号號楼樓层層元]"
)
_OPENING = frozenset("“「『《（【")
_WIDE_MARKS = frozenset("，；！？")
_MARKS = frozenset("，；：！？,;:!?。、“”《》（）")
# A run out of step ends at the next letter or digit; beyond this many characters it is something else.
_LONGEST = 160
_KEPT = 16
_KEPT_AT_UNKNOWN = 160
_KEPT_AT_LOST_TRAIL = 4
# One so many nats behind the best is not followed there.
_FAR_BEHIND = 8.0
# Readings that are nearly as likely may end better with what stands behind.
_FINISHED = 8
# How far behind a surname it is looked for what somebody did, in characters.
_NAMED = 6
# How far behind what closes a bracket or a quotation is looked for, in characters.
_CLOSED_WITHIN = 300
# Beyond so many nats a rival is out of the question.
_CLEAR = 20.0
# A reading that our table has, but not as the character's first; the table that was injected has it first.
_FURTHER_READING = -4.0


class Run(NamedTuple):
    """The most likely reading of a run: how many nats it gains, where in the text it ends, what it says.

    ``ahead`` is by how many nats it is likelier than the next best reading that says something else.
    """

    gain: float
    end: int
    out: str
    lost: bool
    odd: tuple[int, ...]
    ahead: float = math.inf


class Reader:
    """Reads the runs of one text again."""

    def __init__(self, text: str, *, traditional: bool, blank_behind: bool, words: PageWords) -> None:
        """Take the text, its page's script and words, and whether a blank came with each bracket."""
        self.text = text
        self.tokens = TOKENS[blank_behind]
        self.wide = _narrowed(text)
        self.traditional = traditional
        self.beam = Beam(traditional=traditional, words=words)
        # A page that shows private-use characters has lost none.
        self.may_lack = not _PRIVATE.search(text)

    def run(
        self, at: int, before: str, *, spelled: str | None = None, insert: Sequence[int] = ()
    ) -> Run | None:
        """Return the most likely reading from ``at``, where a first byte is lost, None where there is none.

        ``before`` is the text ahead; ``spelled`` the reading in the bracket at ``at``, if any. At the
        characters numbered in ``insert`` a pair of bytes may have vanished that was a private-use character.
        """
        found = [
            run
            for last in self._last_bytes(before)
            for run in self._runs(last, at, before, spelled, frozenset(insert))
        ]
        if not found:
            return None
        best = self._best(found)
        return best if best.lost or not self._swallows(at, best) else best._replace(lost=True)

    def _swallows(self, at: int, run: Run) -> bool:
        """Say whether fewer bytes make a reading than its run shows: each token is one byte at the least."""
        shown = sum(1 for token in self.tokens.finditer(self.text, at, run.end) if not token["gloss"])
        return shown > sum(2 - char.isascii() for char in run.out)

    def _best(self, found: list[Run]) -> Run:
        best = max(found, key=lambda run: run.gain)
        near = [run for run in found if run.gain > best.gain - _CLEAR]
        end = max(run.end for run in near)
        said = best.out + self.text[best.end : end]
        rivals = (run.gain for run in near if run.out + self.text[run.end : end] != said)
        return best._replace(ahead=best.gain - max(rivals, default=-math.inf))

    def _last_bytes(self, before: str) -> list[int]:
        char = before[-1:]
        raw = (gbk.encode(char), gbk.encode(self.wide.get(char, "")))
        return [each[-1] for each in raw if each and each[-1] >= gbk.LEAD[0]] or [-1]

    def _runs(
        self, last: int, at: int, before: str, spelled: str | None, insert: frozenset[int]
    ) -> list[Run]:
        place = self._behind_start(at, spelled)
        states = self._start(last, place, spelled)
        found: list[Run] = []
        fresh = 1
        while states and place < min(len(self.text), at + _LONGEST):
            token = self.tokens.match(self.text, place)
            assert token is not None
            made = self._advance(states, token, before)
            if insert:
                plain = token["char"] is not None and token["char"] != " "
                put_back = self.beam.inserted(states, insert, before, one_by_one=not plain)
                made += self._advance(put_back, token, before)
            place = token.end()
            done = sorted((state for state in made if state.lead < 0), reverse=True)
            found += [self._finish(state, at, place, before) for state in done[:_FINISHED]]
            fresh = 2 if token["cut"] or token["lost"] else fresh - 1
            states = pruned(made, _KEPT_AT_UNKNOWN if fresh >= 0 else _KEPT)
        return found

    def _behind_start(self, at: int, spelled: str | None) -> int:
        if spelled is None:
            return at + 1
        bracket = min(found for found in map(self.text.find, ")）", (at, at)) if found >= 0)
        token = self.tokens.match(self.text, at)
        return token.end() if token and token["cut"] else bracket + 1

    def _start(self, last: int, place: int, spelled: str | None) -> list[State]:
        """List what the first lost byte, the first of a character, may have been."""
        if spelled is not None:
            leads = [(byte, score) for byte, score in _bytes_read(last, spelled) if byte in gbk.LEAD]
        else:
            char = self.text[place : place + 1]
            raw = gbk.encode(self.wide.get(char, char))
            found = gbk.leads_of(raw[0], traditional=self.traditional) if len(raw) > 1 else ()
            leads = [(byte, 0.0) for byte in found]
        return [State(score, "", lead, lead, lost=False, odd=(), inserted=0) for lead, score in leads]

    def _finish(self, state: State, at: int, end: int, before: str) -> Run:
        """Weigh a reading that is in step again against what stands there, with two characters behind."""
        out, bonus = state.out, 0.0
        follows = self.tokens.match(self.text, end)
        if follows and follows["gloss"]:
            fits = gloss.judge(out[-1], follows["reading"])[0] is gloss.Verdict.FIRST
            bonus = likelihood.STRAY_MARK if fits else -likelihood.STRAY_MARK
            end = follows.end() if fits else end
        right = self.text[end : end + 2]
        if right[:1] in {"", "\n"}:
            bonus += likelihood.at_line_end(out[-1])
        bonus += likelihood.of_question(out, right)
        bonus += likelihood.of_opened(out, self.text[end : end + _CLOSED_WITHIN])
        bonus += likelihood.of_speaker(before[-2:] + out, self.text[end : end + _NAMED])
        bonus += likelihood.of_stops(before[-4:], out, self.text[end : end + _NAMED])
        was = visible(self.tokens, self.text[at:end])
        gain = state.score + likelihood.of_text(before + out, right) - likelihood.of_text(before, was + right)
        gain += likelihood.STRAY_MARK * (sum(map(was.count, LOST)) - out.count("?"))
        return Run(gain + bonus, end, out, state.lost or state.inserted > 0, state.odd)

    def _advance(self, states: list[State], token: re.Match[str], before: str) -> list[State]:
        if token["gloss"]:
            return states
        if token["cut"]:
            spelled = token["cut_reading"]
            return [
                new
                for state in states
                for byte, score in _bytes_read(state.last, spelled)
                for new in self.beam.complete([state._replace(score=state.score + score)], byte, before)
            ]
        if token["lost"]:
            made = [
                new
                for state in states[:_KEPT_AT_LOST_TRAIL]
                if state.score > states[0].score - _FAR_BEHIND
                for new in self._lost_trail(state, token.end(), before)
            ]
            if token["lost"] == "?" and "?" in self.wide:
                made += self._with_bytes(states, gbk.encode("？"), before)
            # Where what was inserted ahead of a mark fell between two characters, nothing is lost.
            return made + (states if self._is_mark(token.end()) else [])
        char = token["char"]
        if char == " " and self.text[token.end() : token.end() + 1] in _WIDE_MARKS:
            # What was inserted ahead of a mark, where it fell between two characters of the wrong reading.
            return states
        made = self._with_bytes(states, gbk.encode(char), before)
        if char == "€":
            # Code page 936 and browsers read a second byte that stands alone as this sign.
            made += self._with_bytes(states, b"\x80", before)
        return made + (
            self._with_bytes(states, gbk.encode(self.wide[char]), before) if char in self.wide else []
        )

    def _lost_trail(self, state: State, end: int, before: str) -> list[State]:
        """List what a lost second byte may have been; the ASCII character behind it may be lost as well."""
        follows = self.text[end : end + 1]
        complete = not follows or follows == "\n" or self._is_mark(end) or self.text[end - 1] != "?"
        made = []
        for score, out, lead, last, lost, odd, inserted in self.beam.complete_any(state, before, _FINISHED):
            ends = _SENTENCE_END.search(out) is not None
            marks = [""] if complete else ["\n" if ends and not _COUNTED.match(follows) else "?"]
            if complete and ends and follows in _OPENING:
                marks.append("\n")  # a paragraph that begins with it
            for mark in marks:
                bonus = likelihood.at_line_end(out[-1]) if mark == "\n" else 0.0
                value = score + SWALLOWED + bonus
                made.append(State(value, out + mark, lead, last, bool(mark) or lost, odd, inserted))
        return made

    def _is_mark(self, at: int) -> bool:
        char = self.text[at : at + 1]
        return char in _MARKS and not (char == "?" and self._is_cut(at))

    def _is_cut(self, at: int) -> bool:
        token = self.tokens.match(self.text, at)
        return token is not None and token["cut"] is not None

    def _with_bytes(self, states: list[State], raw: bytes, before: str) -> list[State]:
        if not raw or raw[0] < gbk.FIRST_TRAIL:
            return []
        if len(raw) == 1:
            return self.beam.complete(states, raw[0], before)
        second = raw[1]
        if second in gbk.LEAD:
            return self.beam.complete(states, raw[0], before, lead=second)
        # A letter that stood alone was read as the second byte of a character.
        made = self.beam.complete(states, raw[0], before)
        return [new._replace(out=new.out + chr(second), last=second) for new in made]


def _narrowed(text: str) -> dict[str, str]:
    """Give what the site of a text has narrowed: everything, or the marks that have no other width in it.

    The comma is so frequent that where it is wide nothing was narrowed.
    """
    if not _FULL_WIDTH.search(text):
        return _WIDE
    if "，" in text:
        return {}
    return {mark: _WIDE[mark] for mark in _NARROWED if _WIDE[mark] not in text}


def _bytes_read(lead: int, spelled: str) -> list[tuple[int, float]]:
    """List the second bytes that make a character with this reading, and how likely each is, in nats."""
    further = ((byte, _FURTHER_READING) for byte in gbk.also_read_as(lead, spelled))
    return [*((byte, 0.0) for byte in gbk.read_as(lead, spelled)), *further]
