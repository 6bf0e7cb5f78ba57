"""Lines around a text that reposts add, drop and change: bylines, datelines, editors, breadcrumbs.

The pipelines take most of them out; two articles must not differ because of one that was left.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

CLOSING = (")", "]", "】")
EDGE_LINES = 3
"""How many lines of a text's beginning may carry a dateline, and of its end an editor's bracket."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    line: re.Pattern[str]
    line_characters: int
    head: re.Pattern[str]
    lead: re.Pattern[str]
    office: re.Pattern[str]
    tail: re.Pattern[str]
    more: re.Pattern[str]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("crawler.store").joinpath("furniture.toml").read_text(encoding="utf-8"))


@cache
def surnames() -> frozenset[str]:
    """Return the commonest family names, a Simplified character each."""
    return frozenset(_data()["surnames"])


@cache
def _patterns() -> _Patterns:
    read = _data()
    joined = {name: re.compile("|".join(read[name])) for name in ("line", "head", "lead", "tail", "more")}
    day = r"(?:\d{4}年)?\d{1,2}月\d{1,2}日"
    office = re.compile(rf"^(?!{read['papers']})[^\s,。:;\d]{{1,14}}(?:{read['offices']}){day}")
    return _Patterns(line_characters=read["line_characters"], office=office, **joined)


def bare(text: str) -> str:
    """Return the canonical ``text`` without furniture; lines stay lines, empty ones go."""
    patterns = _patterns()
    lines = [
        patterns.more.sub("", line) if line.endswith(CLOSING) else line
        for line in text.split("\n")
        if line and (len(line) > patterns.line_characters or not patterns.line.search(line.replace(" ", "")))
    ]
    first = [line for line in lines[:EDGE_LINES] if not patterns.head.search(line.replace(" ", ""))]
    lines[:EDGE_LINES] = first
    for at in range(min(EDGE_LINES, len(lines))):
        if not patterns.office.search(lines[at]):
            lines[at] = patterns.lead.sub("", lines[at], count=1)
    for at in range(max(0, len(lines) - EDGE_LINES), len(lines)):
        lines[at] = patterns.tail.sub("", lines[at], count=1)
    return "\n".join(line for line in lines if line)
