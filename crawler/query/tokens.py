"""Cutting a query into its signs and words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.query.errors import QueryError
from crawler.text.canonical import fold_width

if TYPE_CHECKING:
    from collections.abc import Iterator

QUOTES = {'"': '"', "＂": '"＂', "“": "”", "”": "”“", "‘": "’", "「": "」", "『": "』"}
QUOTES |= {"﹁": "﹂", "﹃": "﹄", "〝": "〞〟", "｢": "｣"}
# A dash in front of a word is what some keyboards and editors make of a minus.
OPEN, CLOSE, MINUS, COLON = "(（", ")）", "－−–﹣-", ":："
_MARKS = "".join(QUOTES)
_ENDS = f"\\s()（）{_MARKS}"
_INSIDE = _ENDS.replace("‘", "")  # as in rock‘n’roll

_PIECE = re.compile(
    rf"""(?P<open>[{OPEN}]) | (?P<close>[{CLOSE}]) | (?P<minus>[{MINUS}])(?=\S) | (?P<quote>[{_MARKS}])
    | (?P<field>[A-Za-zＡ-Ｚａ-ｚ]+)[{COLON}] | (?P<word>[^{_ENDS}][^{_INSIDE}]*)""",
    re.VERBOSE,
)
_NEAR = re.compile(r"NEAR(?:/(\d{1,9}))?\Z")
_SIGNS = {"OR": "OR", "AND": "AND", "NOT": "-"}
_BEGINNINGS = frozenset("OANＯＡＮ")
_KINDS = {"open": "(", "close": ")", "minus": "-"}


class Token(NamedTuple):
    """A piece of a query: ``kind`` is one of ``( ) - field word phrase re OR AND NEAR end``."""

    kind: str
    text: str
    position: int  # of its first character in the query, from 1


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of ``query``, ``end`` at last. Raises ``QueryError`` for an open quotation mark."""
    at = 0
    while found := _PIECE.search(query, at):
        at = found.end()
        kind = found.lastgroup or ""
        text, position = found[kind], found.start() + 1
        if kind == "word":
            if text[0] in _BEGINNINGS:
                folded = fold_width(text)
                kind = _SIGNS.get(folded) or ("NEAR" if _NEAR.match(folded) else kind)
                text = text if kind == "word" else folded
            yield Token(kind, text, position)
        elif kind == "quote":
            at = _closing(query, found.start()) + 1
            yield Token("phrase", query[position : at - 1], position)
        elif kind != "field":
            yield Token(_KINDS[kind], text, position)
        elif (field := fold_width(text).lower()) == "re":
            token, at = _expression(query, at)
            yield token
        else:
            yield Token("field", field, position)
    yield Token("end", "", len(query) + 1)


def distance(near: Token, default: int) -> int:
    """Return the number behind ``NEAR/``."""
    found = _NEAR.match(near.text)
    return int(found[1]) if found and found[1] else default


def _closing(query: str, at: int) -> int:
    marks = QUOTES[query[at]]
    end = next((i for i in range(at + 1, len(query)) if query[i] in marks), None)
    if end is None:
        reason = f"the quotation mark {query[at]} is never closed"
        raise QueryError(reason, at + 1, query)
    return end


def _expression(query: str, at: int) -> tuple[Token, int]:
    """Return the regular expression at ``at``, quoted or up to a blank or loose bracket, and its end."""
    if at < len(query) and query[at] in QUOTES:
        end = _closing(query, at)
        return Token("re", query[at + 1 : end], at + 2), end + 1
    depth, end = 0, at
    while end < len(query) and not query[end].isspace():
        if query[end] == "\\":
            end += 1
        elif query[end] in OPEN:
            depth += 1
        elif query[end] in CLOSE:
            if not depth:
                break
            depth -= 1
        end += 1
    end = min(end, len(query))
    return Token("re", query[at:end], at + 1), end
