"""Runs of a text with odd characters close together: they may be read a byte out of step."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.text import gloss, model, script
from crawler.text.misread import rare_pairs
from crawler.text.spelled import ZHUYIN

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a letter (capitals are in A股 and K歌) and a sign behind a character cost beside that.
_STRAY_CAPITAL, _STRAY_LETTER, _STRAY_SIGN = 3.0, 8.0, 7.0
# A byte is only missed where so many characters as they stand are so unlikely together.
LOOKED_AT, BAD = 4, -27.0
# Mean of what reads well without the private-use characters in it.
_SOUND = -7.0
# Of a long run so much is read first; where that gains nothing, the run is garbled in another way.
PROBED = 80
# How many characters ahead of the first odd one, and behind the last one, the run may reach.
_AHEAD, _BEHIND = 6, 12
_LONGEST = 400
# Where no two-byte character can go on, and a reading that somebody wrote: it is in step.
_END = re.compile(f"[\0-/:-?\ufffd]|[（〖〔【［《][{gloss.LETTERS}{ZHUYIN} ]{{1,40}}(?:[）〗〕】］》]|\\Z)")
# A letter or sign inside Chinese, which in Traditional text may be half of a character.
_HAN = "\u3400-\u9fff"
# What marks and the character behind them become in GBK.
_SIGN = re.compile(
    f"[\u2460-\u249b\u3105-\u3129\uff21-\uff3a\uff41-\uff5a\ue000-\uf8ff](?<=[{_HAN}].)(?=[{_HAN}@-~])"
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LETTER = re.compile(f"[@-~](?<=[{_HAN}，。、；：！？」）].)(?=[{_HAN}，。、；：！？」）])")


@lru_cache(maxsize=4)
def windows(text: str) -> tuple[tuple[int, int], ...]:
    """Give where runs with odd characters close together begin and end, with some text around."""
    odd = [*rare_pairs(text), *(each.span() for each in _SIGN.finditer(text))]
    if script.has_traditional(text):
        odd += (each.span() for each in _LETTER.finditer(text))
    found: list[tuple[int, int]] = []
    for first, last in sorted(odd):
        if _is_noise(text, first, last):
            continue
        low = max(0, first - _AHEAD)
        ends = [each.end() for each in _END.finditer(text, low, first)]
        low = ends[-1] if ends else low
        end = _END.search(text, last, last + _BEHIND)
        high = min(end.start() if end else len(text), last + _BEHIND)
        if found and low <= found[-1][1]:
            low = found.pop()[0]
        found.append((low, min(high, low + _LONGEST)))
    return tuple((low, high) for low, high in found if is_bad(likely(*probed(text, low, high))))


def _is_noise(text: str, first: int, last: int) -> bool:
    """Say whether only private-use characters make a place odd: without them it reads well."""
    if not _PRIVATE.search(text, first, last):
        return False
    around = _PRIVATE.sub("", text[max(0, first - _AHEAD) : last + _AHEAD])
    return model.score(around) > _SOUND


def has_letter(run: str) -> bool:
    """Say whether a run is Traditional text with a letter or a sign between two characters."""
    return _LETTER.search(run) is not None and script.has_traditional(run)


def probed(text: str, start: int, end: int) -> tuple[str, str]:
    """Give the beginning of a run, and the characters ahead of it."""
    return text[start : min(end, start + PROBED)], text[max(0, start - 2) : start]


@lru_cache(maxsize=64)
def likely(run: str, before: str) -> tuple[float, ...]:
    """Give how likely each character of a run is as it stands, in nats."""
    ahead, first = before + run, len(before)
    return tuple(
        model.log_probability(ahead[max(0, at - 2) : at], char) - stray(ahead[at - 1 : at] or " ", char)
        for at, char in enumerate(run, first)
    )


def is_bad(values: Sequence[float]) -> bool:
    """Say whether so many characters stand together somewhere that are so unlikely."""
    return any(sum(values[at : at + LOOKED_AT]) < BAD for at in range(len(values)))


def stray(previous: str, char: str) -> float:
    """Give what a letter or sign behind a character costs, that may be half of one itself."""
    if not "@" <= char <= "~" or previous.isascii():
        return 0.0
    if char.isupper():
        return _STRAY_CAPITAL
    return _STRAY_LETTER if char.isalpha() else _STRAY_SIGN
