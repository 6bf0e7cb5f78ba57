"""The edges of a displayed headline: its other half in a line beside it, a badge behind it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.page.phrasebook import phrases
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.page.layout import Line

SEAMS = "-_|—–»·,:("
_CLASS = re.compile(r"^\s*\[[^\[\]]{1,8}\]\s*(?=\S{4})")
SHORTEST_HALF = 4  # characters


def whole(group: Sequence[Line], lines: Sequence[Line], references: Sequence[str]) -> str:
    """Return the headline that the lines of ``group`` display, with what belongs to it and without a badge.

    A line right above or below is its other half (引题, or what a break of the layout parts) when both
    together are what one of the ``references`` says, folded texts of ``<title>`` and meta tags. A badge is
    a word such as 原创 that no reference has.
    """
    if (short := _first_part(group, references)) is not None:
        return short
    text = " ".join(line.text for line in group)
    if (bare := without_class(text)) != text and not any(fold(text) in reference for reference in references):
        text = bare
    folded = fold(text)
    first, last = group[0].index, group[-1].index
    for reference in references:
        for half in lines[last + 1 : last + 2]:
            if _is_half(half) and _names(reference, folded + half.folded):
                return f"{text} {half.text}"
        for half in lines[max(first - 1, 0) : first]:
            if _is_half(half) and _names(reference, half.folded + folded):
                return f"{half.text} {text}"
    return _without_badge(text, references)


def _first_part(group: Sequence[Line], references: Sequence[str]) -> str | None:
    """Return the part of a headline that is all a reference says, None where nothing else stands behind it.

    What stands behind it is a sub-headline in a line of its own, or a link to a column.
    """
    text = " ".join(line.text for line in group)
    folded = fold(text)
    if any(folded in reference for reference in references):
        return None
    for count in range(1, len(group)):
        short = " ".join(line.text for line in group[:count])
        if any(_names(reference, fold(short)) for reference in references):
            return short
    first, words = group[0], text.rpartition(" ")
    linked = len(group) == 1 and first.link_chars == len(words[2]) and len(words[0]) >= SHORTEST_HALF
    return words[0] if linked and any(_names(reference, fold(words[0])) for reference in references) else None


def without_class(text: str) -> str:
    """Return a headline without the class of its thread or notice in square brackets: [求助] 某事."""
    return _CLASS.sub("", text) if "[" in text[:4] else text


def _is_half(line: Line) -> bool:
    return line.chars >= SHORTEST_HALF and not line.link_chars and line.chrome != "crumb"


def _names(reference: str, folded: str) -> bool:
    """Whether a reference is a headline, with or without names of site and columns behind a seam."""
    return reference.startswith(folded) and _is_end(reference, folded)


def _is_end(reference: str, folded: str) -> bool:
    return reference[len(folded) : len(folded) + 1] in SEAMS


def _without_badge(text: str, references: Sequence[str]) -> str:
    match = _badge().search(text)
    if match is None or match.start() < SHORTEST_HALF:
        return text
    short, folded = fold(text[: match.start()]), fold(text)
    named = any(_names(reference, short) for reference in references)
    return (
        text[: match.start()] if named and not any(folded in reference for reference in references) else text
    )


@cache
def _badge() -> re.Pattern[str]:
    words = "|".join(map(re.escape, phrases("title", "badges")))
    return re.compile(rf"\s*[\[【(（]?(?:{words})[\]】)）]?\s*$", re.IGNORECASE)
