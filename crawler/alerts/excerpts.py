"""The passages of an article in which words were found, in its own script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.alerts.query import Term

AROUND = 40
"""So many characters before and behind the word."""
MOST = 3
"""So many passages of one article."""


def excerpts(paragraphs: Sequence[str], terms: Iterable[Term]) -> list[str]:
    """Return a passage of ``paragraphs`` (as read) for each term found there, few and without overlap.

    Words that stand in the title or the source only have none; if no word has one, the beginning is given.
    """
    folded = [canonical(paragraph).lower() for paragraph in paragraphs]
    made: list[str] = []
    for term in terms:
        if term.field is not None or any(term.text in canonical(passage).lower() for passage in made):
            continue
        for paragraph, text in zip(paragraphs, folded, strict=True):
            if term.found_in(text):
                made.append(_passage(paragraph, text, text.find(term.text), len(term.text)))
                break
        if len(made) == MOST:
            break
    if not made:
        made = [_cut(paragraph, 0, 2 * AROUND) for paragraph in paragraphs[:1]]
    return made


def _passage(paragraph: str, folded: str, start: int, length: int) -> str:
    # Folding drops blanks and glues nothing else, so a place in it is about the same share of the original.
    stretch = len(paragraph) / max(1, len(folded))
    begin, end = int(start * stretch), int((start + length) * stretch)
    return _cut(paragraph, begin - AROUND, end + AROUND)


def _cut(paragraph: str, begin: int, end: int) -> str:
    begin, end = max(0, begin), min(len(paragraph), end)
    passage = " ".join(paragraph[begin:end].split())
    return f"{'…' if begin > 0 else ''}{passage}{'…' if end < len(paragraph) else ''}"
