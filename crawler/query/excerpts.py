"""The passages of an article in which words were found, in its own script, with the places of the words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from crawler.query.evaluate import Span, spans
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.query.syntax import Atom

AROUND = 40
"""So many characters before and behind the word."""
MOST = 3
"""So many passages of one article."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as read; ``hits`` are begin and end of what was found in ``text``, in order."""

    text: str
    hits: tuple[Span, ...] = ()


def excerpts(paragraphs: Sequence[str], atoms: Sequence[Atom]) -> list[Excerpt]:
    """Return a passage of ``paragraphs`` (as read) for each of ``atoms`` found there, few, without overlap.

    Words that stand in the title or the source only have none; if no word has one, the beginning is given.
    """
    wanted = [atom for atom in atoms if getattr(atom, "field", None) in {None, "region"}]
    folded = cache(lambda paragraph: canonical(paragraph).lower())
    made: list[Excerpt] = []
    for atom in wanted:
        if any(spans(atom, canonical(passage.text).lower()) for passage in made):
            continue
        for paragraph in paragraphs:
            if places := spans(atom, folded(paragraph)):
                made.append(_passage(paragraph, folded(paragraph), places[0], wanted))
                break
        if len(made) == MOST:
            break
    if not made:
        made = [Excerpt(_cut(paragraph, 0, 2 * AROUND)) for paragraph in paragraphs[:1]]
    return made


def marked(text: str, atoms: Iterable[Atom]) -> tuple[Span, ...]:
    """Return where ``atoms`` stand in ``text``, which is as read; places that overlap are one."""
    folded = canonical(text).lower()
    found = sorted(
        (_place(text, folded, start), _place(text, folded, end - 1) + 1)
        for atom in atoms
        for start, end in spans(atom, folded)
    )
    merged: list[Span] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _passage(paragraph: str, folded: str, place: Span, atoms: Iterable[Atom]) -> Excerpt:
    begin, end = _place(paragraph, folded, place[0]), _place(paragraph, folded, place[1] - 1) + 1
    text = _cut(paragraph, begin - AROUND, end + AROUND)
    return Excerpt(text, marked(text, atoms))


def _place(text: str, folded: str, position: int) -> int:
    """Return where the character stands in ``text`` that ``position`` means in its canonical form.

    Folding takes blanks and marks away and exchanges characters, so that the form of a beginning is as long
    as the beginning of the form.
    """
    gone = len(text) - len(folded)
    if not gone:
        return position
    # Ahead of it no more can have gone than has gone in all, unless a sign became several characters.
    low, high = position, position + gone
    if gone < 0 or len(canonical(text[: high + 1])) <= position:
        high = len(text) - 1
    while low < high:
        middle = (low + high) // 2
        if len(canonical(text[: middle + 1])) > position:
            high = middle
        else:
            low = middle + 1
    return low


def _cut(paragraph: str, begin: int, end: int) -> str:
    begin, end = max(0, begin), min(len(paragraph), end)
    passage = " ".join(paragraph[begin:end].split())
    return f"{'…' if begin > 0 else ''}{passage}{'…' if end < len(paragraph) else ''}"
