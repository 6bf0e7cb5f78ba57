"""Lines around a text that reposts add, drop and change: bylines, datelines, editors, breadcrumbs.

The pipelines take most of them out; two articles must not differ because of one that was left.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EDGE_LINES = 3
"""How many lines of a text's beginning may carry a dateline, and of its end an editor's bracket."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    line: re.Pattern[str]
    line_characters: int
    lead: re.Pattern[str]
    tail: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    read = tomllib.loads(files("crawler.store").joinpath("furniture.toml").read_text(encoding="utf-8"))
    joined = {name: re.compile("|".join(read[name])) for name in ("line", "lead", "tail")}
    return _Patterns(line_characters=read["line_characters"], **joined)


def bare(text: str) -> str:
    """Return the canonical ``text`` without furniture; lines stay lines, empty ones go."""
    patterns = _patterns()
    lines = [
        line
        for line in text.split("\n")
        if line and (len(line) > patterns.line_characters or not patterns.line.search(line.replace(" ", "")))
    ]
    for at in range(min(EDGE_LINES, len(lines))):
        lines[at] = patterns.lead.sub("", lines[at], count=1)
    for at in range(max(0, len(lines) - EDGE_LINES), len(lines)):
        lines[at] = patterns.tail.sub("", lines[at], count=1)
    return "\n".join(line for line in lines if line)
