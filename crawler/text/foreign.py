"""Chinese that was read in an encoding of Japan or Korea, and UTF-8 that was read in any of two bytes.

Whole runs are read again, and UTF-8 is found by its form inside sound text: a few characters in a row whose
bytes are UTF-8 of Chinese ones are so by no chance. ``年报显示`` read as Japanese is ``蟷ｴ謚･譏ｾ遉ｺ``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, groupby

from crawler.text import model
from crawler.text.misread import (
    FEWEST_OF_HAN,
    HAN,
    KNOWN_MARGIN,
    LENIENCE,
    LIKELY,
    MARGIN,
    Chain,
    Tally,
    by_parts,
    han_mean,
    pair_by_pair,
)

_FOREIGN = re.compile(r"[^\x00-\x7f]+(?:[ -~]{1,40}[^\x00-\x7f]+)*")
# Letters of scripts that hardly stand in Chinese text, two of them close together.
_STRANGE = "[\u0500-\u1fff\ua000-\ud7ff\ue000-\uf8ff]"
_NO_CHINESE = re.compile(f"{_STRANGE}[^\n]{{0,40}}{_STRANGE}")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_UTF8 = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2})+")
# So many characters in a row are certain, fewer must be likely Chinese.
_CERTAIN, _FEWEST = 4, 3
_WIDTH = 3
_FEW_OF_UTF8 = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){%d}" % _FEWEST)
# Mean log-probability of what reads like no Chinese as it stands.
_ODD = -9.0


def whole_runs(wrong: str, right: str) -> Chain:
    """Give a function that undoes any encoding read as any other, for runs that can be encoded throughout."""
    return lambda text, known, tally: by_parts(
        text, lambda part: _foreign_line(part, (wrong, right), known, tally), every=known
    )


def exchanged() -> Chain:
    """Give a function that undoes UTF-16 whose bytes were read the other way round, where it shows."""
    pairs = pair_by_pair("utf-16-le", "utf-16-be")
    return lambda text, known, tally: pairs(text, known, tally) if _NO_CHINESE.search(text) else text


def with_hangul(wrong: str, right: str) -> Chain:
    """Give a function that does ``whole_runs``, and then ``pair_by_pair`` where there are Korean letters."""
    runs, pairs = whole_runs(wrong, right), pair_by_pair(wrong, right)

    def undo(text: str, known: bool, tally: Tally) -> str:
        text = runs(text, known, tally)
        return pairs(text, known, tally) if _has_hangul(text) else text

    return undo


@lru_cache(maxsize=2)
def _has_hangul(text: str) -> bool:
    return _HANGUL.search(text) is not None


def utf8(wrong: str) -> Chain:
    """Give a function that undoes UTF-8 read as ``wrong``: whole runs, and then what has its form."""
    whole = whole_runs(wrong, "utf-8")

    def undo(text: str, known: bool, tally: Tally) -> str:
        return by_parts(whole(text, known, tally), lambda part: _in_part(part, wrong, tally), every=known)

    return undo


def _in_part(part: str, wrong: str, tally: Tally) -> str:
    # What has not its form as a whole has it nowhere; that is found much faster.
    if not _FEW_OF_UTF8.search(part.encode(wrong, "replace")):
        return part
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


def _foreign_line(line: str, chain: tuple[str, str], known: bool, tally: Tally) -> str:
    wrong, right = chain

    def better(found: re.Match[str]) -> str:
        old = found.group()
        try:
            new = old.encode(wrong).decode(right)
        except UnicodeError:
            return old
        gain = model.log_total(new) - model.log_total(old)
        if gain < (KNOWN_MARGIN if known else MARGIN) or han_mean(new) < LIKELY - LENIENCE * known:
            return old
        if not known and len(set(HAN.findall(new))) < FEWEST_OF_HAN and HAN.search(old):
            return old  # a name, as 粲粲 and 逄珩霜 are
        tally.add(old, new)
        return new

    return _FOREIGN.sub(better, line)
