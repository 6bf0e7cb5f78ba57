"""Two ways to write one thing: a lost character, a day, a rounded figure."""

from __future__ import annotations

from crawler.store import wording
from crawler.store.wording import LOST

LOST_TOGETHER = 3
"""A lost character may stand for up to so many."""

_NUMERALS = frozenset("0123456789甲乙丙丁上中下东南西北左右大小男女不未无非正副前后")


def figures(text: str) -> str:
    """Return the characters of ``text`` that count or oppose."""
    return "".join(character for character in text if character in _NUMERALS)


def is_lost(one: str, other: str) -> bool:
    """Whether ``one`` is lost characters in place of ``other``, or a question mark that has nothing there."""
    if len(one) == len(other) and LOST in one:
        return all(a == b or LOST in {a, b} for a, b in zip(one, other, strict=True))
    if not one or set(one) != {LOST}:
        return False
    return len(other) <= len(one) or (len(other) <= LOST_TOGETHER and not figures(other))


def is_same_day(one: str, other: str) -> bool:
    """Whether both are days, months or years that may be the same: 昨日 and 5月3日."""
    relative = wording.relative_words()
    if one in relative and other in relative:
        return relative[one] == relative[other]
    if one in relative or other in relative:
        return _is_day(one) or _is_day(other)
    return _is_day(one) and _is_day(other) and (one.endswith(other) or other.endswith(one))


def _is_day(text: str) -> bool:
    return text[:1].isdigit() and text.endswith(("年", "月", "日"))


def is_rounded(left: str, right: str) -> bool:
    """Whether one side's only figure is the other's, rounded, and a word such as 约 in this side says so.

    Where both sides have the word, two rounded figures differ: about 80 and about 79 are two counts.
    """
    one, other = wording.FIGURE.findall(left), wording.FIGURE.findall(right)
    if len(one) != 1 or len(other) != 1:
        return False
    rest = set(wording.FIGURE.sub("", left)), set(wording.FIGURE.sub("", right))
    if not all(words <= wording.hedges() for words in rest):
        return False
    return bool(
        (rest[0] and not rest[1] and _rounds(one[0], other[0]))
        or (rest[1] and not rest[0] and _rounds(other[0], one[0]))
    )


def _rounds(rough: str, exact: str) -> bool:
    try:
        low, high = float(rough), float(exact)
    except ValueError:
        return False
    digits = len(rough.replace(".", "").strip("0"))
    if not high or digits >= len(exact.replace(".", "").strip("0")):
        return False
    return float(f"{high:.{max(1, digits)}g}") == low or 0 <= high - low < low * 0.1
