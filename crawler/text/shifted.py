"""Runs that are read a byte out of step because a byte is missing ahead of them, put in step again.

Nothing shows the place: ``为了我们`` without one byte is ``为宋颐``, without an error, up to the next ASCII
character. The bytes are read again so that the text becomes most likely; what is left of the character that
lost a byte becomes U+FFFD.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from heapq import nlargest
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from crawler.text import deadline, model, odd_runs, script, together, topic
from crawler.text.misread import han_mean
from crawler.text.repairs import Repair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

STEP = "shifted"
LOST_BYTES = "lost-bytes"
ENCODINGS = ("gb18030", "big5hkscs")
REPLACEMENT = "\ufffd"
# What a byte that is missing costs beside the character that it was of, one that is left out, and what all
# must gain then, in nats.
_MISSING, _SKIP, _MARGIN = 8.0, 16.0, 4.0
# The same where a letter between characters, half of one perhaps, speaks for it.
_MARGIN_OF_LETTER = 1.0
# More than a few characters that were put in step score so much each, if they are Chinese.
_LONG, _LIKELY = 5, -9.0
# Mean log-probability of a stretch from its second byte on, if that is where a character begins.
_SHIFTED = -10.0
# Fewer characters of a stretch tell nothing of it.
_FEW = 4
# A way of reading that is so many nats behind is given up.
_FAR_BEHIND = 30.0
# So many characters are read again in vain; a text of rare ones is no page out of step.
_IN_VAIN = 200
# Characters that a lost byte may have belonged to, by how common they are; so many are tried in earnest.
_COMMON, _TRIED = 2500, 40
# A shorter text may be a name of rare characters.
_SHORTEST = 6
# So many ways of reading are followed.
_KEPT = 3
_MARKS = "，。、：；？！「」『』（）《》“”"
_FIRST_TRAIL = 0x40
# What no text has that is in step.
_ODD = re.compile(
    "[\u0080-\u00a6\u00a8-\u00af\u00b8-\u00d6\u00d8-\u1fff\u2500-\u257f\u3105-\u3129\ue000-\uf8ff]"
)
# Two bytes that are gone so close to each other, where nothing broke off, are none: it is a name.
_LOST_TWICE = re.compile(f"{REPLACEMENT}[^{REPLACEMENT}\\n]{{0,8}}{REPLACEMENT}(?=[\u4e00-\u9fff])")
_OF_CHARACTERS = re.compile(f"[\u4e00-\u9fff{_MARKS}]+")
# What puts text in step again, or stands for half of a character.
_BREAKS = re.compile("[!-~\u2474-\u249b\u3105-\u3129\uff21-\uff3a\uff41-\uff5a\ue000-\uf8ff\ufffd]")


def undo(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Put the runs of a text in step that are not.

    Gives the text, a repair for each encoding that it was in, and the flag ``lost-bytes`` if there was one.
    """
    if len(text) < _SHORTEST:
        return text, (), ()
    repairs: list[Repair] = []
    read, windows = text, odd_runs.windows(text)
    if not windows:
        return text, (), ()
    first = max(ENCODINGS, key=lambda encoding: _in_step(text, encoding, windows)[2])
    for encoding in sorted(ENCODINGS, key=lambda each: each != first):
        new, repair, _ = _in_step(text, encoding, windows)
        if repair:
            repairs.append(repair)
            text, windows = new, odd_runs.windows(new)
    if repairs and topic.about_encodings(read):
        return read, (), ()
    return text, tuple(repairs), (LOST_BYTES,) if repairs else ()


def undo_all(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[Repair, ...], tuple[str, ...]]:
    """Do ``undo`` on all texts of one page; same order and number."""
    return together.undo_all(undo, texts)


def apply(repair: Repair, text: str) -> str:
    """Repeat on a text what a repair of this module names; a sound text comes back unchanged."""
    return _in_step(text, repair.detail, odd_runs.windows(text))[0]


def _in_step(
    text: str, encoding: str, windows: Sequence[tuple[int, int]]
) -> tuple[str, Repair | None, float]:
    parts, done, count, in_vain, gained = [], 0, 0, 0, 0.0
    example = ("", "")
    for start, end in windows:
        if in_vain > _IN_VAIN:
            break
        deadline.check()
        old = text[start:end]
        probed, before = odd_runs.probed(text, start, end)
        gain, new = _again(probed, encoding, before)
        if gain and len(old) > odd_runs.PROBED:
            gain, new = _again(old, encoding, before)
        if not gain:
            in_vain += min(end - start, odd_runs.PROBED)
            continue
        gained += gain
        example = example if count else (old, new)
        parts += [text[done:start], new]
        done, count, in_vain = end, count + 1, 0
    repair = Repair(STEP, count, *example, encoding) if count else None
    return "".join(parts) + text[done:], repair, gained


@lru_cache(maxsize=64)
def _again(old: str, encoding: str, before: str) -> tuple[float, str]:
    """Read a run again: what it gains, in nats, and the text; 0.0 where it is sound as it stands."""
    if topic.in_code_order(old):
        return 0.0, old
    plain = _as_it_stands(old, encoding, before)
    if not any(_reads_shifted(stretch, encoding) for stretch in _bad_stretches(list(plain.values()))):
        return 0.0, old
    value, new = _read(old.encode(encoding), encoding, before, plain)
    gain = value - sum(one.likely for one in plain.values())
    if new == old or gain < (_MARGIN_OF_LETTER if odd_runs.has_letter(old) else _MARGIN):
        return 0.0, old
    if _LOST_TWICE.search(new) or not _is_chinese(*_changed(old, new)):
        return 0.0, old
    return gain, new


def _is_chinese(changed: str, kept: str) -> bool:
    if _ODD.search(changed) or (script.has_traditional(changed) and script.count(kept).simplified):
        return False
    return len(changed) < _LONG or han_mean(changed.replace(REPLACEMENT, "\n")) > _LIKELY


def _bad_stretches(plain: Sequence[_Plain]) -> Iterator[str]:
    """Give the runs of characters that stand together so unlikely."""
    stretch, left = "", 0
    for one in plain:
        left = odd_runs.LOOKED_AT if one.bad else left - 1
        if left > 0:
            stretch += one.char
        elif stretch:
            yield stretch
            stretch = ""
    if stretch:
        yield stretch


def _reads_shifted(stretch: str, encoding: str) -> bool:
    """Say whether characters may be Chinese that is read one byte too early; a rare name is not."""
    if _BREAKS.search(stretch):
        return True
    raw = stretch.encode(encoding)
    if model.score(raw[1:].decode(encoding, "ignore")) > _SHIFTED:
        return True
    # What is sound stands at both ends of it.
    starts = range(1, 2 * odd_runs.LOOKED_AT, 2)
    ends = range(len(raw), len(raw) - 2 * odd_runs.LOOKED_AT, -2)
    parts = (raw[at:end].decode(encoding, "ignore") for at in starts for end in ends if end - at > 2 * _FEW)
    return any(_OF_CHARACTERS.fullmatch(part) and model.score(part) > _LIKELY for part in parts)


def _changed(old: str, new: str) -> tuple[str, str]:
    """Give what of ``new`` is not the same, and what is, at the beginning and at the end."""
    first = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    behind = zip(old[first:][::-1], new[first:][::-1], strict=False)
    last = next((at for at, (a, b) in enumerate(behind) if a != b), 0)
    return new[first : len(new) - last], new[:first] + new[len(new) - last :]


class _Plain(NamedTuple):
    """A character as it stands: itself, its bytes, how likely it is, whether those behind are bad too."""

    char: str
    width: int
    likely: float
    bad: bool


def _as_it_stands(text: str, encoding: str, before: str) -> dict[int, _Plain]:
    """Give the characters by where their bytes begin; empty where the encoding has not all of them."""
    try:
        widths = [len(char.encode(encoding)) for char in text]
    except UnicodeEncodeError:
        return {}
    likely = odd_runs.likely(text, before)
    starts = accumulate(widths, initial=0)
    rows = zip(starts, text, widths, likely, range(len(text)), strict=False)
    return {
        start: _Plain(char, width, value, sum(likely[at : at + odd_runs.LOOKED_AT]) < odd_runs.BAD)
        for start, char, width, value, at in rows
    }


def _read(raw: bytes, encoding: str, before: str, plain: Mapping[int, _Plain]) -> tuple[float, str]:
    """Give the most likely reading of bytes of which some may be missing, and how likely it is, in nats.

    U+FFFD stands for a character of which a byte is missing.
    """
    size = len(raw)
    # The best ways of reading so far: how likely, the text with what was guessed for U+FFFD, and the text.
    ways: list[list[tuple[float, str, str]]] = [[] for _ in range(size + 1)]
    ways[0].append((0.0, before, ""))
    best = 0.0
    for at in range(size):
        found = nlargest(_KEPT, ways[at])
        ways[at] = []
        best = found[0][0] if found and at in plain else best
        stands = plain.get(at)
        for number, (likely, ahead, given) in enumerate(found):
            if likely < best - _FAR_BEHIND:
                break
            if stands and not stands.bad:
                value = model.log_probability(ahead[-2:], stands.char)
                value -= odd_runs.stray(ahead[-1:] or " ", stands.char)
                way = (likely + value, ahead + stands.char, given + stands.char)
                ways[at + stands.width].append(way)
                continue
            for width, seen, shown, value in _steps(raw[at : at + 4], ahead[-2:], encoding, guess=not number):
                if at + width <= size:
                    ways[at + width].append((likely + value, ahead + seen, given + shown))
    value, _, text = max(ways[size])
    return value, text


def _steps(raw: bytes, tail: str, encoding: str, *, guess: bool) -> Iterator[tuple[int, str, str, float]]:
    """Give how bytes may go on behind a text: how many, what is guessed, what is shown, how likely it is."""
    yield 1, REPLACEMENT, REPLACEMENT, -_SKIP
    for width in (1, 2, 4):
        char = _char(raw[:width], encoding)
        if char:
            stray = odd_runs.stray(tail[-1:] or " ", char) if width == 1 else 0.0
            yield width, char, char, model.log_probability(tail, char) - stray
    following = _char(raw[1:3], encoding) if guess and raw[0] >= _FIRST_TRAIL else ""
    if following:
        value, char = _guess(raw[0], following, tail, encoding)
        yield 3, char + following, REPLACEMENT + following, value - _MISSING


@lru_cache(maxsize=4096)
def _guess(byte: int, following: str, tail: str, encoding: str) -> tuple[float, str]:
    """Give how likely the best character with this byte is ahead of another, both together, and which."""
    chars = _with_byte(encoding).get(byte, "")
    first = nlargest(_TRIED, zip(model.log_probabilities(tail, chars), chars, strict=True))
    found = ((value + model.log_probability(tail + char, following), char) for value, char in first)
    return max(found, default=(-math.inf, ""))


@cache
def _with_byte(encoding: str) -> dict[int, str]:
    """Give the usual characters by either of their bytes."""
    found: dict[int, list[str]] = {}
    ids = model.load().ids
    for char in (*(char for char, number in ids.items() if number < _COMMON), *_MARKS):
        raw = char.encode(encoding, "ignore")
        if len(raw) == 2:
            for byte in set(raw):
                found.setdefault(byte, []).append(char)
    return {byte: "".join(chars) for byte, chars in found.items()}


@lru_cache(maxsize=16384)
def _char(raw: bytes, encoding: str) -> str:
    try:
        char = raw.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 and (len(raw) == 1) == char.isascii() else ""
