"""The small language of watches and searches.

Words stand for themselves and must all occur; ``OR`` between two makes one enough and binds less than
standing side by side; ``-`` or ``NOT`` before one forbids it; quotes hold words together; brackets group;
``title:``, ``source:`` and ``portal:`` say where. Chinese brackets, quotes and colons are the same as
Latin ones, and so are both scripts: 低空经济 and 低空經濟 are one word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = ("title", "source", "portal")
MOST_CHARACTERS = 5_000
MOST_WORDS = 500
DEEPEST = 50

_QUOTES = {'"': '"', "＂": '"＂', "“": "”", "”": "”“", "「": "」", "『": "』"}
_OPEN, _CLOSE, _MINUS, _COLON = "(（", ")）", "-－", ":："
_ENDS = re.compile(r"[\s()（）\"＂“”「『]")
_FIELD = re.compile(rf"([A-Za-z]+)[{_COLON}]")
_NORMAL = {"（": "(", "）": ")", "－": "-"}


class QueryError(ValueError):
    """A query that says nothing; the message is one sentence, ``position`` counts characters from 1."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"at character {position}: {reason}")
        self.reason = reason
        self.position = position


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase: ``text`` is canonical and in lower case, ``shown`` as it was written."""

    text: str
    shown: str
    field: str | None = None

    def found_in(self, text: str) -> bool:
        """Return whether the canonical, lower-case ``text`` contains it; Latin words count only whole."""
        start = text.find(self.text)
        while start >= 0:
            if not (_joined(text, start) or _joined(text, start + len(self.text))):
                return True
            start = text.find(self.text, start + 1)
        return False


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


Query = Term | Not | And | Or


def parse(text: str) -> Query:
    """Return the query that ``text`` states. Raises ``QueryError``.

    A query that a page without any of its words would match ("-通航") is refused: it would match everything.
    """
    if len(text) > MOST_CHARACTERS:
        reason = f"a query has at most {MOST_CHARACTERS} characters"
        raise QueryError(reason, MOST_CHARACTERS + 1)
    query = _Parser(text).whole()
    if holds(query, frozenset()):
        reason = "the query only says what must not be there; it needs a word that must be"
        raise QueryError(reason, 1)
    return query


def holds(query: Query, found: frozenset[Term] | set[Term]) -> bool:
    """Return whether ``query`` is true where exactly the terms ``found`` occur."""
    match query:
        case Term():
            return query in found
        case Not():
            return not holds(query.of, found)
        case And():
            return all(holds(part, found) for part in query.of)
        case Or():
            return any(holds(part, found) for part in query.of)


def terms(query: Query, *, wanted_only: bool = False) -> list[Term]:
    """Return the terms of ``query`` in order, each once; with ``wanted_only`` none that is forbidden."""
    return list(dict.fromkeys(_terms(query, wanted_only=wanted_only, wanted=True)))


def _terms(query: Query, *, wanted_only: bool, wanted: bool) -> Iterator[Term]:
    match query:
        case Term():
            if wanted or not wanted_only:
                yield query
        case Not():
            yield from _terms(query.of, wanted_only=wanted_only, wanted=not wanted)
        case And() | Or():
            for part in query.of:
                yield from _terms(part, wanted_only=wanted_only, wanted=wanted)


def _joined(text: str, position: int) -> bool:
    """Return whether the characters before and at ``position`` belong to one Latin word or number."""
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # one of ( ) - field word phrase OR AND end
    text: str
    position: int  # from 1


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in _OPEN + _CLOSE:
            yield _Token(_NORMAL.get(character, character), character, at + 1)
            at += 1
        elif character in _MINUS and at + 1 < len(text) and not text[at + 1].isspace():
            yield _Token("-", character, at + 1)
            at += 1
        elif character in _QUOTES:
            end = next((i for i in range(at + 1, len(text)) if text[i] in _QUOTES[character]), None)
            if end is None:
                reason = f"the quotation mark {character} is never closed"
                raise QueryError(reason, at + 1)
            yield _Token("phrase", text[at + 1 : end], at + 1)
            at = end + 1
        elif field := _FIELD.match(text, at):
            yield _Token("field", field[1].lower(), at + 1)
            at = field.end()
        else:
            ending = _ENDS.search(text, at + 1)
            end = ending.start() if ending else len(text)
            word = text[at:end]
            kind = {"OR": "OR", "AND": "AND", "NOT": "-"}.get(word, "word")
            yield _Token(kind, word, at + 1)
            at = end
    yield _Token("end", "", len(text) + 1)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        self._words = 0

    def whole(self) -> Query:
        if self._next.kind == "end":
            reason = "the query is empty"
            raise QueryError(reason, 1)
        query = self._alternatives()
        if self._next.kind == ")":
            reason = "this bracket closes none that is open"
            raise QueryError(reason, self._next.position)
        return query

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _alternatives(self) -> Query:
        parts = [self._together()]
        while self._next.kind == "OR":
            self._take()
            parts.append(self._together())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _together(self) -> Query:
        parts = [self._single()]
        while self._next.kind not in {"OR", ")", "end"}:
            if self._next.kind == "AND":
                self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Query:
        token = self._take()
        if token.kind == "-":
            return Not(self._deeper(token))
        if token.kind == "(":
            query = self._deeper(token)
            if self._take().kind != ")":
                self._at -= 1
                reason = "this bracket is never closed"
                raise QueryError(reason, token.position)
            return query
        if token.kind == "field":
            return self._in_field(token)
        if token.kind in {"word", "phrase"}:
            return self._term(token, None)
        what = "the end" if token.kind == "end" else repr(token.text)
        reason = f"a word is missing before {what}"
        raise QueryError(reason, token.position)

    def _deeper(self, token: _Token) -> Query:
        self._depth += 1
        if self._depth > DEEPEST:
            reason = f"brackets and negations are nested more than {DEEPEST} deep"
            raise QueryError(reason, token.position)
        query = self._alternatives() if token.kind == "(" else self._single()
        self._depth -= 1
        return query

    def _in_field(self, field: _Token) -> Term:
        if field.text not in FIELDS:
            known = ", ".join(f"{name}:" for name in FIELDS)
            reason = f"there is no field {field.text!r} (there are {known}); quote what is meant as it stands"
            raise QueryError(reason, field.position)
        token = self._take()
        if token.kind not in {"word", "phrase"}:
            reason = f"{field.text}: needs a word or a quoted phrase behind it"
            raise QueryError(reason, field.position)
        return self._term(token, field.text)

    def _term(self, token: _Token, field: str | None) -> Term:
        self._words += 1
        if self._words > MOST_WORDS:
            reason = f"a query has at most {MOST_WORDS} words"
            raise QueryError(reason, token.position)
        folded = canonical(token.text).lower()
        if not any(character.isalnum() for character in folded):
            reason = f"{token.text!r} has no letter and no digit to look for"
            raise QueryError(reason, token.position)
        return Term(folded, token.text.strip(), field)
