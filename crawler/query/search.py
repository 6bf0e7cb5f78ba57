"""What a search says besides a query: a time from which and one up to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.query import moments
from crawler.query.errors import QueryError
from crawler.query.parser import read
from crawler.query.tokens import tokens

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.query.syntax import Query

TIMES = ("since", "until")


@dataclass(frozen=True, slots=True)
class Search:
    """A query (``None``: everything) and the bounds of its articles' dates, aware, ``until`` exclusive."""

    query: Query | None = None
    since: datetime | None = None
    until: datetime | None = None


def parse_search(text: str, now: datetime) -> Search:
    """Return the search that ``text`` states: a query with ``since:7d`` and ``until:2026-05-01`` anywhere.

    Unlike a watch's, it may be empty or only say what must not be there. Raises ``QueryError``.
    """
    bounds: dict[str, datetime] = {}
    found = list(tokens(text))
    rest = text
    depth = 0
    for at, token in enumerate(found):
        depth += (token.kind == "(") - (token.kind == ")")
        if token.kind != "field" or token.text not in TIMES:
            continue
        value = found[at + 1]
        if value.kind not in {"word", "phrase"}:
            raise QueryError(f"{token.text}: needs a time behind it", token.position, text)
        if depth or token.text in bounds or (at and found[at - 1].kind in {"-", "OR"}):
            reason = f"{token.text}: stands once, outside brackets, and not behind OR or -"
            raise QueryError(reason, token.position, text)
        try:
            read_time = moments.since if token.text == "since" else moments.until
            bounds[token.text] = read_time(value.text, now)
        except moments.MomentError as error:
            raise QueryError(str(error), value.position, text) from None
        # Blanks instead, so that the places of later errors stay right.
        begin, end = token.position - 1, found[at + 2].position - 1
        rest = rest[:begin] + " " * (end - begin) + rest[end:]
    return Search(read(rest) if rest.strip() else None, bounds.get("since"), bounds.get("until"))
