"""What a change added to an article, and whether a query found anything there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.query.evaluate import Span, spans
from crawler.store import changes
from crawler.store.changes import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.query.syntax import Atom


class Added:
    """What is new in ``after``; both are canonical, the title on the first line, in lower case."""

    def __init__(self, before: str, after: str) -> None:
        paragraphs = changes.paragraphs(before, after)
        self._lines = [one.after for one in paragraphs if one.kind is not Kind.REMOVED]
        self._new = list(_new(paragraphs))

    def has(self, atom: Atom) -> bool:
        """Return whether some of what stands for ``atom``, in its field, is new or touches what is.

        老码头 is not the 码头 that it was, and yet only 老 is new.
        """
        in_title = getattr(atom, "field", None) == "title"
        text = "\n".join(self._lines[:1] if in_title else self._lines)
        places = spans(atom, text)
        return any(begin <= stop and start <= end for begin, end in places for start, stop in self._new)


def _new(paragraphs: list[changes.Paragraph]) -> Iterator[Span]:
    """Yield begin and end of what is new, counted in the lines that there are now.

    A paragraph that grew to twice its length is no longer taken for the one that it was, so that all that
    differ are compared as one text.
    """
    old, new = "", ""
    where: list[int] = []
    start = 0
    for one in paragraphs:
        if one.kind in {Kind.CHANGED, Kind.REMOVED}:
            old += f"{one.before}\n"
        if one.kind in {Kind.CHANGED, Kind.ADDED}:
            new += f"{one.after}\n"
            where += range(start, start + len(one.after) + 1)
        if one.kind is not Kind.REMOVED:
            start += len(one.after) + 1
    at = 0
    for piece in changes.words(old, new):
        if piece.kind is Kind.REMOVED:
            continue
        if piece.kind is Kind.ADDED:
            signs = zip(where[at:], piece.text, strict=False)
            yield from _runs([place for place, sign in signs if sign != "\n"])
        at += len(piece.text)


def _runs(places: list[int]) -> Iterator[Span]:
    """Yield begin and end of the runs of numbers that follow one another."""
    begin = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield places[begin], places[at - 1] + 1
            begin = at
