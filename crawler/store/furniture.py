"""Lines around a text that reposts add, drop and change: bylines, datelines, editors, breadcrumbs.

The pipelines take most of them out; two articles must not differ because of one that was left.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSING = (")", "]", "】")
EDGE_LINES = 3
"""How many lines of a text's beginning may carry a dateline, and of its end an editor's bracket."""
TITLE = 40
"""A line of a list of other pieces has at most so many characters, and no end of a sentence."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    line: re.Pattern[str]
    line_characters: int
    note: re.Pattern[str]
    note_characters: int
    lists: re.Pattern[str]
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
    names = ("line", "note", "lists", "head", "lead", "tail", "more")
    joined = {name: re.compile("|".join(read[name])) for name in names}
    day = r"(?:\d{4}年)?\d{1,2}月\d{1,2}日"
    office = re.compile(rf"^(?!{read['papers']})[^\s,。:;\d]{{1,14}}(?:{read['offices']}){day}")
    most, most_of_note = read["line_characters"], read["note_characters"]
    return _Patterns(line_characters=most, note_characters=most_of_note, office=office, **joined)


def bare(text: str) -> str:
    """Return the canonical ``text`` without furniture; lines stay lines, empty ones go."""
    patterns = _patterns()
    lines = [
        patterns.more.sub("", line) if line.endswith(CLOSING) else line for line in _own(text.split("\n"))
    ]
    first = [line for line in lines[:EDGE_LINES] if not patterns.head.search(line.replace(" ", ""))]
    lines[:EDGE_LINES] = first
    for at in range(min(EDGE_LINES, len(lines))):
        if not patterns.office.search(lines[at]):
            lines[at] = patterns.lead.sub("", lines[at], count=1)
    for at in range(max(0, len(lines) - EDGE_LINES), len(lines)):
        lines[at] = patterns.tail.sub("", lines[at], count=1)
    return "\n".join(line for line in lines if line)


def _own(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines that are no furniture as a whole, and in no list of other pieces."""
    patterns = _patterns()
    listed = False
    for line in lines:
        told = line.replace(" ", "")
        listed = bool(patterns.lists.search(told)) or (listed and len(line) <= TITLE and "。" not in line)
        if not line or listed or (len(line) <= patterns.note_characters and patterns.note.search(told)):
            continue
        if len(line) > patterns.line_characters or not patterns.line.search(told):
            yield line
