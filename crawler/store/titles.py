"""What two titles say of whether their texts are one piece: little, for editors write new ones."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from crawler.store import furniture, vocabulary, wording
from crawler.store.comparison import Comparison, Relation
from crawler.store.fingerprints import plain


def agree(one: str, other: str) -> bool:
    """Return whether two canonical titles are the same but for labels (【关注】, 图) and Taiwanese words."""
    left, right = _bare(one), _bare(other)
    return left == right or vocabulary.fold(left) == vocabulary.fold(right)


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
