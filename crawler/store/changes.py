"""What differs between two states of an article, for people to read: pure, no database.

Paragraphs are aligned; within one that was changed, the characters, numbers and words that changed are told.
``crawler.store.noise`` decides whether a change counts; here everything is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.store.packing import Content

ALIKE = 0.45
"""Paragraphs that share so much of the longer one's pairs of characters are one that was changed."""
MOST_PAIRS = 40_000
"""Passages with more pairs of paragraphs are shown as taken out and put in: a table was exchanged."""
MOST_TOKENS = 3_000
"""Longer passages are compared sentence by sentence first: the time grows with the square."""
ISLAND = 1
"""An equal run of so many characters between two changes is read easier as a part of the change."""
FIELDS = ("title", "source", "published", "document_number", "authors", "editors", "abstract", "attachments")

_TOKENS = re.compile(r"\d+(?:[.,:]\d+)*[%‰]?|[A-Za-z]+|\s+|.", re.DOTALL)
_SENTENCES = re.compile(r"[^。！？!?；;]*[。！？!?；;]+|[^。！？!?；;]+")


class Kind(StrEnum):
    """What became of a paragraph."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in both states; ``before`` is empty for an added one, ``after`` for a removed one.

    A moved one stands where it is now.
    """

    kind: Kind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a changed paragraph: the same, added or removed."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field besides the body that differs; both values as they are shown, empty for none."""

    field: str
    before: str
    after: str


def paragraphs(before: str, after: str) -> list[Paragraph]:
    """Return the paragraphs (lines) of both texts in the order of ``after``, each with what became of it."""
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher(None, list(map(_key, old)), list(map(_key, new)), autojunk=False)
    found: list[Paragraph] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            found += [_kept(left, right) for left, right in zip(old[a:b], new[c:d], strict=True)]
        else:
            found += _paired(old[a:b], new[c:d])
    return _with_moves(found)


def words(before: str, after: str) -> list[Piece]:
    """Return ``before`` and ``after`` in one run of pieces; a number or a Latin word is never cut."""
    found: list[Piece] = []
    for left, right in _passages(before, after):
        if left == right:
            found.append(Piece(Kind.SAME, left))
        else:
            found += _pieces(left, right)
    return _merged(found)


def fields(before: Content, after: Content) -> list[FieldChange]:
    """Return what differs besides the body, in the order of ``FIELDS``."""
    shown = ((name, _shown(before, name), _shown(after, name)) for name in FIELDS)
    return [FieldChange(name, old, new) for name, old, new in shown if old != new]


def _shown(content: Content, name: str) -> str:
    value: Any = getattr(content, name)
    if name == "published":
        return "" if value is None else f"{value[0]} ({value[1]})"
    if name == "attachments":
        return "\n".join(f"{one['name']} <{one['url']}>" for one in value)
    return ", ".join(value) if isinstance(value, list) else value or ""


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _key(line: str) -> str:
    return "".join(line.split())


def _kept(left: str, right: str) -> Paragraph:
    return Paragraph(Kind.SAME if left == right else Kind.CHANGED, left, right)


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    """Yield what stands between equal paragraphs: pairs that are alike in their order, and the rest."""
    i = j = 0
    for a, b in [*_alike(old, new), (len(old), len(new))]:
        yield from (Paragraph(Kind.REMOVED, line, "") for line in old[i:a])
        yield from (Paragraph(Kind.ADDED, "", line) for line in new[j:b])
        if a < len(old):
            yield Paragraph(Kind.CHANGED, old[a], new[b])
        i, j = a + 1, b + 1


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of the pairs that are most alike in all, none of them crossing another."""
    if not old or not new or len(old) * len(new) > MOST_PAIRS:
        return []
    left, right = [_pairs_of(line) for line in old], [_pairs_of(line) for line in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    score = [[_similarity(one, other) for other in right] for one in left]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], score[i][j] + best[i + 1][j + 1])
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if score[i][j] and best[i][j] == score[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _pairs_of(line: str) -> Counter[str]:
    text = _key(line)
    return Counter(map("".join, pairwise(text))) if len(text) > 1 else Counter(text)


def _similarity(one: Counter[str], other: Counter[str]) -> float:
    """Return how much of the longer text is shared, 0 where it is too little."""
    longer = max(one.total(), other.total())
    share = (one & other).total() / longer if longer else 0.0
    return share if share >= ALIKE else 0.0


def _with_moves(found: Sequence[Paragraph]) -> list[Paragraph]:
    """Return paragraphs that were taken out at one place and put in at another as moved."""
    removed = Counter(_key(one.before) for one in found if one.kind is Kind.REMOVED)
    added = Counter(_key(one.after) for one in found if one.kind is Kind.ADDED)
    moved = removed & added
    gone, come = moved.copy(), moved.copy()
    made: list[Paragraph] = []
    for one in found:
        key = _key(one.before or one.after)
        if one.kind is Kind.REMOVED and gone[key]:
            gone[key] -= 1
        elif one.kind is Kind.ADDED and come[key]:
            come[key] -= 1
            made.append(Paragraph(Kind.MOVED, one.after, one.after))
        else:
            made.append(one)
    return made


def _passages(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield passages to compare in detail: the whole, or what differs between the equal sentences."""
    if max(len(before), len(after)) <= MOST_TOKENS:
        yield before, after
        return
    old, new = _SENTENCES.findall(before), _SENTENCES.findall(after)
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield "".join(old[a:b]), "".join(new[c:d])


def _pieces(before: str, after: str) -> list[Piece]:
    if max(len(before), len(after)) > MOST_TOKENS:
        return [Piece(Kind.REMOVED, before), Piece(Kind.ADDED, after)]
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    found: list[Piece] = []
    operations = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(operations):
        inner = 0 < number < len(operations) - 1
        text = "".join(old[a:b])
        if kind == "equal" and not (inner and len(text) <= ISLAND and text.isalnum()):
            found.append(Piece(Kind.SAME, text))
            continue
        found += [Piece(Kind.REMOVED, text), Piece(Kind.ADDED, "".join(new[c:d]))]
    return found


def _merged(found: Iterable[Piece]) -> list[Piece]:
    """Return the pieces with neighbours of a kind joined: in a change, what went stands before what came."""
    made: list[Piece] = []
    gone = come = ""
    for piece in [*found, Piece(Kind.SAME, "")]:
        if piece.kind is Kind.REMOVED:
            gone += piece.text
        elif piece.kind is Kind.ADDED:
            come += piece.text
        else:
            made += [one for one in (Piece(Kind.REMOVED, gone), Piece(Kind.ADDED, come)) if one.text]
            gone = come = ""
            if made and made[-1].kind is Kind.SAME:
                made[-1] = Piece(Kind.SAME, made[-1].text + piece.text)
            elif piece.text:
                made.append(piece)
    return made
