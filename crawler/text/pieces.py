"""Decode bytes piece by piece where no single encoding reads a page without an error.

A page is split at ``<``, ``>`` and line ends, which are never the second byte of a character. Each
piece is read with the encoding that reads it; inside a piece that none reads, one bad byte costs one
character (U+FFFD).
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING

from crawler.text import deadline, model
from crawler.text.pairs import as_gb2312

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REPLACEMENT = "\ufffd"
_LEGACY = ("gb18030", "big5hkscs")
UTF8_SEQUENCE = re.compile(rb"[\xe2-\xe9\xef][\x80-\xbf]{2}")
# Written out, not with {3,}: the search is eight times faster.
UTF8_HAN = re.compile(UTF8_SEQUENCE.pattern * 3 + rb"(?:" + UTF8_SEQUENCE.pattern + rb")*")

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_SPLIT = re.compile(rb"([<>\r\n]+)")
_HZ = re.compile(
    rb"~(?:\{((?:[\x21-\x7d][\x21-\x7e])*)(?:[\x21-\x7e]?~\}|[\x21-\x7e]?(?=\n)|[\x21-\x7e]?\Z)|~|\n)"
)
# Where a two-byte character can never go on: the search for the right step begins and ends here.
_ANCHOR = re.compile(rb"[\x00-\x2f\x3a-\x3f]")
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_BAD_UTF8 = re.compile("[\udc80-\udcff]+")
# Quotation marks and dashes of code page 1252 between Latin letters, as word processors left them.
_OF_WINDOWS = re.compile("(?<![^\n -~])[\udc85\udc91-\udc97](?![^\n -~])")
# Characters that tell by their form, without usual neighbours.
_NAME = 3
_REPLACED = re.compile(REPLACEMENT + "+")
# Code page 936 writes the euro sign as this byte.
_EURO = 0x80
# Out of step, a text goes on without an error until the next ASCII character.
_WINDOW = 2000
_JUDGED = 240
_TWO_PAIRS = 4
# Bytes of a character.
_WIDEST = 4
# Beyond so many damaged places, or bytes looked at, the text is lost, and looking on costs more than
# it gives.
_MOST_SEARCHES = 200
_MOST_BYTES = 12_000
# What leaving out one or two bytes costs, in nats: more than any pair of rare characters.
_SKIP_ONE, _SKIP_TWO = 22.0, 23.0
_FIRST_TRAIL = b"\x40"
# What a letter behind a lost byte, and a letter and a sign behind a character, cost beside that.
_STRAY, _STRAY_LETTER, _STRAY_SIGN = 10.0, 3.0, 7.0
# A short piece reads as UTF-8 by accident; from so many bytes on it does not.
_ACCIDENT = 13
# Mean log-probability of a reading that can be Chinese, and of one that surely is.
_PLAUSIBLE = -9.0
_LIKELY = -8.0
_SURPRISE = 2.0
# What letters of several scripts side by side cost in nats, or such as few words have, and by how much the
# other reading may be less likely then.
_CONFUSED, _LENIENCE = 8.0, 2.5
_ODD_LETTER = re.compile("[\u0180-\u036f\u03cf-\u03ff\u0460-\u052f\u0591-\u05c7]")


def decode_pieces(body: bytes, encoding: str) -> str:
    """Read a page piece by piece, ``encoding`` (a Python codec name) first."""
    return "".join(
        piece.decode("ascii") if piece.isascii() else _decode_piece(piece, encoding)
        for piece in _SPLIT.split(body)
    )


def decode_hz(body: bytes) -> str:
    """Read HZ (RFC 1843); a text cut inside ``~{`` keeps what was read so far."""

    def shifted(found: re.Match[bytes]) -> bytes:
        if found.group(1) is not None:
            return bytes(byte | 0x80 for byte in found.group(1))
        return b"~" if found.group() == b"~~" else b""

    return _HZ.sub(shifted, body).decode("gb18030", "replace")


def join_surrogates(body: bytes) -> bytes:
    """Write characters that were encoded as two surrogates of three bytes each (CESU-8) as UTF-8."""

    def joined(found: re.Match[bytes]) -> bytes:
        pair = found.group().decode("utf-8", "surrogatepass")
        return pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()

    return _SURROGATES.sub(joined, body)


def chance_utf8(
    body: bytes, encodings: tuple[str, ...], bonus: Mapping[str, float] | None = None
) -> str | None:
    """Give the encoding that reads valid UTF-8 as better Chinese than UTF-8 does, if there is one.

    Two or three characters of GBK can be valid UTF-8: mostly Latin, Greek or Cyrillic letters in pairs
    of bytes. ``bonus`` is what speaks for an encoding beforehand, in nats.
    """
    runs = _HIGH_RUN.findall(body)
    # An accent in a Latin word is one pair of bytes; Chinese words are longer.
    if not runs or any(len(run) % 2 or (len(run) < _TWO_PAIRS and not _is_odd(run)) for run in runs):
        return None
    sample = b" ".join(runs)[:_JUDGED]
    as_utf8 = sample.decode("utf-8", "replace")
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in as_utf8 if char.isalpha()}
    has_han = "CJK" in scripts
    bonus = bonus if bonus and not has_han else {}
    confused = not has_han and (len(scripts) > 1 or _ODD_LETTER.search(as_utf8) is not None)
    values = [(model.log_total(as_utf8) + bonus.get("utf-8", 0.0) - _CONFUSED * confused, "utf-8")]
    for encoding in encodings:
        text = _strict(sample, encoding)
        likely = _LIKELY - bonus.get(encoding, 0.0) - _LENIENCE * confused
        if text is not None and model.score(text) > likely:
            values.append((model.log_total(text) + bonus.get(encoding, 0.0) - _SURPRISE, encoding))
    best = max(values)[1]
    return None if best == "utf-8" else best


def _is_odd(pair: bytes) -> bool:
    """Say whether two bytes are a letter that hardly any text has: 元 of GBK is Cyrillic Ԫ."""
    return _ODD_LETTER.match(pair.decode("utf-8", "replace")) is not None


def _decode_piece(piece: bytes, encoding: str) -> str:
    deadline.check()
    legacy = encoding if encoding != "utf-8" else "gb18030"
    as_utf8 = _strict(piece, "utf-8")
    as_legacy = _strict(piece, legacy)
    if as_utf8 is not None:
        chance = (
            chance_utf8(piece, (legacy,)) if len(piece) < _ACCIDENT or not UTF8_HAN.search(piece) else None
        )
        return as_legacy if chance and as_legacy is not None else as_utf8
    if encoding != "utf-8":
        if UTF8_HAN.search(piece):
            return _by_runs(piece, legacy, _damaged_legacy)
        return as_legacy if as_legacy is not None else _damaged_legacy(piece, legacy)
    damaged = _damaged_utf8(piece)
    if not UTF8_HAN.search(piece):
        readings = [
            (model.score(text), text) for text in map(partial(_strict, piece), _LEGACY) if text is not None
        ]
        value, text = max(readings, default=(-math.inf, ""))
        if value > _PLAUSIBLE and model.log_total(text) > model.log_total(damaged):
            return text
        return as_gb2312(piece, _NAME) or damaged
    return damaged


def _by_runs(piece: bytes, legacy: str, read: Callable[[bytes, str], str]) -> str:
    """Read runs of UTF-8 Chinese inside a piece as UTF-8 where that makes better text."""
    whole = read(piece, legacy)
    parts, at = [], 0
    for found in UTF8_HAN.finditer(piece):
        before = piece[at : found.start()]
        parts += [read(before, legacy) if before else "", found.group().decode()]
        at = found.end()
    parts.append(read(piece[at:], legacy) if at < len(piece) else "")
    mixed = "".join(parts)
    return mixed if model.log_total(mixed) > model.log_total(whole) else whole


def _strict(piece: bytes, encoding: str) -> str | None:
    try:
        return piece.decode(encoding)
    except UnicodeDecodeError:
        return None


def _damaged_utf8(piece: bytes) -> str:
    text = join_surrogates(piece).decode("utf-8", "surrogateescape")
    text = _OF_WINDOWS.sub(lambda found: bytes([ord(found.group()) & 0xFF]).decode("cp1252"), text)
    return _BAD_UTF8.sub(lambda found: REPLACEMENT * math.ceil(len(found.group()) / 3), text)


def _damaged_legacy(piece: bytes, encoding: str) -> str:
    """Read what can be read, looking for the right step around each bad byte."""
    read: list[str] = []
    view, at, looked = memoryview(piece), 0, 0
    for _ in range(_MOST_SEARCHES):
        try:
            read.append(str(view[at:], encoding))
        except UnicodeDecodeError as error:
            bad = at + error.start
        else:
            return "".join(read)
        if encoding == "gb18030" and piece[bad] == _EURO:
            read += [str(view[at:bad], encoding), "€"]
            at = bad + 1
            continue
        start = _window_start(piece, at, bad)
        if not _aligned(view[at:start], encoding):
            start += 1
        read.append(_lenient(view[at:start], encoding))
        behind = bad + (2 if piece.startswith(b"?", bad + 1) else 1)
        following = _ANCHOR.search(piece, behind, bad + _JUDGED + 1)
        stop = following.start() if following else min(len(piece), bad + _JUDGED)
        text, width = _in_step(piece[start:stop], encoding, whole=stop == len(piece) or following is not None)
        read.append(text)
        looked += stop - start
        at = start + width
        if looked > _MOST_BYTES:
            break
    return "".join(read) + _lenient(view[at:], encoding)


def _lenient(piece: memoryview, encoding: str) -> str:
    text = str(piece, encoding, "replace")
    return _REPLACED.sub(lambda run: REPLACEMENT * math.ceil(len(run.group()) / 2), text)


def _window_start(piece: bytes, at: int, bad: int) -> int:
    low = max(at, bad - _WINDOW)
    start = low
    for found in _ANCHOR.finditer(piece, low, bad):
        start = found.end()
    return start


def _aligned(piece: memoryview, encoding: str) -> bool:
    try:
        str(piece, encoding)
    except UnicodeDecodeError:
        return False
    return True


def _stray(tail: str, char: str, behind: bytes) -> float:
    """Give what a letter or sign costs, in nats, that is more likely the second byte of a character."""
    if not "@" <= char <= "~" or tail[-1:].isascii():
        return 0.0
    if tail.endswith(REPLACEMENT):
        return 0.0 if behind.isascii() and behind else _STRAY
    return _STRAY_LETTER if char.isalpha() else _STRAY_SIGN


def _in_step(run: bytes, encoding: str, *, whole: bool) -> tuple[str, int]:
    """Read a run with bad bytes so that the text is the most likely; return it and how many bytes it is.

    That is the best way through single bytes, pairs, four-byte characters and skipped bytes. A run that is
    not ``whole`` may end inside a character, which is left then.
    """
    size = len(run)
    best = [-math.inf] * (size + 1)
    text: list[str] = [""] * (size + 1)
    best[0] = 0.0
    for at in range(size):
        if best[at] == -math.inf:
            continue
        tail = text[at][-2:]
        steps: list[tuple[int, str, float]] = [(1, REPLACEMENT, -_SKIP_ONE)]
        behind = run[at + 1 : at + 3]
        # One letter may be the second byte of what is lost, or a ``?`` be put for it; several are a word.
        trail = behind >= _FIRST_TRAIL or behind.startswith(b"?")
        if run[at] >= _EURO and trail and not (len(behind) > 1 and behind.isascii()):
            steps.append((2, REPLACEMENT, -_SKIP_TWO))
        for width in (1, 2, 4):
            char = _strict(run[at : at + width], encoding) if at + width <= size else None
            if char and len(char) == 1 and (width == 1) == char.isascii():
                cost = _stray(tail, char, run[at + 1 : at + 2])
                steps.append((width, char, model.log_probability(tail, char) - cost))
        for width, char, value in steps:
            if at + width <= size and best[at] + value > best[at + width]:
                best[at + width] = best[at] + value
                text[at + width] = text[at] + char
    end = size if whole else max(range(max(1, size - _WIDEST + 1), size + 1), key=best.__getitem__)
    return text[end], end
