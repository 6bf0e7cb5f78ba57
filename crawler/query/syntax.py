"""What a query is made of.

Atoms are what is looked for; a query is an atom or is built of queries by ``And``, ``Or`` and ``Not``. Texts
in atoms are canonical (Simplified, folded, see ``crawler.text.canonical``) and in lower case; ``shown`` is
as the person wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, in ``title``, ``source``, ``portal``, ``section`` or (``None``) in title and body."""

    text: str
    shown: str
    field: str | None = None

    def found_in(self, text: str) -> bool:
        """Return whether the canonical, lower-case ``text`` contains it; Latin words count only whole."""
        return next(self.places(text), None) is not None

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield begin and end of every occurrence in the canonical, lower-case ``text``."""
        start = text.find(self.text)
        while start >= 0:
            end = start + len(self.text)
            if whole(text, start, end):
                yield start, end
            start = text.find(self.text, start + 1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word with wildcards or a regular expression, as RE2 reads it.

    ``literal`` stands in every text that it matches (empty if nothing certainly does); ``words`` says
    that Latin words count only whole, as they do for wildcards.
    """

    expression: str
    shown: str
    field: str | None = None
    literal: str = ""
    words: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """One of ``left`` and one of ``right``, in any order, at most ``distance`` characters apart."""

    left: tuple[Term | Pattern, ...]
    right: tuple[Term | Pattern, ...]
    distance: int
    shown: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What happened to the article: ``new``, ``changed`` or ``withdrawn``."""

    kind: str
    shown: str
    field: str = "kind"


@dataclass(frozen=True, slots=True)
class Region:
    """A province, city or county: articles of its portals, and those that name it.

    ``codes`` are beginnings of administrative codes (GB/T 2260), ``names`` words that mean the places only
    where somebody asks for them; see ``crawler.query.mentions``.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shown: str
    field: str = "region"


Atom = Term | Pattern | Near | Kind | Region


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    of: Query


@dataclass(frozen=True, slots=True)
class And:
    """What must be there all together."""

    of: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Things of which one is enough."""

    of: tuple[Query, ...]


Query = Atom | Not | And | Or


def holds(query: Query, found: AbstractSet[Atom]) -> bool:
    """Return whether ``query`` is true where exactly the atoms ``found`` are."""
    if isinstance(query, Term):  # first and without a pattern: most are
        return query in found
    match query:
        case Not():
            return not holds(query.of, found)
        case And():
            return all(holds(part, found) for part in query.of)
        case Or():
            return any(holds(part, found) for part in query.of)
        case _:
            return query in found


def atoms(query: Query, *, wanted_only: bool = False) -> list[Atom]:
    """Return the atoms of ``query`` in order, each once; with ``wanted_only`` none that is forbidden."""
    return list(dict.fromkeys(_atoms(query, wanted_only=wanted_only, wanted=True)))


def renamed(query: Query, portals: Mapping[str, str]) -> Query:
    """Return ``query`` with portals called by their names in ``portals`` where it calls them otherwise."""
    match query:
        case Term(field="portal") if query.text in portals:
            return replace(query, text=portals[query.text])
        case Not():
            return Not(renamed(query.of, portals))
        case And() | Or():
            return replace(query, of=tuple(renamed(part, portals) for part in query.of))
        case _:
            return query


def shown(atom: Atom) -> str:
    """Return an atom as the query writes it, with its field if it names one."""
    if isinstance(atom, Near) or not atom.field:
        return atom.shown
    return f"{atom.field}:{atom.shown}"


def whole(text: str, start: int, end: int) -> bool:
    """Return whether ``text[start:end]`` cuts no Latin word or number in two."""
    return not (_joined(text, start) or _joined(text, end))


def _atoms(query: Query, *, wanted_only: bool, wanted: bool) -> Iterator[Atom]:
    match query:
        case Not():
            yield from _atoms(query.of, wanted_only=wanted_only, wanted=not wanted)
        case And() | Or():
            for part in query.of:
                yield from _atoms(part, wanted_only=wanted_only, wanted=wanted)
        case _:
            if wanted or not wanted_only:
                yield query


def _joined(text: str, position: int) -> bool:
    """Return whether the characters before and at ``position`` belong to one Latin word or number."""
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
