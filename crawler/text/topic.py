"""Whether a text is about encodings, escapes or programming, and so quotes what elsewhere would be damage."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from itertools import pairwise

# So many different weak words make a topic.
_WEAK_WORDS = 2
# Topics show early and often; a longer look only costs.
_READ = 200_000
# Neighbours in a table of characters are so close, and so many of all.
_STEP, _ORDERED = 16, 1 / 3


def about_encodings(text: str) -> bool:
    """Tell whether a text is about encodings, escapes or programming; ``text`` may be of either script."""
    strong, weak = _words()
    text = text[:_READ]
    if strong.search(text):
        return True
    kinds = {found.lastgroup for found in weak.finditer(text)}
    return len(kinds) >= _WEAK_WORDS


def in_code_order(text: str) -> bool:
    """Tell whether the Chinese characters of a text stand in the order of their codes, as in a table."""
    steps = [ord(after) - ord(char) for char, after in pairwise(filter(_is_han, text[:_READ]))]
    return sum(0 < step <= _STEP for step in steps) > len(steps) * _ORDERED


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lines = resources.files(__package__).joinpath("data/encoding_topics.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    strong = "|".join(word for kind, word in rows if kind == "strong")
    weak = "|".join(f"(?P<w{at}>{word})" for at, (kind, word) in enumerate(rows) if kind == "weak")
    # Chinese characters count as letters unless \b is told to be about ASCII.
    flags = re.IGNORECASE | re.ASCII
    return re.compile(strong, flags), re.compile(weak, flags)
