"""Reading a query.

Words stand for themselves and must all occur; ``OR`` between two makes one enough and binds less than
standing side by side; ``-`` or ``NOT`` before one forbids it; quotes hold words together; brackets group;
``a NEAR/10 b`` wants both at most ten characters apart; ``*`` and ``?`` in a word stand for the rest of a
word and for one character; ``re:`` begins a regular expression (RE2). ``title:``, ``source:``,
``section:`` and ``portal:`` say where, ``region:`` which place, ``kind:`` what happened. Signs of any width
are the same, Chinese brackets and quotes included, and both scripts are one: 低空经济 is also 低空經濟.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.query import regions
from crawler.query.errors import QueryError
from crawler.query.patterns import PatternError, regular, wildcard
from crawler.query.syntax import And, Atom, Kind, Near, Not, Or, Pattern, Query, Region, Term, holds
from crawler.query.tokens import Token, distance, tokens
from crawler.text.canonical import canonical, fold_width, simplified_forms

if TYPE_CHECKING:
    from collections.abc import Callable

FIELDS = ("title", "source", "portal", "section")
KINDS = ("new", "changed", "withdrawn")
ALL_FIELDS = (*FIELDS, "region", "kind", "re")
MOST_CHARACTERS = 50_000
MOST_WORDS = 5_000
DEEPEST = 50
NEAR = 10
"""The distance of ``NEAR`` without a number, in characters."""
FARTHEST = 1_000
LONGEST_REGION = 40

_WORDS_ONLY = re.compile(r"[^\W_Ａ-Ｚ]+(?:\s+[^\W_Ａ-Ｚ]+)*")
_SIGNS = {"OR", "AND", "NOT", "NEAR"}
_WILD = re.compile("[*＊?？]")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # a terminal's bytes that are no UTF-8 arrive as the latter


def parse(text: str) -> Query:
    """Return the query that ``text`` states. Raises ``QueryError``.

    A query that a page without any of its words would match ("-通航") is refused: it would match everything.
    """
    query = read(text)
    if holds(query, frozenset()):
        reason = "the query only says what must not be there; it needs a word that must be"
        raise QueryError(reason, 1, text)
    return query


def read(text: str) -> Query:
    """Return the query that ``text`` states, also one that only forbids. Raises ``QueryError``."""
    if len(text) > MOST_CHARACTERS:
        reason = f"a query has at most {MOST_CHARACTERS} characters"
        raise QueryError(reason, MOST_CHARACTERS + 1, text)
    if _WORDS_ONLY.fullmatch(text):
        # Most queries are a few words: among a hundred thousand watches the short way counts.
        words = text.split()
        if len(words) <= MOST_WORDS and _SIGNS.isdisjoint(words):
            terms = tuple(_term(word, word) for word in words)
            return terms[0] if len(terms) == 1 else And(terms)
    if found := _NO_TEXT.search(text):
        reason = f"{found[0]!r} stands in no text: is the query UTF-8?"
        raise QueryError(reason, found.start() + 1, text)
    return _Parser(text).whole()


def _forms(text: str) -> tuple[str, ...]:
    """Return what ``text`` may be in a canonical text: 乾旱 says by itself nothing about its script."""
    return tuple(dict.fromkeys(form.lower() for form in simplified_forms(text)))


@lru_cache(maxsize=100_000)
def _term(text: str, shown: str, field: str | None = None) -> Term | Or:
    """Return the query for a word or phrase: a term, or one of each form that it may have."""
    forms = _forms(text)
    if len(forms) == 1:
        return Term(forms[0], shown, field)
    return Or(tuple(Term(form, shown, field) for form in forms))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0
        self._words = 0

    def whole(self) -> Query:
        if self._next.kind == "end":
            raise self._error("the query is empty", 1)
        query = self._alternatives()
        if self._next.kind == ")":
            raise self._error("this bracket closes none that is open", self._next.position)
        return query

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _error(self, reason: str, position: int) -> QueryError:
        return QueryError(reason, position, self._text)

    def _alternatives(self) -> Query:
        parts = [self._together()]
        while self._next.kind == "OR":
            self._take()
            parts.append(self._together())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _together(self) -> Query:
        parts = [self._beside()]
        while self._next.kind not in {"OR", ")", "end"}:
            if self._next.kind == "AND":
                self._take()
            parts.append(self._beside())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _beside(self) -> Query:
        begin = self._next.position
        query = self._single()
        if self._next.kind != "NEAR":
            return query
        near = self._take()
        apart = distance(near, NEAR)
        if apart > FARTHEST:
            raise self._error(f"NEAR reaches at most {FARTHEST} characters", near.position)
        left, right = self._words_of(query, near), self._words_of(self._single(), near)
        if self._next.kind == "NEAR":
            reason = "NEAR joins two sides; use brackets with OR for more words on one side"
            raise self._error(reason, self._next.position)
        shown = self._text[begin - 1 : self._next.position - 1]
        return Near(left, right, apart, " ".join(shown.split()))

    def _words_of(self, query: Query, near: Token) -> tuple[Term | Pattern, ...]:
        parts = query.of if isinstance(query, Or) else (query,)
        words = tuple(part for part in parts if isinstance(part, Term | Pattern) and part.field is None)
        if len(words) < len(parts):
            reason = "NEAR stands between words, phrases, or brackets with words and OR"
            raise self._error(reason, near.position)
        return words

    def _single(self) -> Query:
        token = self._take()
        if token.kind == "-":
            return Not(self._deeper(token))
        if token.kind == "(":
            query = self._deeper(token)
            if self._take().kind != ")":
                self._at -= 1
                raise self._error("this bracket is never closed", token.position)
            return query
        if token.kind == "field":
            return self._in_field(token)
        if token.kind in {"word", "phrase", "re"}:
            return self._word(token, None)
        what = "the end" if token.kind == "end" else repr(token.text)
        raise self._error(f"a word is missing before {what}", token.position)

    def _deeper(self, token: Token) -> Query:
        self._depth += 1
        if self._depth > DEEPEST:
            reason = f"brackets and negations are nested more than {DEEPEST} deep"
            raise self._error(reason, token.position)
        query = self._alternatives() if token.kind == "(" else self._single()
        self._depth -= 1
        return query

    def _in_field(self, field: Token) -> Query:
        if field.text not in ALL_FIELDS:
            known = ", ".join(f"{name}:" for name in ALL_FIELDS)
            reason = f"there is no field {field.text!r} (there are {known}); quote what is meant as it stands"
            raise self._error(reason, field.position)
        token = self._take()
        if token.kind not in {"word", "phrase", "re"} or (token.kind == "re" and field.text not in FIELDS):
            raise self._error(f"{field.text}: needs a word or a quoted phrase behind it", field.position)
        make: dict[str, Callable[[Token], Query]] = {"kind": self._kind, "region": self._region}
        return make[field.text](token) if field.text in make else self._word(token, field.text)

    def _kind(self, token: Token) -> Query:
        if (kind := fold_width(token.text).lower()) not in KINDS:
            known = ", ".join(KINDS)
            raise self._error(f"there is no kind {token.text!r} (there are {known})", token.position)
        return Kind(kind, token.text)

    def _region(self, token: Token) -> Query:
        places = regions.find(token.text) if len(token.text) <= LONGEST_REGION else []
        if not places:
            reason = f"no province, city or county is called {token.text[:LONGEST_REGION]!r}"
            raise self._error(reason, token.position)
        names = regions.asked(places, canonical(token.text).lower())
        return Region(tuple(place.code for place in places), names, token.text)

    def _word(self, token: Token, field: str | None) -> Atom | Or:
        self._words += 1
        if self._words > MOST_WORDS:
            raise self._error(f"a query has at most {MOST_WORDS} words", token.position)
        try:
            if token.kind == "re":
                return regular(token.text, field)
            if token.kind == "word" and _WILD.search(token.text):
                return wildcard(token.text, field)
        except PatternError as error:
            raise self._error(str(error), token.position) from None
        made = _term(token.text, token.text.strip(), field)
        if isinstance(made, Term) and not made.text.isalnum() and not any(map(str.isalnum, made.text)):
            reason = f"{token.text!r} has no letter and no digit to look for"
            raise self._error(reason, token.position)
        return made
