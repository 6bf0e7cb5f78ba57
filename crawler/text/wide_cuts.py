"""Cuts by readings in full-width brackets, which have merged with the text: ``请蹋▃hí）崆白`` is 请提前做.

The bracket ``（`` is A3 A8 in GBK. Put between two bytes of a character, its first byte ends another one, and
its second begins one more with the first letter of the reading.
"""

from __future__ import annotations

import re

from crawler.text import gbk, gloss

_FIRST, _SECOND = 0xA3, 0xA8
_LETTERS = {char: chr(code) for code in range(ord("a"), ord("z") + 1) if (char := gbk.decode(_SECOND, code))}
_LETTER = re.compile(f"[{''.join(_LETTERS)}]")
_CUT = re.compile(f"(?<=[^\0-\x7f])[^\0-\x7f]{_LETTER.pattern}(?P<rest>[{gloss.LETTERS}]{{0,7}})[)）]")


def show(text: str) -> str:
    """Write such a cut as one by a half-width bracket, ``请?shí)崆白``, where the reading fits the bytes."""
    return _CUT.sub(_shown, text) if _LETTER.search(text) else text


def _shown(found: re.Match[str]) -> str:
    before, joined = gbk.encode(found.string[found.start() - 1]), gbk.encode(found[0][0])
    spelled = _LETTERS[found[0][1]] + found["rest"]
    if len(before) < 2 or len(joined) < 2 or joined[1] != _FIRST:
        return found[0]
    char = gbk.decode(before[1], joined[0])
    fits = bool(char) and gloss.judge(char, spelled)[0] is gloss.Verdict.FIRST
    return f"?{spelled})" if fits else found[0]
