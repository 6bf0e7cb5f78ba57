"""Encodings read as a single-byte code page: Cyrillic, Greek, Thai, Central European, DOS, Mac.

A line is written as latin-1 would have shown it and read as a whole; where that fails, it is undone like
latin-1, and what stays is written back.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from crawler.text import misread, model
from crawler.text.misread import HAN, Chain, Tally

NAMES = (
    "cp1251", "koi8_r", "mac_roman", "cp437", "cp850", "cp866", "cp1250", "iso8859_2", "iso8859_5",
    "iso8859_15", "cp1253", "iso8859_7", "cp1254", "cp1255", "cp1257", "cp874", "tis_620",
)  # fmt: skip
_RIGHT = ("utf-8", "gb18030", "big5hkscs")
_SUSPECT = (
    "[\u0080-\u00af\u00b2-\u00b6\u00b8-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u06ff\u0e00-\u0e7f"
    "\u2017\u201a\u201e\u2020-\u2022\u2032-\u203a\u2044-\u2100\u2104-\u215f\u2190-\u23ff\u2500-\u25ff\uf8ff\ufb01\ufb02]"
)
# Two letters or signs side by side, or around an ASCII character, that Chinese text has not.
_SUSPECTED = re.compile(f"{_SUSPECT}[ -~]?{_SUSPECT}")
_LINE = re.compile(f"[^\n]*{_SUSPECTED.pattern}[^\n]*")
_HIGH = re.compile("[\u0080-\u00ff]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# What is left in a line may have so large a share of the suspects.
_LEFT = 0.25
# Share of a line's different high characters that a code page must have.
_MOST = 0.9
_FEWEST = 4
# So many different ones are no text of their own script; what they stand for may then be less usual Chinese.
_SURE, _LENIENCE = 10, 1.5
# So many lines, and characters of each, tell which code page it was.
_ASKED_LINES, _ASKED = 6, 400


def through(wrong: str, right: str, chain: Chain) -> Chain:
    """Give a function that undoes ``right`` read as the code page ``wrong``; ``chain``: as latin-1."""

    def undo(text: str, known: bool, tally: Tally) -> str:
        if not _is_suspected(text):
            return text
        return misread.by_lines(
            text, _SUSPECTED, lambda line: _line(line, (wrong, right), chain, known, tally)
        )

    return undo


@lru_cache(maxsize=8)
def _high(line: str) -> frozenset[str]:
    return frozenset(char for char in set(line) if char > "\x7f" and not HAN.match(char))


@lru_cache(maxsize=8)
def _is_suspected(text: str) -> bool:
    """Say whether anything looks like another code page; every chain asks for the same text."""
    return _SUSPECTED.search(text) is not None


def likeliest(text: str) -> str | None:
    """Give the misreading, as ``right>wrong``, that explains the suspicious lines best; None for none."""
    if not _is_suspected(text):
        return None
    lines = [found.group() for found, _ in zip(_LINE.finditer(text), range(_ASKED_LINES), strict=False)]
    if max(map(len, lines)) < _FEWEST:
        return None
    best, name = misread.MARGIN, None
    for wrong, called in (("cp1252", "cp1252"), ("latin_1", "cp1252"), *zip(NAMES, NAMES, strict=True)):
        for right in _RIGHT:
            gain = 0.0
            for line in lines:
                new = _whole(line[:_ASKED], wrong, right)
                gain += model.log_total(new) - model.log_total(line[:_ASKED]) if new else 0.0
            if gain > best:
                best, name = gain, f"{right}>{called}"
    return name


def _whole(line: str, wrong: str, right: str, *, known: bool = False) -> str | None:
    """Read a line as a whole; None where that gives no likely Chinese."""
    there, _, has = _tables(wrong)
    if not has.issuperset(_high(line)):
        return None
    try:
        raw = line.translate(there).encode("latin-1")
    except UnicodeEncodeError:
        return None
    try:
        new = raw.decode(right)
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 3 or error.start == 0:
            return None
        new = raw[: error.start].decode(right) + "\ufffd"
    likely = misread.LIKELY - (_LENIENCE if len(_high(line)) >= _SURE else 0.0)
    if _PRIVATE.search(new) or (not known and misread.han_mean(new) < likely):
        return None
    return new


def _line(line: str, names: tuple[str, str], chain: Chain, known: bool, tally: Tally) -> str:
    there, back, has = _tables(names[0])
    high = _high(line)
    if len(high & has) < _MOST * len(high) or (len(high) < _FEWEST and not known):
        return line
    inner = Tally()
    new = _whole(line, *names, known=known)
    if not new or new.endswith("\ufffd"):
        undone = chain(line.translate(there), known, inner)
        new = _HIGH.sub(lambda found: back.get(found.group(), found.group()), undone)
    if new == line:
        return line
    gain = model.log_total(new) - model.log_total(line)
    left = len(_SUSPECTED.findall(new)) / len(_SUSPECTED.findall(line))
    if gain < (misread.KNOWN_MARGIN if known else misread.MARGIN) or left > _LEFT:
        return line
    likely = misread.LIKELY - (_LENIENCE if len(high) >= _SURE else 0.0)
    if not known and misread.han_mean(new) < likely:
        return line
    tally.add(line.strip(), new.strip())
    tally.lossy |= inner.lossy
    return new


@cache
def _tables(name: str) -> tuple[dict[int, str], dict[str, str], frozenset[str]]:
    """Give what writes a code page's characters as latin-1, what writes them back, and the characters."""
    pairs = {}
    for byte in range(0x80, 0x100):
        char = bytes([byte]).decode(name, "ignore") or chr(byte)
        pairs[char] = chr(byte)
    there = {ord(char): latin for char, latin in pairs.items()}
    return there, {latin: char for char, latin in pairs.items()}, frozenset(pairs)
