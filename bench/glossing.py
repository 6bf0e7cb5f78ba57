"""Inject readings into text, by character and blindly by byte.

Readings come from pypinyin where it is installed, so that the table is not the one that the repair uses.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from functools import cache
from typing import Any

from crawler.replica import damage
from crawler.text import readings as own_readings

pypinyin: Any
try:
    pypinyin = importlib.import_module("pypinyin")
except ImportError:  # the project's own table then
    pypinyin = None

HAS_PYPINYIN = pypinyin is not None
_HAN = re.compile("[\u4e00-\u9fa5]")
# A site with a fixed list glosses few characters, frequent ones; these are a guess at such a list.
_FIXED = frozenset("區業發經會動務產學關開專實際網電劃網項標準書記風農辦")
_MARKS = frozenset(mark.encode("gbk") for mark in "，；！？")


@cache
def reading(char: str, *, toned: bool = True) -> str | None:
    """Return the first reading of a single character, None where there is none."""
    if pypinyin is None:
        return own_readings.first_reading(char, toned=toned)
    style = pypinyin.Style.TONE if toned else pypinyin.Style.NORMAL
    found = pypinyin.pinyin(char, style=style, errors="ignore")
    return str(found[0][0]) if found and found[0][0] else None


def is_chosen(char: str, share: float, salt: str) -> bool:
    """Choose characters, always the same for one salt."""
    digest = hashlib.sha256(f"{salt}/{char}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def chosen(shown: str, clean: str, share: float, *, salt: str, toneless: bool = False) -> dict[str, str]:
    """Choose among the converted characters: a share of them, or with share 0 those of the fixed list."""
    converted = {new for old, new in zip(clean, shown, strict=True) if old != new}
    picked = {char for char in converted if (is_chosen(char, share, salt) if share else char in _FIXED)}
    return _read(picked, toned=not toneless)


def any_characters(text: str, share: float, *, salt: str, converted: str | None = None) -> dict[str, str]:
    """Choose among all characters, or among those that differ from the ``converted`` text."""
    pairs = zip(text, converted, strict=True) if converted else ((char, "") for char in text)
    picked = {
        char for char, old in pairs if char != old and _HAN.match(char) and is_chosen(char, share, salt)
    }
    return _read(picked, toned=True)


def _read(characters: set[str], *, toned: bool) -> dict[str, str]:
    found = {char: reading(char, toned=toned) for char in sorted(characters)}
    return {char: value for char, value in found.items() if value}


def toned(text: str, readings: dict[str, str], closing: str = ")") -> str:
    """Put ``(reading)`` behind every character that has one."""
    return "".join(f"{char}({readings[char]}{closing}" if char in readings else char for char in text)


def doubled(text: str, readings: dict[str, str]) -> str:
    """Put the reading in twice."""
    return toned(text, {char: f"{value})({value}" for char, value in readings.items()})


def in_bytes(text: str, readings: dict[str, str], *, salt: str, share: float) -> tuple[str, int, int]:
    """Put readings in by blind replacements of bytes: the text then, how many cuts, how many lost bytes."""
    data = text.encode("gbk", "replace")
    across = {data[at : at + 2].decode("gbk", "ignore") for at in range(len(data) - 1)}
    more = {
        char for char in across if len(char) == 1 and _HAN.match(char) and is_chosen(char, share / 4, salt)
    }
    glossed = readings | _read((more & _rare()) - set(text), toned=True)
    decoded = damage.decode_bytes(damage.gloss_bytes(data, glossed))
    return decoded.text, decoded.cuts, decoded.losses


@cache
def _rare() -> frozenset[str]:
    """Characters that Simplified has not: what a table of converted characters can hold."""
    return frozenset(char for code in range(0x4E00, 0x9FA6) if (char := chr(code)) and not _in_gb2312(char))


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def at_marks(text: str) -> tuple[str, int, int]:
    """Cut text where the bytes of a full-width mark stand across two characters.

    Return the text then, how many cuts, and how many lost bytes.
    """
    data = text.encode("gbk", "replace")
    out = bytearray()
    cuts = at = 0
    while at < len(data):
        width = 1 if data[at] < 0x80 else 2
        across = width == 2 and data[at + 1 : at + 3] in _MARKS
        # A blank that stands behind a first byte is swallowed with it.
        out += data[at : at + 1] + b" " + data[at + 1 : at + 2] if across else data[at : at + width]
        cuts += across
        at += width
    decoded = damage.decode_bytes(bytes(out))
    # Each cut swallows the blank, which the decoder counts as lost.
    return decoded.text, cuts, decoded.losses - cuts
