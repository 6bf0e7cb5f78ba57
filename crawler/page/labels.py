"""Lines such as ``2024-06-04 来源：甲网 责任编辑：乙`` → labelled values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_VALUE = 60
_REMEMBERED_CHARS = 400  # every finder of a field asks about the same few lines
SHORT = 2  # characters of a label that is easily the end of another word
_SHORT_VALUE = 24
_MAX_SPREAD = 4  # spaces between the characters of a label that is spread for looks
_QUOTED_WITHIN = 24
_OPENERS, _CLOSERS = "([{《", ")]}》"
_QUOTES = ("“", '"', "「", "‘", "『")
_MARK = re.compile(r"[:：/／|｜丨︱\t]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled value of a line: the ``kind`` of its label (a key of labels.toml), where label and value
    begin and end in the line, and the ``value`` as displayed, perhaps empty.
    """  # noqa: D205  one sentence

    kind: str
    label: str
    value: str
    start: int
    end: int


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("labels.toml").read_text("utf-8"))


@cache
def _table() -> dict[int, str]:
    fold = _data()["fold"]
    traditional, simplified = fold["traditional"] + fold["wide"], fold["simplified"] + fold["narrow"]
    return {
        **dict(zip(map(ord, traditional), simplified, strict=True)),
        0xA0: " ",
        0x2002: " ",
        0x2003: " ",
    }


def fold(text: str) -> str:
    """Return ``text`` with width and the script of label words folded, each character at its place."""
    return text.translate(_table())


@cache
def _kinds() -> dict[str, str]:
    """Return label (without white space, lower-case) → kind."""
    return {label.lower(): kind for kind, labels in _data()["labels"].items() for label in labels}


def _labels_in(folded: str) -> list[tuple[str, int, int]]:
    """Return (label, where it starts, where its value starts) of every label in a folded line."""
    found: list[tuple[str, int, int]] = []
    last = 0
    for mark in _MARK.finditer(folded):
        position, letters, starts = mark.start(), "", []
        if folded[position - 1 : position] in _CLOSERS:  # [来源]：
            position -= 1
        spaces = 0
        while position > last and len(letters) < _longest_label() and spaces <= _MAX_SPREAD:
            position -= 1
            if folded[position] in " \u3000":
                spaces += 1
            else:
                letters, spaces = folded[position] + letters, 0
                starts.append(position)
        label = _longest_match(letters.lower(), mark[0])
        if label and _may_be_label(folded, starts[len(label) - 1], label, mark):
            found.append((label, starts[len(label) - 1], mark.end()))
            last = mark.end()
    return found


@cache
def _longest_label() -> int:
    return max(map(len, _kinds()))


def _longest_match(letters: str, mark: str) -> str:
    labels = _data()["ends"]["slashed"] if mark in "/|" else _kinds()
    return next((letters[start:] for start in range(len(letters)) if letters[start:] in labels), "")


def _may_be_label(folded: str, start: int, label: str, mark: re.Match[str]) -> bool:
    before = folded[max(0, start - _QUOTED_WITHIN) : start]
    if before[-1:] in _QUOTES or _quoting_pattern().search(before):
        return False
    if mark[0] == "\t":  # a cell of a table that holds nothing else
        return not before.rstrip(" ") or before.rstrip(" ").endswith("\t")
    after_han = "\u4e00" <= before[-1:] <= "\u9fff"
    if mark[0] in "/|":  # 文/甲 and 编辑|乙 are labels, but a slash after most words is only a slash
        return not after_han and folded[mark.end() : mark.end() + 2].strip() != ""
    if not after_han:
        return True
    ends = _data()["ends"]
    return not before.endswith(tuple(ends["not_after"])) and (len(label) > SHORT or label in ends["glued"])


@cache
def _end_pattern() -> re.Pattern[str]:
    phrases = "|".join(re.escape(phrase) for phrase in _data()["ends"]["phrases"])
    dates = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d{2}"
    return re.compile(rf"{phrases}|\||\s{{2,}}|\n|。|;|{dates}", re.IGNORECASE)


@cache
def _quoting_pattern() -> re.Pattern[str]:
    words = "|".join(_data()["ends"]["quoting"])
    return re.compile(rf"(?:{words})[^。;]{{0,12}}$")


def labelled(text: str) -> list[Labelled]:
    """Return the labelled values of a displayed line, in either script, in the order of the line.

    A value ends at the next label, at two spaces, a bar, a date, the bracket that was open before its label,
    or at words that belong to the page's tools. Labels that are quoted in a rule about reprints
    (凡注明“来源：某网”的…) are left out.
    """
    if not _MARK.search(text) and "：" not in text:
        return []
    return list(_remembered(text) if len(text) <= _REMEMBERED_CHARS else _found_in(text))


def _found_in(text: str) -> tuple[Labelled, ...]:
    folded = fold(text)
    matches = _labels_in(folded)
    found = []
    for number, (label, start, value_start) in enumerate(matches):
        limit = matches[number + 1][1] if number + 1 < len(matches) else len(folded)
        end = _value_end(folded, value_start, limit)
        value = text[value_start:end].strip(" \t\xa0\u3000,，、:：|｜")
        found.append(Labelled(_kinds()[label], label, value, start, max(end, value_start)))
    return tuple(found)


_remembered = lru_cache(maxsize=512)(_found_in)


def _value_end(folded: str, start: int, limit: int) -> int:
    while start < limit and folded[start].isspace():
        start += 1
    end = min(limit, start + _MAX_VALUE)
    if stop := _end_pattern().search(folded, start, end):
        end = stop.start()
    depth = 0
    for index in range(start, end):
        if folded[index] in _OPENERS:
            depth += 1
        elif folded[index] in _CLOSERS:
            depth -= 1
            if depth < 0:
                return index
    while end > start and folded[end - 1] in "([{<":  # the next label's bracket
        end -= 1
    return end


def joined(lines: Sequence[str]) -> list[str]:
    """Return the lines, those that end in a label without a value together with a short line below."""
    together: list[str] = []
    for line in lines:
        last = labelled(together[-1]) if together else []
        waits = bool(last) and not last[-1].value and not together[-1][last[-1].end :].strip()
        if waits and len(line) <= _SHORT_VALUE and not labelled(line) and not is_tool(line):
            together[-1] = f"{together[-1].rstrip()}{line.strip()}"
        else:
            together.append(line)
    return together


def values(text: str, *kinds: str) -> list[str]:
    """Return the values in ``text`` that are labelled with one of ``kinds`` and are not empty."""
    return [item.value for item in labelled(text) if item.kind in kinds and item.value]


def without_labelled(text: str) -> str:
    """Return what a line says besides its labelled values."""
    rest, last = [], 0
    for item in labelled(text):
        rest.append(text[last : item.start])
        last = max(last, item.end)
    return " ".join([*rest, text[last:]]).strip()


def is_tool(text: str) -> bool:
    """Return whether a word belongs to the page's tools (我要评论, 字号, 分享到) by how it starts."""
    folded = fold(text).strip().lower().lstrip("0123456789 ")
    return folded.startswith(_tool_words()) or folded.strip("+-") in ("a", "t", "大", "中", "小", "大中小")


@cache
def _tool_words() -> tuple[str, ...]:
    return tuple(phrase.lower() for phrase in _data()["ends"]["phrases"])
