"""UTF-8 that was read as a double-byte encoding, found by its form inside sound text.

A few characters in a row whose bytes are UTF-8 of Chinese ones are so by no chance: ``年报显示`` read as
Japanese is ``蟷ｴ謚･譏ｾ遉ｺ``, in the middle of a sentence that was read well.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, groupby

from crawler.text import model
from crawler.text.misread import LIKELY, Chain, Tally, by_parts, han_mean, whole_runs

_UTF8 = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2})+")
_WIDTH = 3
# So many characters in a row are certain, fewer must be likely Chinese.
_CERTAIN, _FEWEST = 4, 3
# Mean log-probability of what reads like no Chinese as it stands.
_ODD = -9.0


def in_runs(wrong: str) -> Chain:
    """Give a function that undoes UTF-8 read as ``wrong``: whole runs, and then what has its form."""
    whole = whole_runs(wrong, "utf-8")

    def undo(text: str, known: bool, tally: Tally) -> str:
        return by_parts(whole(text, known, tally), lambda part: _in_part(part, wrong, tally), every=known)

    return undo


def _in_part(part: str, wrong: str, tally: Tally) -> str:
    new = []
    for fits, chars in groupby(part, lambda char: bool(_bytes(char, wrong))):
        run = "".join(chars)
        new.append(_in_run(run, wrong, tally) if fits and len(run) > _FEWEST else run)
    return "".join(new)


def _in_run(run: str, wrong: str, tally: Tally) -> str:
    each = [_bytes(char, wrong) for char in run]
    raw = b"".join(each)
    starts = {at: number for number, at in enumerate(accumulate(map(len, each), initial=0))}
    kept, done = [], 0
    for found in _UTF8.finditer(raw):
        low, high = found.span()
        while low < high and low not in starts:
            low += _WIDTH
        while low < high and high not in starts:
            high -= _WIDTH
        old, new = run[starts.get(low, 0) : starts.get(high, 0)], raw[low:high].decode()
        if not _is_chinese(old, new):
            continue
        kept += [run[done : starts[low]], new]
        done = starts[high]
        tally.add(old, new)
    return "".join(kept) + run[done:]


def _is_chinese(old: str, new: str) -> bool:
    if len(new) < _FEWEST or model.score(old) > _ODD:
        return False
    return len(new) >= _CERTAIN or han_mean(new) > LIKELY


@lru_cache(maxsize=16384)
def _bytes(char: str, wrong: str) -> bytes:
    """Give the bytes of a character that has more than seven bits, else none."""
    try:
        return char.encode(wrong) if char > "\x7f" else b""
    except UnicodeEncodeError:
        return b""
