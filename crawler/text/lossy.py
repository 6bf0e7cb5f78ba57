"""UTF-8 that was read as GBK, as bytes again, with what can be known about the bytes that were lost on the way.

A decoder writes U+FFFD for a byte that begins no character: 0x80, or a first byte whose second does not fit. Where
only one byte value is both UTF-8 and lost in this way, it is certain; where several are, the character stays U+FFFD.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

LOST = 0xFF
UTF8_HAN = re.compile(rb"(?:[\xe2-\xe9\xef][\x80-\xbf]{2}){2}")
_PARTIAL = rb"[\xe2-\xe9\xef](?:[\x80-\xbf\xff]{2}|[\x80-\xbf]?[\xff?]|[\x80-\xbf]?(?=[ -~]))"
UTF8_RUN = re.compile(
    rb"(?:(?:[\xe2-\xe9\xef][\x80-\xbf]{2}|\xc2[\xa0-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|"
    + _PARTIAL
    + rb"|\xff)[ -~]*)+"
)
_WITH_LOSS = re.compile(rb"[\xe2-\xe9\xef][\x80-\xbf\xff]{2}(?<![\xe2-\xe9\xef][\x80-\xbf]{2})")
_BROKEN = re.compile(rb"[\xe2-\xe9\xef][\x80-\xbf]?[\xff?]|[\xe2-\xe9\xef][\x80-\xbf]?(?![\x80-\xbf])|[\xff]")
_MARK = re.compile("([€\ufffd])")
_ASCII_END = 0x40


def to_gb(text: str) -> bytes:
    """Encode as GB 18030, with 0x80 for the euro sign as code page 936 reads that byte, and 0xFF for U+FFFD."""
    return b"".join(
        b"\x80" if part == "€" else b"\xff" if part == "\ufffd" else part.encode("gb18030", "replace")
        for part in _MARK.split(text)
    )


def character_starts(text: str) -> dict[int, int]:
    """Give for each byte of ``to_gb(text)`` that begins a character the number of that character, and the end."""
    starts: dict[int, int] = {}
    at = 0
    for number, char in enumerate(text):
        starts[at] = number
        at += _width(char)
    starts[at] = len(text)
    return starts


def as_utf8(raw: bytes) -> str:
    """Decode UTF-8 with lost bytes: restored where only one value is possible, else one U+FFFD a character."""
    raw = _WITH_LOSS.sub(_certain, raw)
    return _BROKEN.sub(b"\xff", raw).decode("utf-8", "replace")


def _certain(found: re.Match[bytes]) -> bytes:
    raw, following = found.group(), found.string[found.end() : found.end() + 1]
    places = [at for at, byte in enumerate(raw) if byte == LOST]
    fitting: list[bytes] = []
    for values in product(range(0x80, 0xC0), repeat=len(places)):
        candidate = bytearray(raw)
        for at, value in zip(places, values, strict=True):
            candidate[at] = value
        after = bytes(candidate[1:]) + following
        if all(_is_lost(after[at - 1 : at + 1]) for at in places):
            fitting.append(bytes(candidate))
            if len(fitting) > 1:
                return raw
    return fitting[0] if fitting else raw


@cache
def _is_lost(pair: bytes) -> bool:
    """Tell whether a decoder of GBK loses the first byte of a pair (or of a single byte at the end)."""
    if pair[0] == 0x80 or len(pair) == 1 or pair[1] < _ASCII_END or pair[1] == LOST:
        return True
    try:
        pair.decode("gbk")
    except UnicodeDecodeError:
        return True
    return False


@cache
def _width(char: str) -> int:
    return len(to_gb(char))
