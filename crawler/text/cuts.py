"""Characters cut in two by an insertion into their bytes, ``占?xì)淠芘c新型`` for 占氫能與新型.

Content farms insert readings by replacing bytes of GBK text without minding where a character begins. Where the
bytes of a glossed character match across two characters, ``BC 9A|E4`` for 細 in 占氫, the insertion leaves a byte
alone; the decoder turns it and the bracket behind it into one ``?`` (or U+FFFD), and everything behind is read one
byte out of step until a letter falls right again. The same happens at full-width ，；！？. Here the text goes back
to its bytes, the lost byte is found by the reading or by a language model, and the bytes are read again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from crawler.text import gloss, model, readings, script

_LOST = "?\ufffd"
_BLANK = "[ \xa0\u3000]?"
_TOKEN = re.compile(
    rf"(?P<cut>[{_LOST}][(（]?{_BLANK}(?P<cut_reading>[{gloss.LETTERS}:]{{1,8}}){_BLANK}[)）])"
    rf"|(?P<gloss>{_BLANK}[(（]{_BLANK}(?P<reading>[{gloss.LETTERS}:]{{1,8}}){_BLANK}[)）])"
    rf"|(?P<lost>[{_LOST}])"
    r"|(?P<char>.)",
    re.DOTALL,
)
# Full-width characters, A1A1 and A3xx in bytes, that a site has narrowed since: what reads as one byte was two.
_WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"}
_ANCHOR = re.compile(
    rf"[{_LOST}](?=[，；：！？（）,;:!])|[{_LOST}][(（]?{_BLANK}[{gloss.LETTERS}:]{{1,8}}{_BLANK}[)）]"
)
_PUNCTUATION = frozenset("、。·—…“”‘’《》〈〉【】（），：；？！％．")
_PAIRS = {"“": "”", "‘": "’", "《": "》", "（": "）", "【": "】"}
# The bytes of a character are a lead, 81 to FE, and a trail, 40 to FE.
_LEAD = range(0x81, 0xFF)
_FIRST_TRAIL = 0x40
# A run out of step ends at the next letter or digit; beyond this it is something else.
_LONGEST_RUN = 120
_KEPT = 16
_KEPT_AT_UNKNOWN = 160
# How much more likely, in nats, the text must become: little where a reading speaks for it, else much.
MARGIN_READING = 0.0
MARGIN_PUNCTUATION = 4.0
MARGIN_UNDECIDED_PAGE = 10.0
_SWALLOWED = -3.0
# How unlikely, in nats, a question mark is in the middle of a clause or ahead of another mark.
_STRAY_MARK = 6.0
# Marks that a full stop does not stand in front of.
_NOT_AFTER_STOP = frozenset("，、；：。！？,;:!?")


class _State(NamedTuple):
    """One way of reading the bytes up to a token."""

    score: float
    out: str
    lead: int  # the first byte of a character whose second is to come, -1 at a boundary
    last: int  # the byte before
    lost: bool  # something was swallowed for good


@dataclass(frozen=True, slots=True)
class Mended:
    """A text with its cuts undone: how many, one example before and after, and how many were left."""

    text: str
    count: int = 0
    before: str = ""
    after: str = ""
    lost: int = 0


class _Run(NamedTuple):
    gain: float
    end: int
    out: str
    lost: bool


@lru_cache(maxsize=65536)
def _encode(char: str) -> bytes:
    """Return the bytes of a character in GBK, private-use ones included; empty where it has not one or two."""
    try:
        raw = char.encode("gb18030")
    except UnicodeEncodeError:
        return b""
    return raw if len(raw) <= 2 else b""


@lru_cache(maxsize=65536)
def _decode(lead: int, trail: int) -> str:
    try:
        char = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


@cache
def _plausible(traditional: bool) -> frozenset[str]:
    """Return the characters a lost one may have been: of the page's script, and usual punctuation."""
    foreign = script.simplified_only() if traditional else frozenset(script.traditional_only())
    every = {_decode(lead, trail) for lead in _LEAD for trail in range(_FIRST_TRAIL, 0xFF) if trail != 0x7F}
    return frozenset(
        char for char in every if char in _PUNCTUATION or ("一" <= char <= "龥" and char not in foreign)
    )


@lru_cache(maxsize=1024)
def _ending(trail: int, *, traditional: bool) -> tuple[int, ...]:
    """Return the first bytes that make a plausible character with this second byte."""
    return tuple(lead for lead in _LEAD if _decode(lead, trail) in _plausible(traditional))


@lru_cache(maxsize=1024)
def _beginning(lead: int, *, traditional: bool) -> tuple[int, ...]:
    """Return the second bytes that make a plausible character with this first byte."""
    return tuple(
        trail for trail in range(_FIRST_TRAIL, 0xFF) if _decode(lead, trail) in _plausible(traditional)
    )


@lru_cache(maxsize=4096)
def _read_as(first: int, spelled: str) -> tuple[int, ...]:
    """Return the second bytes that make a character with this first byte and this first reading."""
    reading = gloss.normalise(spelled)
    plain = readings.toneless(reading)
    if plain != reading.replace("ü", "v"):
        characters = readings.characters_read(reading)
    else:
        characters = readings.characters_read_toneless(plain)
    raw = (_encode(char) for char in characters)
    return tuple(sorted(each[1] for each in raw if len(each) == 2 and each[0] == first))


class _Reader:
    """Reads one text's bytes again from a cut on."""

    def __init__(self, text: str, *, traditional: bool) -> None:
        self.text = text
        self.traditional = traditional

    def run(self, at: int, before: str) -> _Run | None:
        """Return the most likely reading from the cut at ``at`` to where it is in step again."""
        raw = _encode(before[-1:])
        states = [_State(0.0, "", -1, raw[-1] if raw else -1, lost=False)]
        best: _Run | None = None
        place = at
        fresh = 0
        while states and place < len(self.text) and place - at < _LONGEST_RUN:
            token = _TOKEN.match(self.text, place)
            assert token is not None
            unknown = token.lastgroup in {"cut", "cut_reading", "lost"}
            end = token.end()
            states = self._advance(states, token, before, start=place == at)
            place = end
            done = [state for state in states if state.lead < 0]
            states = [state for state in states if state.lead >= 0]
            if done:
                run = self._finish(max(done), at, place, before)
                if best is None or run.gain > best.gain:
                    best = run
            fresh = 2 if unknown else fresh - 1
            states = sorted(states, reverse=True)[: _KEPT_AT_UNKNOWN if fresh > 0 else _KEPT]
        return best

    def _finish(self, state: _State, at: int, end: int, before: str) -> _Run:
        out = state.out
        follows = _TOKEN.match(self.text, end)
        if (
            follows
            and follows["gloss"]
            and out
            and gloss.judge(out[-1], follows["reading"])[0] is gloss.Verdict.FIRST
        ):
            end = follows.end()
        right = self.text[end : end + 2]
        was = _visible(self.text[at:end])
        gain = state.score + model.log_total(right, before + out) - model.log_total(was + right, before)
        gain += _STRAY_MARK * sum(map(was.count, _LOST)) - _STRAY_MARK * state.out.count("?")
        return _Run(gain, end, out, state.lost)

    def _advance(
        self, states: list[_State], token: re.Match[str], before: str, *, start: bool
    ) -> list[_State]:
        if token["gloss"]:
            return states
        if token["cut"]:
            return [new for state in states for new in self._cut(state, token, before)]
        if token["lost"]:
            if start:
                return self._lost_lead(states[0], token.end())
            return [new for state in states for new in self._lost_trail(state, token.end(), before)]
        return [new for state in states for new in self._known(state, token["char"], before)]

    def _cut(self, state: _State, token: re.Match[str], before: str) -> list[_State]:
        """A byte is lost that has the bracket's reading together with the byte before it."""
        found = _read_as(state.last, token["cut_reading"])
        if state.lead >= 0:
            return [new for byte in found for new in self._complete(state, byte, before)]
        return [state._replace(lead=byte, last=byte) for byte in found if byte in _LEAD]

    def _lost_lead(self, state: _State, end: int) -> list[_State]:
        """The first byte of a character is lost; its second is the first of what follows."""
        raw = _encode(self._wide(end))
        if len(raw) != 2:
            return []
        return [
            state._replace(lead=byte, last=byte) for byte in _ending(raw[0], traditional=self.traditional)
        ]

    def _lost_trail(self, state: _State, end: int, before: str) -> list[_State]:
        """The second byte of a character is lost, and perhaps the ASCII character behind it."""
        follows = self.text[end : end + 1]
        complete = (
            follows in {"", "\n"} or _encode(self._wide(end))[:1] == b"\xa3" or self.text[end - 1] != "?"
        )
        mark = "" if complete else "?"
        made = []
        for byte in _beginning(state.lead, traditional=self.traditional):
            for new in self._complete(state, byte, before):
                made.append(
                    new._replace(
                        score=new.score + _SWALLOWED, out=new.out + mark, lost=bool(mark) or new.lost
                    )
                )
        return made

    def _known(self, state: _State, char: str, before: str) -> list[_State]:
        made = self._with_bytes(state, _encode(char), before)
        if char in _WIDE:
            made += self._with_bytes(state, _encode(_WIDE[char]), before)
        return made

    def _with_bytes(self, state: _State, raw: bytes, before: str) -> list[_State]:
        if state.lead < 0 or not raw or raw[0] < _FIRST_TRAIL:
            return []
        made = self._complete(state, raw[0], before)
        if len(raw) == 1:
            return made
        return [new._replace(lead=raw[1], last=raw[1]) for new in made if raw[1] in _LEAD]

    def _complete(self, state: _State, trail: int, before: str) -> list[_State]:
        char = _decode(state.lead, trail)
        if char not in _plausible(self.traditional):
            return []
        out = state.out + char
        context = before + state.out
        score = state.score + model.log_probability(context[-2:], char) + _punctuation(context, char)
        return [_State(score, out, -1, trail, state.lost)]

    def _wide(self, at: int) -> str:
        char = self.text[at : at + 1]
        return _WIDE.get(char, char) if char else ""


def _punctuation(before: str, char: str) -> float:
    """Prefer a closing mark where one is open, an opening one where none is; no mark follows a full stop."""
    if char in _NOT_AFTER_STOP and before.endswith("。"):
        return -_STRAY_MARK
    for opening, closing in _PAIRS.items():
        if char in {opening, closing}:
            is_open = before.rfind(opening) > before.rfind(closing)
            return 1.0 if is_open == (char == closing) else -2.0
    return 0.0


def _visible(text: str) -> str:
    """Take out the brackets with readings, so that only what a reader sees as text is weighed."""
    return "".join(
        token[0] if token["char"] else "?" if token["cut"] or token["lost"] else ""
        for token in _TOKEN.finditer(text)
    )


def mend(text: str, profile: gloss.Profile | None, *, traditional: bool) -> Mended:
    """Undo the cuts in a text whose glosses have been removed already (see ``gloss.remove``).

    ``profile`` is how readings were injected into its page, None where they were not; ``traditional`` is the
    page's script, which tells which characters a lost one may have been.
    """
    if "?" not in text and "\ufffd" not in text:
        return Mended(text)
    reader = _Reader(text, traditional=traditional)
    kept: list[str] = []
    done = count = lost = 0
    example = ("", "")
    for anchor in _ANCHOR.finditer(text):
        at = anchor.start()
        if at < done:
            continue
        before = "".join((*kept, text[done:at]))[-40:]
        by_reading = len(anchor[0]) > 1
        run = reader.run(at, before) if before else None
        margin = MARGIN_READING if by_reading else MARGIN_PUNCTUATION
        if profile is None:
            margin += MARGIN_UNDECIDED_PAGE
        if run is None or run.gain < margin:
            lost += by_reading and profile is not None
            continue
        if not count:
            example = (text[at : run.end], run.out)
        kept += [text[done:at], run.out]
        done = run.end
        count += 1
        lost += run.lost
    kept.append(text[done:])
    return Mended("".join(kept), count, *example, lost=lost)
