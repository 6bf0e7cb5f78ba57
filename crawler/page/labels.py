"""Lines such as ``2024-06-04 来源：甲网 责任编辑：乙`` → labelled values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_MAX_VALUE = 60
SHORT = 2  # characters of a label that is easily the end of another word
_OPENERS, _CLOSERS = "([{《", ")]}》"


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
        9: " ",
    }


def fold(text: str) -> str:
    """Return ``text`` with width and the script of label words folded, each character at its place."""
    return text.translate(_table())


@cache
def _kinds() -> dict[str, str]:
    """Return label (without white space, lower-case) → kind."""
    return {label.lower(): kind for kind, labels in _data()["labels"].items() for label in labels}


@cache
def _pattern() -> re.Pattern[str]:
    labels = sorted(_kinds(), key=len, reverse=True)
    spaced = "|".join(r"[ \u3000]{0,4}".join(map(re.escape, label)) for label in labels)
    # 文/张三 and 编辑|李四 are labelled too, but a slash after most other words is only a slash.
    slashed = "|".join(
        map(
            re.escape,
            (
                "文",
                "图",
                "摄影",
                "撰文",
                "编辑",
                "编译",
                "作者",
                "记者",
                "采写",
                "责编",
                "校对",
                "文图",
                "图文",
                "供稿",
                "整理",
                "审核",
                "监制",
            ),
        )
    )
    return re.compile(
        rf"(?P<label>{spaced})\s{{0,3}}[)\]]?\s?:+|(?<![\u4e00-\u9fff])(?P<slashed>{slashed})\s?[/|]\s?(?!\s|$)",
        re.IGNORECASE,
    )


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
    folded = fold(text)
    matches = list(_pattern().finditer(folded))
    found = []
    for number, match in enumerate(matches):
        label = re.sub(r"\s", "", match["label"] or match["slashed"]).lower()
        if not _is_label(folded, match.start(), label):
            continue
        limit = matches[number + 1].start() if number + 1 < len(matches) else len(folded)
        end = _value_end(folded, match, limit)
        value = text[match.end() : end].strip(" \t\xa0\u3000,，、:：|｜")
        found.append(Labelled(_kinds()[label], label, value, match.start(), end))
    return found


def _is_label(folded: str, start: int, label: str) -> bool:
    before = folded[max(0, start - 24) : start]
    if before[-1:] in {"“", '"', "「", "‘", "『"} or _quoting_pattern().search(before):
        return False
    if not "\u4e00" <= before[-1:] <= "\u9fff":
        return True
    ends = _data()["ends"]
    return not before.endswith(tuple(ends["not_after"])) and (len(label) > SHORT or label in ends["glued"])


def _value_end(folded: str, match: re.Match[str], limit: int) -> int:
    start = match.end()
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
    folded = fold(text).strip().lower()
    return folded.startswith(_tool_words()) or folded.strip("+-") in ("a", "t", "大", "中", "小", "大中小")


@cache
def _tool_words() -> tuple[str, ...]:
    return tuple(phrase.lower() for phrase in _data()["ends"]["phrases"])
