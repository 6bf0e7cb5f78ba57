"""Bytes that are GB 2312 by their form alone, as names are, whose neighbours tell nothing."""

from __future__ import annotations

import re

from crawler.text import model

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# Its signs, its full-width letters and all its characters; not its kana, letters and frames.
_PAIRS = re.compile(rb"(?:[\xa1\xa3\xb0-\xf7][\xa1-\xfe])+")
# From one of so many bytes on that begin a Chinese character in UTF-8, it is UTF-8 of which bytes were lost.
_LEADS, _OF_UTF8 = re.compile(rb"[\xe3-\xe9]"), 3


def as_gb2312(raw: bytes, fewest: int) -> str | None:
    """Read bytes of which all beyond ASCII are pairs of GB 2312, ``fewest`` pairs or more, else give None.

    No Latin text has so many such bytes in a row, nor has damaged UTF-8. Big5 may; then it reads better.
    """
    runs = _HIGH_RUN.findall(raw)
    high = sum(map(len, runs))
    if high < 2 * fewest or not all(map(_PAIRS.fullmatch, runs)):
        return None
    if _OF_UTF8 * len(_LEADS.findall(raw)) > high:
        return None
    read, other = _strict(raw, "gb2312"), _strict(raw, "big5hkscs")
    if read is None or (other is not None and model.log_total(read) <= model.log_total(other)):
        return None
    return read


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
