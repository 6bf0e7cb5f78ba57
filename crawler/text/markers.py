"""A cheap form of text for recognising phrases before it is restored."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crawler.text import deadline, script

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_LETTERS = "a-zA-Züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿê"
_GLOSS = re.compile(rf"(?<=[{_HAN}])(?:\s?[(（]\s?[{_LETTERS}]{{1,6}}:?\s?[)）])+")
_GONE = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
# Lines are short, and each is asked after several times while a page is read.
_REMEMBERED_CHARS = 1000


def fold(text: str) -> str:
    """Fold a text so that a phrase needs one spelling only to be recognised in it.

    Simplified character by character, NFKC, lower case, without white space, zero-width characters and
    injected readings behind a Chinese character. Abbreviations in brackets go with the readings: for phrase
    lists only, never for storing or showing.
    """
    return _remembered(text) if len(text) <= _REMEMBERED_CHARS else _fold(text)


def _fold(text: str) -> str:
    deadline.check()
    text = unicodedata.normalize("NFKC", text)
    if "(" in text:
        text = _GLOSS.sub("", text)
    return script.fold_characters(_GONE.sub("", text)).lower()


_remembered = lru_cache(maxsize=4096)(_fold)
