"""The tokens of a text for the index of words: words of Latin letters and digits, else pairs of signs.

A token also has a number of 42 bits: two signs of 21 bits, the second 0 for a sign that stands alone. That of
a Latin word is a hash below ``_WORDS``, where no signs are; two words may have the same.
"""

from __future__ import annotations

import re
from functools import cache
from operator import add as add_characters
from zlib import crc32

import numpy as np

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

IN_TITLE = "\ue000"
"""Stands before a token of the title: a character for private use, which no canonical text has a need for."""
LONGEST = 40
"""Of a longer run of letters and digits (an encoded picture, for one) only so many are indexed."""

_LATIN_RUN, _OTHER_RUN = "[a-z0-9]+", r"[^\W_a-z0-9]+"
_RUNS = re.compile(f"{_LATIN_RUN}|{_OTHER_RUN}", re.IGNORECASE)
_LATIN = re.compile(_LATIN_RUN)
_BETWEEN, _LATINS, _OTHERS, _ODD = range(4)
_WIDE = 0x10000
_SIGN = 21  # bits of a character
_WORDS = 1 << 28


def runs(text: str) -> list[str]:
    """Return the runs of a lower-case text that tokens are made of: Latin letters and digits, and others."""
    return _RUNS.findall(text)


def tokens(canonical_text: str) -> list[str]:
    """Return the tokens of a canonical text in order, as often as they stand there.

    The last character of a run stands alone as well, so that every character begins a token and a single
    one can be looked up by prefix.
    """
    made: list[str] = []
    for run in runs(canonical_text.lower()):
        if run.isascii():
            made.append(run[:LONGEST])
        else:
            made += pairs(run)
            made.append(run[-1])
    return made


def pairs(run: str) -> list[str]:
    """Return the pairs of neighbouring characters of a run."""
    return list(map(add_characters, run, run[1:]))


def written(canonical_text: str) -> str:
    """Return what ``tokens`` does, each once and in no order, with a blank between two.

    A text of a thousand characters takes a third of the time.
    """
    text = canonical_text.lower()
    codes = _codes(text)
    if codes is None:
        return " ".join(dict.fromkeys(tokens(canonical_text)))
    made = np.full((len(codes), 3), ord(" "), dtype="<u4")
    made[:, 0], made[:, 1] = codes >> 16, codes & (_WIDE - 1)
    kept: str = made[made != 0].tobytes().decode("utf-32-le", "surrogatepass")
    return (kept + " ".join({word[:LONGEST] for word in _LATIN.findall(text)})).rstrip()


def numbers(canonical_text: str) -> Numbers:
    """Return the numbers of the tokens of a text, each once, the lowest first."""
    text = canonical_text.lower()
    codes = _codes(text)
    if codes is None:
        return np.unique(np.array([number(token) for token in tokens(canonical_text)], dtype=np.int64))
    words = np.array(sorted({number(word[:LONGEST]) for word in _LATIN.findall(text)}), dtype=np.int64)
    wide = codes.astype(np.int64)
    # All words come before all signs.
    return np.concatenate((words, (wide >> 16) << _SIGN | wide & (_WIDE - 1)))


def number(token: str) -> int:
    """Return the number of a token."""
    if token.isascii():
        return crc32(token.encode()) % _WORDS
    return ord(token[0]) << _SIGN | (ord(token[1]) if len(token) > 1 else 0)


def beginning(sign: str) -> tuple[int, int]:
    """Return the lowest and the highest number of a token that begins with ``sign``, which is not ASCII."""
    return ord(sign) << _SIGN, (ord(sign) + 1 << _SIGN) - 1


def _codes(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]] | None:
    """Return the pairs and last signs of a lower-case text, two signs of 16 bits each, once and sorted.

    ``None`` if it has none, or some that 16 bits do not hold, or odd ones.
    """
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if not len(signs) or signs.max() >= _WIDE:
        return None
    kinds = _kinds()[signs]
    if (kinds == _ODD).any():
        return None
    others = kinds == _OTHERS
    places = np.flatnonzero(others)
    # A run ends where the next character is of another kind: its last one stands alone, with nothing behind.
    following = np.where(others, signs, np.uint32(0))
    codes = np.sort(signs[places] << 16 | np.append(following, np.uint32(0))[places + 1])
    first = np.ones(len(codes), dtype=bool)
    first[1:] = codes[1:] != codes[:-1]
    made: np.ndarray[tuple[int, ...], np.dtype[np.uint32]] = codes[first]
    return made


@cache
def _kinds() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return of each character of the basic plane what it is part of, as ``_RUNS`` says."""
    every = "".join(map(chr, range(_WIDE)))
    made = np.full(_WIDE, _BETWEEN, dtype=np.uint8)
    for kind, one in ((_LATINS, _LATIN_RUN), (_OTHERS, _OTHER_RUN)):
        made[[ord(sign) for sign in "".join(re.findall(one, every, re.IGNORECASE))]] = kind
    odd = np.arange(_WIDE) > ord("z")
    made[(made == _LATINS) & odd] = _ODD
    return made
