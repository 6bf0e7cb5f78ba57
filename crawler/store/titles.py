"""What two titles say of whether their texts are one piece: little, for editors write new ones."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from crawler.store import furniture, vocabulary, wording
from crawler.store.comparison import Comparison, Relation
from crawler.store.fingerprints import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORTEST_CUT = 6
"""So many characters of a title that was cut short are enough to know it by."""
TOLD = 0.4
"""So many of a title's pairs of characters stand in a text that says what it does."""
_CUT = ("…", "...")


def agree(one: str, other: str) -> bool:
    """Return whether two canonical titles are the same but for labels (【关注】, 图) and Taiwanese words.

    One that a site cut short and ended with dots is the same as one that goes on.
    """
    left, right = _bare(one), _bare(other)
    if left == right or vocabulary.fold(left) == vocabulary.fold(right):
        return True
    return _is_cut(one, left, right) or _is_cut(other, right, left)


def tells(title: str, sentences: Sequence[str]) -> bool:
    """Return whether a prepared text says what its canonical title does, and not "see the attachment"."""
    text, bare = "".join(sentences), _bare(title)
    pairs = [bare[at : at + 2] for at in range(len(bare) - 1)]
    return bool(pairs) and sum(pair in text for pair in pairs) >= TOLD * len(pairs)


def _is_cut(title: str, bare: str, whole: str) -> bool:
    return title.endswith(_CUT) and len(bare) >= SHORTEST_CUT and whole.startswith(bare)


def contradict(one: str, other: str) -> bool:
    """Return whether two canonical titles are the same but for a figure: of a first notice and a second."""
    left, right = _bare(one), _bare(other)
    if left == right or not (figures := wording.FIGURE.findall(left)):
        return False
    others = wording.FIGURE.findall(right)
    return figures != others and wording.FIGURE.sub("#", left) == wording.FIGURE.sub("#", right)


def considered(verdict: Comparison, one: str, other: str) -> Comparison:
    """Return the verdict on two texts, with what their canonical titles say against it."""
    if verdict.relation is not Relation.SAME or not contradict(one, other):
        return verdict
    return replace(verdict, relation=Relation.DIFFERENT, facts=((one, other),))


def _bare(title: str) -> str:
    return plain(wording.fold(_labels().sub("", title)))


@cache
def _labels() -> re.Pattern[str]:
    return re.compile("|".join(furniture.labels()))
