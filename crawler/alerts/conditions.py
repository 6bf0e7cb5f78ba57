"""Queries in a small form that is asked fast: a text stands for the word that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.query.syntax import And, Atom, Not, Or, Query, Term

if TYPE_CHECKING:
    from collections.abc import Callable

AND, OR, NOT = 0, 1, 2

Condition = str | Atom | tuple[int, *tuple["Condition", ...]]
"""A word of title or body; another atom; or AND, OR, NOT in front of its parts."""


def condition(query: Query, texts: dict[str, str]) -> Condition:
    """Return ``query`` as a condition; its words are entered into ``texts`` and shared with other conditions.

    A word with a Latin letter or digit at an edge stays an atom: whether it counts hangs on its neighbours.
    """
    if isinstance(query, Term):  # first and without a pattern: there are hundreds of thousands
        if query.field is None and not (query.text[0].isascii() or query.text[-1].isascii()):
            return texts.setdefault(query.text, query.text)
        return query
    match query:
        case And():
            return (AND, *[condition(part, texts) for part in query.of])
        case Or():
            return (OR, *[condition(part, texts) for part in query.of])
        case Not():
            return (NOT, condition(query.of, texts))
        case _:
            return query


def true(wanted: Condition, here: set[str], has: Callable[[Atom], bool]) -> bool:
    """Return whether a condition is true where the texts ``here`` stand; ``has`` answers for other atoms."""
    if isinstance(wanted, str):
        return wanted in here
    if not isinstance(wanted, tuple):
        return has(wanted)
    # A loop, not a generator in all() or any(): it runs for every candidate of every article.
    deciding = wanted[0] != AND
    for part in wanted[1:]:
        if (part in here if isinstance(part, str) else true(part, here, has)) is deciding:
            return wanted[0] == OR
    return wanted[0] != OR
