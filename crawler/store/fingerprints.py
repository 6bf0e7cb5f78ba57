"""Keys by which near copies of a text find each other in an indexed table.

Two kinds of keys, all signed 64-bit integers: bands of a MinHash over 5-character shingles (near copies of
the whole) and hashes of whole sentences (digests, pages that merge two pieces). They only name candidates;
``crawler.store.comparison`` decides. All input is canonical text, see ``crawler.text.canonical``.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from zlib import crc32

SHINGLE = 5
BANDS = 24
ROWS = 3
SENTENCES = 80
"""The most sentences of one text that become keys: the first ones, a long table has thousands."""
SENTENCE_CHARACTERS = 10
"""Shorter sentences are headings and phrases that unrelated texts share."""

_BUCKETS = BANDS * ROWS
_ENDS = re.compile("[。！!？?；;…\n]+")
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w%‰°℃-]+(?=\d)")
_POINT = "\ue000"  # stands for a point that stays, until the others are gone
_MASK = (1 << 64) - 1
_SIGN = 1 << 63


class _Words(dict[int, int | None]):
    """A table for ``str.translate`` that keeps letters, numbers, marks and signs that change a number."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        keep = unicodedata.category(character)[0] in "LNM" or character in "%‰°℃-"
        self[code] = code if keep else None
        return self[code]


_WORDS = _Words({ord(_POINT): ord(".")})


def plain(text: str) -> str:
    """Return ``text`` without white space and punctuation; a sign between two digits stays as ``.``.

    ``1.5`` must not become ``15``; a comma between thousands goes, because portals disagree about it.
    """
    return _BETWEEN_DIGITS.sub(_POINT, _THOUSANDS.sub("", text)).translate(_WORDS)


def sentences(text: str) -> list[str]:
    """Return the plain sentences of ``text`` in order, empty ones left out."""
    return [sentence for sentence in map(plain, _ENDS.split(text)) if sentence]


def keys(text: str) -> list[int]:
    """Return the keys of a canonical ``text``, without repetition; none for a text of a few characters."""
    parts = sentences(text)
    whole = "".join(parts)
    found = [_sentence_key(part) for part in parts if len(part) >= SENTENCE_CHARACTERS][:SENTENCES]
    if len(whole) >= 2 * SHINGLE:
        found += _bands(whole)
    return list(dict.fromkeys(found))


def _bands(whole: str) -> list[int]:
    lows = _minima(whole)
    made: list[int] = []
    for band in range(BANDS):
        row = lows[band * ROWS : (band + 1) * ROWS]
        payload = b"".join(low.to_bytes(8, "little") for low in row)
        made.append(_hash(bytes([band]) + payload))
    return made


def _minima(whole: str) -> list[int]:
    """One-permutation MinHash: each shingle is hashed once and competes in one bucket only.

    Empty buckets of short texts borrow from the next full one (densification by rotation), each distance
    with a mark of its own, so that two short texts do not agree merely because both are short.
    """
    data = whole.encode("utf-16-le", "surrogatepass")
    width = 2 * SHINGLE
    lows: list[int | None] = [None] * _BUCKETS
    for value in {crc32(data[start : start + width]) for start in range(0, len(data) - width + 1, 2)}:
        # CRC alone is linear: neighbouring shingles would have related minima.
        mixed = (value * 0x9E3779B97F4A7C15) & _MASK
        mixed ^= mixed >> 29
        bucket = mixed % _BUCKETS
        rank = (mixed * 0xBF58476D1CE4E5B9) & _MASK
        low = lows[bucket]
        if low is None or rank < low:
            lows[bucket] = rank
    return [_borrowed(lows, bucket) for bucket in range(_BUCKETS)]


def _borrowed(lows: list[int | None], bucket: int) -> int:
    for distance in range(_BUCKETS):
        low = lows[(bucket + distance) % _BUCKETS]
        if low is not None:
            return (low + distance * 0x94D049BB133111EB) & _MASK
    return 0


def _sentence_key(sentence: str) -> int:
    return _hash(b"s" + sentence.encode("utf-8", "surrogatepass"))


def _hash(payload: bytes) -> int:
    value = int.from_bytes(blake2b(payload, digest_size=8).digest(), "little")
    return value - (1 << 64) if value >= _SIGN else value
