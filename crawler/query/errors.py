"""What is said of a query that cannot be read."""

from __future__ import annotations

import unicodedata

SHOWN = 60
"""So many characters of a query are shown around the place."""


class QueryError(ValueError):
    """A query that says nothing; the message is one sentence, ``position`` counts characters from 1."""

    def __init__(self, reason: str, position: int, query: str = "") -> None:
        super().__init__(f"at character {position}: {reason}")
        self.reason = reason
        self.position = position
        self.query = query

    def pointed(self) -> str:
        """Return the query with a caret under the place: two lines for a terminal's even columns."""
        start = max(0, self.position - 1 - SHOWN // 2)
        before = "".join(map(_visible, self.query[start : self.position - 1]))
        after = "".join(map(_visible, self.query[self.position - 1 : start + SHOWN]))
        lead = "…" if start else ""
        tail = "…" if start + SHOWN < len(self.query) else ""
        return f"{lead}{before}{after}{tail}\n{' ' * (len(lead) + sum(map(_columns, before)))}^"


def _visible(character: str) -> str:
    return character if character.isprintable() else " "


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
