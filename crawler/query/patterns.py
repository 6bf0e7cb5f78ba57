"""Words with wildcards and regular expressions from users, matched by RE2, which never backtracks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import re2

from crawler.query.syntax import Pattern, whole
from crawler.text.canonical import canonical
from crawler.text.script import fold_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 500
"""The most characters of one expression."""
MEMORY = 1 << 20
"""Bytes that RE2 may use for one expression: enough, unless it repeats repetitions."""
RUN = r"[\pL\pM\pN]{0,20}"
"""What ``*`` stands for: the rest of a word, no more than a Chinese clause has."""
ONE = r"[\pL\pM\pN]"

_PARTS = re.compile(r"[*＊]+|[?？]|[^*＊?？]+")


class PatternError(ValueError):
    """An expression that cannot be used; the message says why."""


def wildcard(word: str, field: str | None) -> Pattern:
    """Return the pattern of a word with ``*`` and ``?``. Raises ``PatternError`` if nothing else is in it."""
    expression: list[str] = []
    literals: list[str] = []
    for part in _PARTS.findall(word):
        if part[0] in "*＊":
            expression.append(RUN)
        elif part in "?？":
            expression.append(ONE)
        else:
            literal = canonical(part).lower()
            literals.append(literal)
            expression.append(re2.escape(literal))
    longest = max(literals, key=len, default="")
    if not any(character.isalnum() for character in longest):
        message = "a wildcard needs a letter or a digit beside it"
        raise PatternError(message)
    return Pattern("".join(expression), word, field, longest, words=True)


def regular(expression: str, field: str | None) -> Pattern:
    """Return the pattern of a regular expression. Raises ``PatternError`` for one that RE2 does not take.

    Its characters are Simplified one by one, and case does not matter: it meets canonical text.
    """
    if len(expression) > LONGEST:
        message = f"a regular expression has at most {LONGEST} characters"
        raise PatternError(message)
    folded = fold_characters(expression)
    try:
        compiled = _compiled(folded)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        message = f"the regular expression cannot be read: {reason}"
        raise PatternError(message) from None
    if compiled.search("") is not None:
        message = "the regular expression would match everything"
        raise PatternError(message)
    return Pattern(folded, f"re:{expression}", field)


def places(pattern: Pattern, text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of what ``pattern`` matches in the canonical, lower-case ``text``."""
    for match in _compiled(pattern.expression).finditer(text):
        start, end = match.span()
        if end > start and (not pattern.words or whole(text, start, end)):
            yield start, end


@lru_cache(maxsize=10_000)
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(expression, options)
