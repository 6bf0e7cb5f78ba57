"""Keys by which near copies of a text find each other in an indexed table.

Two kinds of keys, all integers of 48 bits: bands of a MinHash over 5-character shingles (near copies of
the whole) and hashes of whole sentences (digests, pages that merge two pieces). They only name candidates;
``crawler.store.comparison`` decides. All input is canonical text, see ``crawler.text.canonical``.
Whoever changes what keys a text has must have the index made anew by a migration.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

SHINGLE = 5
BANDS = 16
ROWS = 3
SENTENCES = 80
"""The most sentences of one text that become keys: the first ones, a long table has thousands."""
SENTENCE_CHARACTERS = 10
"""Shorter sentences are headings and phrases that unrelated texts share."""
KEY_BYTES = 6
"""At a million articles two of 40 million keys of 48 bits are the same by chance three times in all."""

_BUCKETS = BANDS * ROWS
_ENDS = re.compile("[。！!？?；;…\n]+")
_THOUSANDS = re.compile(r"[,，](?<=\d.)(?=\d{3}(?!\d))")
_BETWEEN_DIGITS = re.compile(r"(\d)[^\w%‰°℃\n-]+(?=\d)")
_POINT = "\ue000"  # stands for a point that stays, until the others are gone
_NO_WORDS = re.compile(f"[^\\w%‰°℃\\n{_POINT}-]+")
_Numbers = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
_MIX, _RANK, _BAND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
_NOTHING = np.uint64(2**64 - 1)


def plain(text: str) -> str:
    """Return ``text`` without white space and punctuation; a sign between two digits stays as ``.``.

    ``1.5`` must not become ``15``; a comma between thousands goes, because portals disagree about it.
    """
    return _words(text.replace("\n", " "))


def sentences(text: str) -> list[str]:
    """Return the plain sentences of ``text`` in order, empty ones left out."""
    return [sentence for sentence in _words(_ENDS.sub("\n", text)).split("\n") if sentence]


def keys(text: str) -> list[int]:
    """Return the keys of a canonical ``text``, without repetition; none for a text of a few characters."""
    parts = sentences(text)
    whole = "".join(parts)
    found = [_sentence_key(part) for part in parts if len(part) >= SENTENCE_CHARACTERS][:SENTENCES]
    if len(whole) >= 2 * SHINGLE:
        found += _bands(whole)
    return list(dict.fromkeys(found))


def of_the_whole(keys: Sequence[int]) -> frozenset[int]:
    """Return those of a text's ``keys`` that are bands, and not of a sentence."""
    return frozenset(keys[-BANDS:])


def _words(text: str) -> str:
    kept = _BETWEEN_DIGITS.sub(rf"\1{_POINT}", _THOUSANDS.sub("", text)).replace("_", "")
    return _NO_WORDS.sub("", kept).replace(_POINT, ".")


def _bands(whole: str) -> list[int]:
    """Return a hash of each band: of ``ROWS`` minima, and of the band's number."""
    made = np.arange(1, BANDS + 1, dtype=np.uint64) * _BAND
    for row in _minima(whole).reshape(BANDS, ROWS).T:
        made = (made ^ row) * _MIX
        made ^= made >> np.uint64(32)
    found: list[int] = (made >> np.uint64(64 - 8 * KEY_BYTES)).tolist()
    return found


def _minima(whole: str) -> _Numbers:
    """One-permutation MinHash: each shingle is hashed once and competes in one bucket only.

    Empty buckets of short texts borrow from the next full one (densification by rotation), each distance
    with a mark of its own, so that two short texts do not agree merely because both are short.
    """
    # CRC alone is linear: neighbouring shingles would have related minima.
    mixed = _hashes(whole) * _MIX
    mixed ^= mixed >> np.uint64(29)
    lows = np.full(_BUCKETS, _NOTHING)
    np.minimum.at(lows, (mixed % np.uint64(_BUCKETS)).astype(np.intp), mixed * _RANK)
    full = np.flatnonzero(lows != _NOTHING)
    places = np.arange(_BUCKETS)
    nearest = full[np.searchsorted(full, places) % len(full)]
    distance = ((nearest - places) % _BUCKETS).astype(np.uint64)
    return lows[nearest] + distance * _BAND


def _hashes(whole: str) -> _Numbers:
    """Return the CRC-32 of each shingle of ``whole``, in UTF-16: a sum over tables, one a place."""
    units = np.frombuffer(whole.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    count = len(units) - SHINGLE + 1
    made = np.zeros(count, dtype=np.uint32)
    for place, table in enumerate(_tables()):
        made ^= table[units[place : place + count]]
    return made.astype(np.uint64)


@cache
def _tables() -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint32]]]:
    """Return for each place of a shingle what each UTF-16 unit adds to the CRC there."""
    nothing = bytes(2 * SHINGLE)
    start = crc32(nothing)

    def added(at: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
        changed = (nothing[:at] + bytes([value]) + nothing[at + 1 :] for value in range(256))
        return np.array([crc32(one) ^ start for one in changed], dtype=np.uint32)

    # The constant start is left out: it would be the same in every hash.
    return [(added(2 * at + 1)[:, None] ^ added(2 * at)[None, :]).reshape(-1) for at in range(SHINGLE)]


def _sentence_key(sentence: str) -> int:
    payload = sentence.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(payload, digest_size=KEY_BYTES).digest(), "little")
