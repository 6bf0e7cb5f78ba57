"""Readings written with tone numbers (``ye4``) or in Zhuyin (``ㄧㄝˋ``), as pinyin with tone marks."""

from __future__ import annotations

import re
import unicodedata

ZHUYIN = "ㄅ-ㄩˊˇˋ˙"
_NUMBERED = re.compile(r"([a-zü]+)([0-5])")
_MARKS = {"1": "\u0304", "2": "\u0301", "3": "\u030c", "4": "\u0300"}
_TONES = {"ˊ": "2", "ˇ": "3", "ˋ": "4", "˙": "5"}
# Symbol by symbol, what each is in pinyin.
_INITIALS = {
    "ㄅ": "b", "ㄆ": "p", "ㄇ": "m", "ㄈ": "f", "ㄉ": "d", "ㄊ": "t", "ㄋ": "n", "ㄌ": "l", "ㄍ": "g",
    "ㄎ": "k", "ㄏ": "h", "ㄐ": "j", "ㄑ": "q", "ㄒ": "x", "ㄓ": "zh", "ㄔ": "ch", "ㄕ": "sh", "ㄖ": "r",
    "ㄗ": "z", "ㄘ": "c", "ㄙ": "s",
}  # fmt: skip
_FINALS = {
    "ㄚ": "a", "ㄛ": "o", "ㄜ": "e", "ㄝ": "ê", "ㄞ": "ai", "ㄟ": "ei", "ㄠ": "ao", "ㄡ": "ou", "ㄢ": "an",
    "ㄣ": "en", "ㄤ": "ang", "ㄥ": "eng", "ㄦ": "er", "ㄧ": "i", "ㄧㄚ": "ia", "ㄧㄛ": "io", "ㄧㄝ": "ie",
    "ㄧㄠ": "iao", "ㄧㄡ": "iu", "ㄧㄢ": "ian", "ㄧㄣ": "in", "ㄧㄤ": "iang", "ㄧㄥ": "ing", "ㄨ": "u",
    "ㄨㄚ": "ua", "ㄨㄛ": "uo", "ㄨㄞ": "uai", "ㄨㄟ": "ui", "ㄨㄢ": "uan", "ㄨㄣ": "un", "ㄨㄤ": "uang",
    "ㄨㄥ": "ong", "ㄩ": "ü", "ㄩㄝ": "üe", "ㄩㄢ": "üan", "ㄩㄣ": "ün", "ㄩㄥ": "iong",
}  # fmt: skip
# How a final is written where no initial stands ahead of it.
_ALONE = {
    "i": "yi", "in": "yin", "ing": "ying", "iu": "you", "u": "wu", "ui": "wei", "un": "wen", "ong": "weng",
    "ü": "yu", "üe": "yue", "üan": "yuan", "ün": "yun", "iong": "yong",
}  # fmt: skip
_PALATAL = frozenset("jqx")


def to_pinyin(spelled: str) -> str:
    """Give a reading, in lower case, as pinyin with a tone mark; what is neither form comes back as it is."""
    if "ㄅ" <= spelled.strip("˙")[:1] <= "ㄩ":
        return _from_zhuyin(spelled)
    found = _NUMBERED.fullmatch(spelled)
    return _with_tone(found[1], found[2]) if found else spelled


def _from_zhuyin(spelled: str) -> str:
    tone = next((_TONES[mark] for mark in spelled if mark in _TONES), "1")
    symbols = "".join(char for char in spelled if char not in _TONES)
    initial = _INITIALS.get(symbols[0], "")
    final = _FINALS.get(symbols[1:] if initial else symbols, "")
    if initial and not final:
        final = "i"
    elif not initial:
        final = _ALONE.get(final) or re.sub("^i", "y", re.sub("^u", "w", final))
    elif initial in _PALATAL:
        final = final.replace("ü", "u")
    return _with_tone(initial + final, tone)


def _with_tone(plain: str, tone: str) -> str:
    """Put the mark where pinyin puts it: on a or e, the o of ou, else on the last vowel."""
    plain = plain.replace("v", "ü")
    at = next((plain.index(vowel) for vowel in ("a", "e", "ou") if vowel in plain), -1)
    if at < 0:
        at = max((plain.rfind(vowel) for vowel in "iouüê"), default=-1)
    if at < 0 or tone not in _MARKS:
        return plain
    return unicodedata.normalize("NFC", plain[: at + 1] + _MARKS[tone] + plain[at + 1 :])
