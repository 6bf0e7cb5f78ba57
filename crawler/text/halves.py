"""Letters in Traditional text that are half of a character: its other byte is gone without a trace.

Second bytes of Big5, and of Traditional characters in GBK, may be letters and signs of ASCII: ``逐風火``
without one byte is ``逐L火``, ``開戶數`` is ``開摹M``. What is lost is not put back, for nothing tells it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from crawler.text import model, script, topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENCODINGS = ("big5hkscs", "gb18030")
# By how many nats characters must be likelier than what stands there: K歌 has a capital, e世代 and A級 usual
# letters.
_NEEDED_CAPITAL, _NEEDED_USUAL, _NEEDED_SMALL, _NEEDED_SIGN = 2.5, 4.0, -1.0, 2.0
_USUAL = "ABCDei"
# A text with more letters by themselves is full of them.
_LOOKED_AT = 40
# How common a character must be to be guessed.
_COMMON = 2500
_MARKS = "，。、：；！？「」『』（）《》“”"
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_LETTER = re.compile(f"[@-~](?<=[{_HAN}，。、；：！？」）].)(?=[{_HAN}，。、；：！？「」（）\n]|\\Z)")


def are_there(texts: Sequence[str]) -> bool:
    """Say whether a letter in one of a page's texts is half of a character, so that a byte is lost.

    Some are overlooked. Letters as in K歌, A股 and o咗 are not taken for halves.
    """
    text = "\n".join(texts)
    if not script.has_traditional(text):
        return False
    letters = islice(_LETTER.finditer(text), _LOOKED_AT)
    return any(_is_half(text, each.start()) for each in letters) and not topic.about_encodings(text)


def _is_half(text: str, at: int) -> bool:
    char = text[at]
    if char.isalpha():
        needed = _NEEDED_USUAL if char in _USUAL else _NEEDED_CAPITAL if char.isupper() else _NEEDED_SMALL
    else:
        needed = _NEEDED_SIGN
    return any(gain > needed for encoding in ENCODINGS for gain in _gains(text, at, encoding))


def _gains(text: str, at: int, encoding: str) -> Iterator[float]:
    """Give how many nats likelier it is that a byte is missing: ahead of the letter, and two bytes ahead."""
    behind = text[at + 1 : at + 3]
    begun, ended = _characters(encoding)
    yield _gain(text[max(0, at - 2) : at], text[at] + behind, ended.get(ord(text[at]), ""), behind)
    raw = text[at - 1].encode(encoding, "ignore")
    following = (raw[1:] + text[at].encode()).decode(encoding, "ignore") if len(raw) == 2 else ""
    if len(following) == 1:
        tail = text[max(0, at - 3) : at - 1]
        yield _gain(tail, text[at - 1 : at + 1] + behind, begun.get(raw[0], ""), following + behind)


def _gain(tail: str, stands: str, chars: str, following: str) -> float:
    """Give what one of ``chars`` with ``following`` gains, in nats, over what ``stands`` behind a text."""
    if not chars:
        return float("-inf")
    ways = zip(chars, model.log_probabilities(tail, chars), strict=True)
    best = max(value + model.log_total(following, tail + char) for char, value in ways)
    return best - model.log_total(stands, tail)


@cache
def _characters(encoding: str) -> tuple[dict[int, str], dict[int, str]]:
    """Give the usual characters by their first byte, and by their second."""
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    ids = model.load().ids
    for char in (*(char for char, number in ids.items() if number < _COMMON), *_MARKS):
        raw = char.encode(encoding, "ignore")
        if len(raw) == 2:
            for table, byte in zip(found, raw, strict=True):
                table[byte] = table.get(byte, "") + char
    return found
