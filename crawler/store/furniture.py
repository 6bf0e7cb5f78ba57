"""Lines around a text that reposts add, drop and change: bylines, datelines, editors, breadcrumbs.

The pipelines take most of them out; two articles must not differ because of one that was left.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSING = (")", "]", "】", ">", "»", "文", "多", "情")
SENTENCE_ENDS = ("。", "!", "?", ";", "…", ":", "”", '"')
EDGE_LINES = 3
"""How many lines of a text's beginning may carry a dateline, and of its end an editor's bracket."""
_TOLD = re.compile("。|附件")
_CUT_FIGURE = re.compile(r"[\d.,零〇一二三四五六七八九十百千万亿两点分之]+[.… ]*$")
BROKEN = 3
"""So many lines of one width that end in a sentence were broken there, if a sentence ends inside one …"""
WIDTHS = range(20, 60)
"""… and they are no verses and no paragraphs."""
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


def labels() -> tuple[str, ...]:
    """Return the patterns of what sites put around a title."""
    return tuple(_data()["labels"])


@cache
def _patterns() -> _Patterns:
    read = _data()
    names = ("line", "note", "lists", "head", "lead", "tail", "more")
    joined = {name: re.compile("|".join(read[name])) for name in names}
    day = r"(?:\d{4}年)?\d{1,2}月\d{1,2}日"
    office = re.compile(rf"^(?!{read['papers']})[^\s,。:;\d]{{1,14}}(?:{read['offices']}){day}")
    most, most_of_note = read["line_characters"], read["note_characters"]
    return _Patterns(line_characters=most, note_characters=most_of_note, office=office, **joined)


def bare(text: str) -> tuple[str, bool]:
    """Return the canonical ``text`` without furniture, and whether it sends its readers on at its end.

    Lines stay lines, empty ones go. Lines that a program broke at one width are joined first: 二十 in one and
    五 in the next are 25.
    """
    patterns = _patterns()
    own = list(_own(_unbroken(text.split("\n"))))
    lines = [patterns.more.sub("", line) if line.endswith(CLOSING) else line for line in own]
    if cut := lines[-1:] != own[-1:]:
        lines[-1] = _CUT_FIGURE.sub("", lines[-1])
    first = [line for line in lines[:EDGE_LINES] if not patterns.head.search(line.replace(" ", ""))]
    lines[:EDGE_LINES] = first
    for at in range(min(EDGE_LINES, len(lines))):
        if not patterns.office.search(lines[at]):
            lines[at] = patterns.lead.sub("", lines[at], count=1)
    for at in range(max(0, len(lines) - EDGE_LINES), len(lines)):
        lines[at] = patterns.tail.sub("", lines[at], count=1)
    return "\n".join(line for line in lines if line), cut


def _unbroken(lines: list[str]) -> list[str]:
    """Return lines with those joined that were broken at one width, wherever a sentence was."""
    often = Counter(len(line) for line in lines if len(line) in WIDTHS and not line.endswith(SENTENCE_ENDS))
    width, times = max(often.items(), key=itemgetter(1), default=(0, 0))
    full = range(width - 1, width + 1)  # a blank that was folded away
    if times < BROKEN or not any("。" in line[:-1] for line in lines if len(line) in full):
        return lines
    joined = [""]
    for line in lines:
        joined[-1] += line
        if len(line) not in full or line.endswith(SENTENCE_ENDS):
            joined.append("")
    return joined


def _own(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines that are no furniture as a whole, and in no list of other pieces."""
    patterns = _patterns()
    listed = False
    for line in lines:
        told = line.replace(" ", "")
        listed = bool(patterns.lists.search(told)) or (
            listed and len(line) <= TITLE and not _TOLD.search(line)
        )
        if not line or listed or (len(line) <= patterns.note_characters and patterns.note.search(told)):
            continue
        if len(line) > patterns.line_characters or not patterns.line.search(told):
            yield line
