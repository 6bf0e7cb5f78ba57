"""Words with wildcards and regular expressions from users, matched by RE2, which never backtracks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import re2

from crawler.query.syntax import Pattern, whole
from crawler.text.canonical import fold_width, simplified_forms
from crawler.text.script import simplified_of, traditional_only

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 500
"""The most characters of one expression."""
MEMORY = 1 << 20
"""Bytes that RE2 may use for one expression: enough, unless it repeats repetitions."""
RUN = r"[\pL\pM\pN]{0,20}"
"""What ``*`` stands for: the rest of a word, no more than a Chinese clause has."""
ONE = r"[\pL\pM\pN]"

_PIECES = re.compile(r"\\Q.*?(?:\\E|$)|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\\?.", re.DOTALL)
"""The pieces of a regular expression: what is quoted as a whole, a class of characters, an escape, a sign."""
_RANGE_OR_NAME = re.compile(r"^\^|\[:\^?\w+:\]|(?:\\.|[^\\])-(?:\\.|[^\\])|\\.", re.DOTALL)
_PARTS = re.compile(r"[*＊]+|[?？]|[^*＊?？]+")


class PatternError(ValueError):
    """An expression that cannot be used; the message says why."""


def wildcard(word: str, field: str | None) -> Pattern:
    """Return the pattern of a word with ``*`` and ``?``. Raises ``PatternError`` if nothing else is in it."""
    expression: list[str] = []
    literals: list[list[str]] = []
    for part in _PARTS.findall(word):
        if part[0] in "*＊":
            expression.append(RUN)
        elif part in "?？":
            expression.append(ONE)
        else:
            forms = [form.lower() for form in simplified_forms(part)]
            literals.append(forms)
            either = "|".join(map(re2.escape, forms))
            expression.append(f"(?:{either})" if len(forms) > 1 else either)
    if not any(character.isalnum() for forms in literals for character in forms[0]):
        message = "a wildcard needs a letter or a digit beside it"
        raise PatternError(message)
    longest = max((forms[0] for forms in literals if len(forms) == 1), key=len, default="")
    return Pattern("".join(expression), word, field, longest, words=True)


def regular(expression: str, field: str | None) -> Pattern:
    """Return the pattern of a regular expression. Raises ``PatternError`` for one that RE2 does not take.

    Case does not matter, and its characters are folded one by one: it meets canonical text. A character that
    is another one in some Traditional words only (著) stands for both, a full-width sign for itself.
    """
    if len(expression) > LONGEST:
        message = f"a regular expression has at most {LONGEST} characters"
        raise PatternError(message)
    folded = _folded(expression)
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


def _folded(expression: str) -> str:
    """Return ``expression`` with every character as canonical text has it."""
    single, either = traditional_only(), simplified_of()
    made: list[str] = []
    for part in _PIECES.findall(expression):
        sign = part.removeprefix("\\")
        if sign in single:
            made.append(single[sign])
        elif part in either:
            made.append(f"[{part}{either[part]}]")
        elif part.startswith("[") and len(part) > 1:
            made.append(_class(part))
        elif len(sign) == 1 and not sign.isascii() and not sign.isspace():
            plain = fold_width(sign)
            made.append(f"\\{plain}" if plain.isascii() and not plain.isalnum() else plain)
        else:
            made.append(part)
    return "".join(made)


def _class(part: str) -> str:
    """Return a character class with what its characters are folded to beside them; ranges stay."""
    inner = part[1:-1]
    singles = _RANGE_OR_NAME.sub("", inner)
    also = {fold_width(sign) or sign for sign in singles}
    also |= {simplified_of().get(sign, sign) for sign in singles}
    more = (f"\\{sign}" if sign.isascii() and not sign.isalnum() else sign for sign in also - set(singles))
    return f"[{inner}{''.join(sorted(more))}]"


@lru_cache(maxsize=10_000)
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(expression, options)
