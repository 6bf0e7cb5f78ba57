"""The texts of which one must occur where a query is true: what makes a watch a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.query.syntax import And, Kind, Near, Not, Or, Pattern, Region, Term

if TYPE_CHECKING:
    from crawler.query.syntax import Query

ALWAYS: frozenset[str] = frozenset()
"""No text must occur: the query has to be asked about every article."""


def anchors(query: Query) -> frozenset[str]:
    """Return texts (canonical, lower case) of which at least one occurs in every article that matches.

    ``ALWAYS`` if there are none, as for a regular expression. Of the parts that must all be true, the one
    with the fewest and longest texts is taken: it makes the fewest candidates.
    """
    if isinstance(query, Term):  # first and without a pattern: there are hundreds of thousands
        return frozenset((query.text,))
    match query:
        case Pattern():
            return frozenset((query.literal,)) if query.literal else ALWAYS
        case Near():
            return min(_either(query.left), _either(query.right), key=_cost)
        case Not() | Kind() | Region():
            # A region is also that of the portal, which stands in no text.
            return ALWAYS
        case And():
            return _best(query.of)
        case Or():
            return _either(query.of)


def _best(queries: tuple[Query, ...]) -> frozenset[str]:
    words = [query.text for query in queries if isinstance(query, Term)]
    if len(words) == len(queries):  # the same as below, without the sets between
        return frozenset((max(words, key=len),))
    return min(map(anchors, queries), key=_cost)


def _either(queries: tuple[Query, ...]) -> frozenset[str]:
    found = [anchors(query) for query in queries]
    return frozenset().union(*found) if all(found) else ALWAYS


def _cost(texts: frozenset[str]) -> tuple[int, int]:
    if not texts:
        return 1 << 30, 0
    return len(texts), -min(map(len, texts))
