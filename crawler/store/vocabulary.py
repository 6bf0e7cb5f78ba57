"""Words that Taiwan and the mainland say differently, folded so that such reposts compare equal."""

from __future__ import annotations

from functools import cache

from opencc import OpenCC

from crawler.text.script import traditional_to_simplified


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def fold(text: str) -> str:
    """Return Simplified ``text`` with mainland words exchanged for Taiwanese ones, in Simplified characters.

    For comparing passages only: 用户 and 使用者 become the same word. Text without such words comes back
    as it was, apart from rare characters whose way to Traditional and back is not straight.
    """
    simplified = str(_converter("hk2s").convert(text))  # Hong Kong variants: 衞
    return traditional_to_simplified(str(_converter("s2twp").convert(simplified)))
