"""UTF-8 that was read as GBK, as bytes again, with what can be known about the bytes that were lost.

A decoder writes U+FFFD for a byte that begins no character: 0x80, or a first byte whose second does
not fit. That leaves one or a few byte values. Where one is left, or all but one give characters that
hardly occur, it is certain; otherwise the character stays U+FFFD.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import product

from crawler.text import model

LOST = 0xFF
CERTAINLY_UTF8 = re.compile(
    rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){3}[\xe3-\xe9\xef][\x80-\xbf]{2}|(?:[\xe3-\xe9\xee\xef][\x80-\xbf]{2}){5}"
)
UTF8_HAN = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}[\xe2-\xef][\x80-\xbf]{2}")
_PARTIAL = rb"[\xe2-\xef](?:[\x80-\xbf\xff]{2}|[\x80-\xbf]?[\xff?]|[\x80-\xbf]?(?=[ -~]))"
_WHOLE = rb"[\xe2-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
UTF8_RUN = re.compile(
    rb"(?:(?<![^\n])(?:\xc2[\xa0-\xbf])*)?(?:"
    + _WHOLE
    + b"|"
    + _PARTIAL
    + rb")(?:[ -~]*(?:"
    + _WHOLE
    + rb"|[\xc2-\xd4][\x80-\xbf]|"
    + _PARTIAL
    + rb"|\xff))*"
)
_WITH_LOSS = re.compile(rb"[\xe2-\xef][\x80-\xbf\xff]{2}(?<![\xe2-\xef][\x80-\xbf]{2})")
_BROKEN = re.compile(
    rb"[\xe2-\xef][\x80-\xbf\xff]{2}(?<![\xe2-\xef][\x80-\xbf]{2})"
    rb"|[\xe2-\xef][\x80-\xbf]?[\xff?]|[\xe2-\xef][\x80-\xbf]?(?![\x80-\xbf])|\xff"
)
_MARK = re.compile("([€\ufffd])")
_ASCII_END = 0x40
_NEVER_FIRST = 0x80
# One of so few characters that is so much likelier than the next (in nats) counts as certain.
_FEW = 12
_CERTAIN = 4.5


def to_gb(text: str) -> bytes:
    """Encode as GB 18030, with 0x80 for the euro sign (as code page 936 has it) and 0xFF for U+FFFD."""
    return b"".join(
        b"\x80" if part == "€" else b"\xff" if part == "\ufffd" else part.encode("gb18030", "replace")
        for part in _MARK.split(text)
    )


def goes_on(byte: int) -> bool:
    """Tell whether a byte continues a UTF-8 character."""
    return 0x80 <= byte < 0xC0


def character_starts(text: str) -> dict[int, int]:
    """Give the places in ``to_gb(text)`` where characters begin, with their numbers, and the end."""
    starts: dict[int, int] = {}
    at = 0
    for number, char in enumerate(text):
        starts[at] = number
        at += _width(char)
    starts[at] = len(text)
    return starts


def as_utf8(raw: bytes) -> str:
    """Decode UTF-8 with lost bytes: restored where certain, else one U+FFFD a character."""
    raw = _WITH_LOSS.sub(_certain, raw)
    return _BROKEN.sub(b"\xff", raw).decode("utf-8", "replace")


def _certain(found: re.Match[bytes]) -> bytes:
    raw, start, end = found.group(), found.start(), found.end()
    previous = found.string[max(0, start - 6) : start].decode("utf-8", "ignore")
    following = found.string[end : end + 3]
    return _most_likely(raw, following[:1], previous[-2:], following.decode("utf-8", "ignore"))


@lru_cache(maxsize=4096)
def _most_likely(raw: bytes, following: bytes, previous: str, then: str) -> bytes:
    places = [at for at, byte in enumerate(raw) if byte == LOST]
    fitting: list[tuple[float, bytes]] = []
    for values in product(range(0x80, 0xC0), repeat=len(places)):
        candidate = bytearray(raw)
        for at, value in zip(places, values, strict=True):
            candidate[at] = value
        after = bytes(candidate) + following
        if all(_is_lost(after[at : at + 2]) for at in places):
            char = candidate.decode("utf-8", "replace")
            fitting.append((model.log_total(char + then, previous), bytes(candidate)))
            if len(fitting) > _FEW:
                return raw
    fitting.sort(reverse=True)
    if not fitting or (len(fitting) > 1 and fitting[0][0] - fitting[1][0] < _CERTAIN):
        return raw
    return fitting[0][1]


@cache
def _is_lost(pair: bytes) -> bool:
    """Tell whether a decoder of GBK loses the first byte of a pair (or of a single byte at the end)."""
    if pair[0] == _NEVER_FIRST or len(pair) == 1 or pair[1] < _ASCII_END or pair[1] == LOST:
        return True
    try:
        pair.decode("gbk")
    except UnicodeDecodeError:
        return True
    return False


@cache
def _width(char: str) -> int:
    return len(to_gb(char))
