"""Telling whether a query is true of one text, and where its words stand."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.query import mentions, patterns
from crawler.query.syntax import Atom, Kind, Near, Pattern, Query, Region, Term, atoms, holds

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a query is asked about: canonical texts in lower case; ``region`` is an administrative code."""

    title: str
    body: str
    source: str = ""
    portals: tuple[str, ...] = ()  # the names of its portal
    section: str = ""  # the names of the section and those above it, a line each
    kind: str = "new"
    region: str = ""

    @property
    def everywhere(self) -> str:
        """The text that a word without a field is looked for in."""
        return f"{self.title}\n{self.body}"

    def text(self, field: str | None) -> str:
        """Return the text of a field, title and body for ``None``."""
        match field:
            case "title":
                return self.title
            case "source":
                return self.source
            case "section":
                return self.section
            case "portal":
                return "\n".join(self.portals)
            case _:
                return self.everywhere


def matches(query: Query, subject: Subject) -> bool:
    """Return whether ``query`` is true of ``subject``."""
    return holds(query, found(atoms(query), subject))


def found(wanted: Iterable[Atom], subject: Subject) -> set[Atom]:
    """Return those of the atoms that ``subject`` has."""
    return {atom for atom in wanted if has(atom, subject)}


def has(atom: Atom, subject: Subject) -> bool:
    """Return whether ``subject`` has what the atom looks for."""
    match atom:
        case Term(field="portal"):
            return atom.text in subject.portals
        case Term():
            return atom.found_in(subject.text(atom.field))
        case Pattern():
            return any(patterns.places(atom, subject.text(atom.field)))
        case Near():
            return bool(near(atom, subject.everywhere))
        case Kind():
            return atom.kind == subject.kind
        case Region():
            return lies_in(atom, subject.region) or mentions.has(atom, subject.everywhere)


def lies_in(region: Region, code: str) -> bool:
    """Return whether the place of the administrative ``code`` (empty: unknown) lies in ``region``."""
    return bool(code) and mentions.lies_in(code, region.codes)


def spans(atom: Atom, text: str) -> list[Span]:
    """Return begin and end of what stands for the atom in the canonical, lower-case ``text``, in order."""
    match atom:
        case Term():
            return list(atom.places(text))
        case Pattern():
            return list(patterns.places(atom, text))
        case Near():
            return sorted({span for pair in near(atom, text) for span in pair})
        case Kind():
            return []
        case Region():
            return sorted(mentions.places(atom, text))


def near(atom: Near, text: str) -> list[tuple[Span, Span]]:
    """Return pairs of places of both sides that are close enough, for each of the left the first such one."""
    left = sorted({span for word in atom.left for span in spans(word, text)})
    right = sorted({span for word in atom.right for span in spans(word, text)})
    longest = max((end - start for start, end in right), default=0)
    pairs = []
    for start, end in left:
        first = bisect_left(right, (start - atom.distance - longest, 0))
        for at in range(first, len(right)):
            begin, stop = right[at]
            if begin > end + atom.distance:
                break
            if begin >= end or start - atom.distance <= stop <= start:
                pairs.append(((start, end), (begin, stop)))
                break
    return pairs
