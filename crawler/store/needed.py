"""What a query asks of the search index: which tokens an article must have to match, and which it must not.

The index answers that much and no more: whatever matches is among its hits, and the texts of these decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.query.syntax import And, Near, Not, Or, Pattern, Term
from crawler.store.tokens import IN_TITLE, LONGEST, pairs, runs, tokens
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.query.syntax import Query
    from crawler.store.hits import Needed


def needed(query: Query) -> Needed | None:
    """Return what every article that matches has, ``None`` if that is nothing the index knows."""
    match query:
        case Term(field=None | "title"):
            where = IN_TITLE if query.field else ""
            return _all([where + token for token in word_tokens(query.text)])
        case Pattern(field=None):
            # Of what stands beside a wildcard, a Latin word may be only the beginning of one.
            inner = query.literal if not query.literal.isascii() else ""
            return _all([token for token in word_tokens(inner) if not token.isascii()])
        case Near():
            return needed(And((Or(query.left), Or(query.right))))
        case And():
            found = _all([part for part in map(needed, query.of) if part is not None])
            out = [_certain(part.of) for part in query.of if isinstance(part, Not)]
            unwanted = [part for part in out if part is not None]
            return ("not", [found, ("or", unwanted)]) if found and unwanted else found
        case Or():
            parts = [needed(part) for part in query.of]
            known = [part for part in parts if part is not None]
            return ("or", known) if len(known) == len(parts) else None
        case _:
            return None


def without_prefixes(wanted: Needed) -> Needed | None:
    """Return what is needed but for prefixes, ``None`` if that is nothing: more articles may have it."""
    match wanted:
        case str():
            return None if wanted.endswith("*") else wanted
        case "not", [had, unwanted]:
            left, out = without_prefixes(had), _exact(unwanted)
            return ("not", [left, out]) if left and out else left
        case sign, parts:
            made = [without_prefixes(part) for part in parts]
            known = [part for part in made if part is not None]
            return None if not known or (sign == "or" and None in made) else (sign, known)


def word_tokens(word: str) -> list[str]:
    """Return the tokens that every text with ``word`` has; a last ``x*`` is a prefix."""
    found = runs(canonical(word).lower())
    made = [token for run in found[:-1] for token in tokens(run)]
    for run in found[-1:]:
        if run.isascii():
            made.append(run[:LONGEST])
        elif len(run) == 1:
            made.append(f"{run}*")
        else:
            made += pairs(run)
    return list(dict.fromkeys(made))


def _certain(query: Query) -> Needed | None:
    """Return of what an article surely matches if it has it: words of one token, that are no Latin ones."""
    match query:
        case Term(field=None | "title"):
            made = word_tokens(query.text)
            alone = len(made) == 1 and runs(query.text) == [query.text] and not query.text.isascii()
            return (IN_TITLE if query.field else "") + made[0] if alone else None
        case Or():
            known = [part for part in map(_certain, query.of) if part is not None]
            return ("or", known) if known else None
        case And():
            parts = [_certain(part) for part in query.of]
            known = [part for part in parts if part is not None]
            return ("and", known) if len(known) == len(parts) else None
        case _:
            return None


def _exact(unwanted: Needed) -> Needed | None:
    """Return what is unwanted but for prefixes, ``None`` if that is nothing: fewer articles may have it."""
    if isinstance(unwanted, str):
        return None if unwanted.endswith("*") else unwanted
    sign, parts = unwanted
    made = [_exact(part) for part in parts]
    known = [part for part in made if part is not None]
    return None if not known or (sign == "and" and None in made) else (sign, known)


def _all(parts: Sequence[Needed]) -> Needed | None:
    return ("and", list(parts)) if parts else None
