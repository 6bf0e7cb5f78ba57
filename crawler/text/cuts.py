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
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from crawler.text import gbk, gloss, model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LOST = "?\ufffd"
_BLANK = "[ \xa0\u3000]?"
_SPELLED = f"[{gloss.LETTERS}\u0300-\u0304\u0308\u030c:]{{1,9}}"
_TOKEN = re.compile(
    rf"(?P<cut>[{_LOST}][(（]?{_BLANK}(?P<cut_reading>{_SPELLED}){_BLANK}[)）])"
    rf"|(?P<gloss>{_BLANK}[(（]{_BLANK}(?P<reading>{_SPELLED}){_BLANK}[)）])"
    rf"|(?P<lost>[{_LOST}])"
    r"|(?P<char>.)",
    re.DOTALL,
)
# Full-width characters, A1A1 and A3xx in bytes, that a site has narrowed since: what reads as one byte was two.
_WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"}
# A cut that a reading shows, one that a mark behind it shows, and one whose lone byte has been taken out.
_ANCHOR = re.compile(
    rf"[{_LOST}][(（]?{_BLANK}(?P<spelled>{_SPELLED}){_BLANK}[)）]"
    rf"|[{_LOST}](?=[，：；！？（）,;:!]|\?(?!\?))"
    rf"|(?<=[{gloss.HAN}])(?P<bare>[(（]?(?P<bare_spelled>[{gloss.LETTERS}]{{2,6}})[)）])"
)
_SUSPECTED = re.compile(
    rf"[{gloss.HAN}“”][{_LOST}](?:[，；：！？,;:!]|\?(?!\?)|[(（]?{_BLANK}[{gloss.LETTERS}]{{1,6}}{_BLANK}[)）])"
)
_BETWEEN_LOST = re.compile(rf"[{_LOST}][，；！？][{_LOST}](?=[{gloss.HAN}0-9])")
_LETTER_GLOSS = re.compile(rf"([{gloss.HAN}])([@-~])({_BLANK}[(（]{_BLANK}({_SPELLED}){_BLANK}[)）] ?)")
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
# Words of one character that no sentence ends with.
_NOT_BEFORE_STOP = frozenset(
    "从從在与與和及或把被对對向为為以于於将將由因则則但而且若如并並每各该該某这這那其所很更最"
)
# Marks that a full stop does not stand in front of.
_NOT_AFTER_STOP = frozenset("，、；：。！？,;:!?")
# Natural logarithms of how frequent a mark is; the model holds all for alike.
_FREQUENCY = {
    "，": -2.5,
    "。": -3.2,
    "、": -3.3,
    "“": -4.5,
    "”": -4.5,
    "（": -5.5,
    "）": -5.5,
    "《": -5.5,
    "》": -5.5,
}
_RARE_MARK = -7.5
_MODEL_MARK = -4.0
# A run out of step ends at the next letter or digit; beyond this it is something else.
_LONGEST_RUN = 160
# How far back an opened quotation is looked for, in characters.
_CONTEXT = 400
_KEPT = 16
_KEPT_AT_UNKNOWN = 160
# How much more likely, in nats, the text must become: little where a reading speaks for it, else much.
MARGIN_READING = 0.0
MARGIN_PUNCTUATION = 4.0
MARGIN_UNDECIDED_PAGE = 10.0
MARGIN_INSERTION = 2.5
# How unlikely, in nats, a question mark is in the middle of a clause or ahead of another mark.
_STRAY_MARK = 6.0
_SWALLOWED = -3.0
# What a pair or three characters that the page has elsewhere are worth.
_SEEN_PAIR = 1.5
_SEEN_THREE = 1.5
# Below this a character is so odd that a pair of bytes may have vanished beside it.
_ODD = -9.5
_TRIED_INSERTIONS = 2
_FIRST_HALVES = 6


class _State(NamedTuple):
    """One way of reading the bytes up to a token."""

    score: float
    out: str
    lead: int  # the first byte of a character whose second is to come, -1 at a boundary
    last: int  # the byte before
    lost: bool  # something was swallowed for good
    odd: tuple[int, ...]  # where in ``out`` characters are unlikely
    inserted: int  # how many vanished pairs were put back


@dataclass(frozen=True, slots=True)
class Mended:
    """A text with its cuts undone: how many, one example before and after, and how many were left."""

    text: str
    count: int = 0
    by_reading: int = 0
    before: str = ""
    after: str = ""
    lost: int = 0


class _Run(NamedTuple):
    gain: float
    end: int
    out: str
    lost: bool
    odd: tuple[int, ...]


def page_grams(texts: Iterable[str], limit: int = 100_000) -> frozenset[str]:
    """Return all pairs and threes of neighbouring characters in a page's texts, up to a length of text."""
    text = "\n".join(texts)[:limit]
    pairs = map("".join, zip(text, islice(text, 1, None), strict=False))
    threes = map("".join, zip(text, islice(text, 1, None), islice(text, 2, None), strict=False))
    return frozenset((*pairs, *threes))


def suspected(text: str) -> bool:
    """Say whether a text of a page without injected readings may have cuts all the same."""
    return ("?" in text or "\ufffd" in text) and _SUSPECTED.search(text) is not None


class _Reader:
    """Reads one text's bytes again from a cut on."""

    def __init__(self, text: str, *, traditional: bool, grams: frozenset[str]) -> None:
        self.text = text
        self.traditional = traditional
        self.grams = grams
        self.plausible = gbk.plausible(traditional=traditional)

    def run(
        self, at: int, before: str, *, insert: frozenset[int] = frozenset(), bare: bool = False
    ) -> _Run | None:
        """Return the most likely reading from the cut at ``at`` to where it is in step again.

        ``insert``: at which characters of the reading pairs of bytes may have vanished. ``bare``: the sign for the lone byte was taken out.
        """
        best: _Run | None = None
        for last in self._last_bytes(before):
            state = _State(0.0, "", -1, last, lost=False, odd=(), inserted=0)
            found = self._run(state, at, before, insert=insert, bare=bare)
            if found and (best is None or found.gain > best.gain):
                best = found
        return best

    def _last_bytes(self, before: str) -> list[int]:
        char = before[-1:]
        raw = [gbk.encode(char), gbk.encode(_WIDE.get(char, ""))]
        return [each[-1] for each in raw if each and each[-1] > 0x7F] or [-1]

    def _run(self, state: _State, at: int, before: str, *, insert: frozenset[int], bare: bool) -> _Run | None:
        states = [state]
        best: _Run | None = None
        place = at
        fresh = 0
        while states and place < len(self.text) and place - at < _LONGEST_RUN:
            token = _TOKEN.match(self.text, place)
            if place == at and bare:
                token = _ANCHOR.match(self.text, place)
            assert token is not None
            made = self._start(state, token) if place == at else self._advance(states, token, before)
            if insert and place > at:
                made += self._advance(self._inserted(states, insert, before), token, before)
            place = token.end()
            done = [state for state in made if state.lead < 0]
            if done:
                run = self._finish(max(done), at, place, before)
                if best is None or run.gain > best.gain:
                    best = run
            fresh = 2 if place == at or token.lastgroup in {"cut", "cut_reading", "lost"} else fresh - 1
            states = _pruned(made, _KEPT_AT_UNKNOWN if fresh > 0 else _KEPT)
        return best

    def _finish(self, state: _State, at: int, end: int, before: str) -> _Run:
        out, bonus = state.out, 0.0
        follows = _TOKEN.match(self.text, end)
        if follows and follows["gloss"] and out:
            fits = gloss.judge(out[-1], follows["reading"])[0] is gloss.Verdict.FIRST
            bonus = _STRAY_MARK if fits else -_STRAY_MARK
            end = follows.end() if fits else end
        right = self.text[end : end + 2]
        if out.endswith(("，", "、")) and right[:1] in {"", "\n"}:
            bonus -= _STRAY_MARK
        was = _visible(self.text[at:end])
        gain = state.score + self._total(right, before + out) - self._total(was + right, before)
        gain += _STRAY_MARK * (sum(map(was.count, _LOST)) - out.count("?"))
        return _Run(gain + bonus, end, out, state.lost or state.inserted > 0, state.odd)

    def _total(self, text: str, before: str) -> float:
        return model.log_total(text, before) + sum(
            _punctuation(before + text[:at], char) for at, char in enumerate(text) if char in gbk.PUNCTUATION
        )

    def _start(self, state: _State, token: re.Match[str]) -> list[_State]:
        """The first lost byte is the first of a character."""
        groups = token.groupdict()
        spelled = groups.get("cut_reading") or groups.get("bare_spelled")
        if spelled:
            found: Sequence[int] = [byte for byte in gbk.read_as(state.last, spelled) if byte in gbk.LEAD]
        else:
            raw = gbk.encode(self._wide(token.end()))
            found = gbk.leads_of(raw[0], traditional=self.traditional) if len(raw) == 2 else ()
        return [state._replace(lead=byte, last=byte) for byte in found]

    def _advance(self, states: list[_State], token: re.Match[str], before: str) -> list[_State]:
        if token["gloss"]:
            return states
        if token["cut"]:
            spelled = token["cut_reading"]
            return [
                new
                for state in states
                for byte in gbk.read_as(state.last, spelled)
                for new in self._complete(state, byte, before)
            ]
        if token["lost"]:
            made = [new for state in states[:_KEPT] for new in self._lost_trail(state, token.end(), before)]
            if token["lost"] == "?":
                made += [new for state in states for new in self._with_bytes(state, gbk.encode("？"), before)]
            return made
        char = token["char"]
        made = [new for state in states for new in self._with_bytes(state, gbk.encode(char), before)]
        if char in _WIDE:
            raw = gbk.encode(_WIDE[char])
            made += [new for state in states for new in self._with_bytes(state, raw, before)]
        return made

    def _lost_trail(self, state: _State, end: int, before: str) -> list[_State]:
        """The second byte of a character is lost, and perhaps the ASCII character behind it."""
        follows = self.text[end : end + 1]
        complete = not follows or follows in "\n，；：！？,;:!?" or self.text[end - 1] != "?"
        made = [
            new
            for byte in gbk.trails_of(state.lead, traditional=self.traditional)
            for new in self._complete(state, byte, before)
        ]
        mark = "" if complete else "?"
        return [
            new._replace(score=new.score + _SWALLOWED, out=new.out + mark, lost=bool(mark) or new.lost)
            for new in made
        ]

    def _with_bytes(self, state: _State, raw: bytes, before: str) -> list[_State]:
        if not raw or raw[0] < gbk.FIRST_TRAIL:
            return []
        made = self._complete(state, raw[0], before)
        if len(raw) == 1:
            return made
        if raw[1] in gbk.LEAD:
            return [new._replace(lead=raw[1], last=raw[1]) for new in made]
        # A letter that stood alone was read as the second byte of a character.
        return [new._replace(out=new.out + chr(raw[1]), last=raw[1]) for new in made]

    def _complete(self, state: _State, trail: int, before: str) -> list[_State]:
        char = gbk.decode(state.lead, trail)
        if char not in self.plausible:
            return []
        context = before + state.out
        likely = model.log_probability(context[-2:], char) + _punctuation(context, char)
        if context[-1:] + char in self.grams:
            likely += _SEEN_PAIR + (_SEEN_THREE if context[-2:] + char in self.grams else 0.0)
        odd = (*state.odd, len(state.out)) if likely < _ODD else state.odd
        return [
            state._replace(score=state.score + likely, out=state.out + char, lead=-1, last=trail, odd=odd)
        ]

    def _inserted(self, states: list[_State], places: frozenset[int], before: str) -> list[_State]:
        """Put back a pair of bytes that vanished: the second of one character and the first of the next."""
        made = []
        for state in states[:_TRIED_INSERTIONS]:
            if state.inserted >= _TRIED_INSERTIONS or len(state.out) - state.inserted not in places:
                continue
            halves = [
                (new, lead) for lead in gbk.private_use() for new in self._complete(state, lead, before)
            ]
            for new, lead in sorted(halves, reverse=True)[:_FIRST_HALVES]:
                made += [
                    new._replace(lead=byte, last=byte, inserted=state.inserted + 1)
                    for byte in gbk.private_use()[lead]
                    if byte in gbk.LEAD
                ]
        return made

    def _wide(self, at: int) -> str:
        char = self.text[at : at + 1]
        return _WIDE.get(char, char)


def _pruned(states: list[_State], kept: int) -> list[_State]:
    """Keep the best readings, those with pairs put back beside those without."""
    pending = sorted((state for state in states if state.lead >= 0), reverse=True)
    levels = {state.inserted for state in pending}
    return [
        state
        for level in sorted(levels)
        for state in [each for each in pending if each.inserted == level][:kept]
    ]


def _punctuation(before: str, char: str) -> float:
    """Correct what the model says of a mark: how frequent it is, what it may follow, what is open."""
    if char not in gbk.PUNCTUATION:
        return 0.0
    weight = _FREQUENCY.get(char, _RARE_MARK) - _MODEL_MARK
    if before.endswith("。") and char in _NOT_AFTER_STOP:
        return weight - _STRAY_MARK
    if char == "。" and before[-1:] in _NOT_BEFORE_STOP:
        return weight - _STRAY_MARK / 2
    for opening, closing in _PAIRS.items():
        if char in {opening, closing}:
            is_open = before.rfind(opening) > before.rfind(closing)
            return weight + (1.0 if is_open == (char == closing) else -3.0)
    return weight


def _visible(text: str) -> str:
    """Take out the brackets with readings, so that only what a reader sees as text is weighed."""
    return "".join(
        token[0] if token["char"] else "?" if token["cut"] or token["lost"] else ""
        for token in _TOKEN.finditer(text)
    )


def _drop_letter_glosses(text: str) -> tuple[str, int]:
    """Remove readings that matched a character's second byte and the letter behind it: 以A(sòng)I."""

    def dropped(match: re.Match[str]) -> str:
        char, letter, _, spelled = match.groups()
        raw = gbk.encode(char)
        return char + letter if len(raw) == 2 and ord(letter) in gbk.read_as(raw[1], spelled) else match[0]

    after = _LETTER_GLOSS.sub(dropped, text)
    return after, int(after != text)


def mend(text: str, profile: gloss.Profile | None, *, traditional: bool, grams: frozenset[str]) -> Mended:
    """Undo the cuts in a text whose glosses have been removed already (see ``gloss.remove``).

    ``profile`` is how readings were injected into its page, None where they were not; ``traditional`` is the
    page's script, which tells which characters a lost one may have been; ``grams`` see ``page_grams``.
    """
    reader = _Reader(text, traditional=traditional, grams=grams)
    kept: list[str] = []
    done = count = lost = by_reading = 0
    example = ("", "")
    for anchor in _ANCHOR.finditer(text):
        at = anchor.start()
        if at < done or (
            anchor["bare"] and (profile is None or not _spells(anchor["bare_spelled"], profile))
        ):
            continue
        before = "".join((*kept[-6:], text[done:at]))[-_CONTEXT:]
        run = _solve(reader, anchor, before, decided=profile is not None)
        if run is None:
            lost += _swallowed(text, at) if anchor["spelled"] is None else profile is not None
            continue
        if not count:
            example = (text[at : run.end], run.out)
        kept += [text[done:at], run.out]
        done = run.end
        count += 1
        by_reading += bool(anchor["spelled"])
        lost += run.lost
    kept.append(text[done:])
    mended = "".join(kept)
    if profile is not None:
        mended, more = _drop_letter_glosses(mended)
        count += more
    return Mended(mended, count, by_reading, *example, lost=lost)


def _swallowed(text: str, at: int) -> bool:
    """Say whether an unsolved cut is one for certain: a mark between two signs for lost bytes."""
    return _BETWEEN_LOST.match(text, at) is not None


def _spells(spelled: str, profile: gloss.Profile) -> bool:
    """Say whether letters look like the page's injected readings."""
    return not profile.toned or any(letter in gloss.MARKED for letter in spelled)


def _solve(reader: _Reader, anchor: re.Match[str], before: str, *, decided: bool) -> _Run | None:
    """Return the reading of a run, None where leaving it is as likely."""
    if not before or before[-1] in _LOST or (before[-1].isascii() and before[-1].isalnum()):
        return None
    at, bare = anchor.start(), bool(anchor["bare"])
    margin = MARGIN_READING if anchor["spelled"] else MARGIN_PUNCTUATION
    margin += 0.0 if decided else MARGIN_UNDECIDED_PAGE
    run = reader.run(at, before, bare=bare)
    failed = run is None or run.gain < margin
    if decided and not bare and anchor["spelled"] and (failed or (run and run.odd)):
        places = (
            range(_LONGEST_RUN) if failed or not run else [at + by for at in run.odd for by in (-1, 0, 1)]
        )
        other = reader.run(at, before, insert=frozenset(places))
        if other and (run is None or other.gain > run.gain + MARGIN_INSERTION):
            run = other
    return run if run and run.gain >= margin else None
