"""Lines such as ``2024-06-04 来源：甲网 责任编辑：乙`` → labelled values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_VALUE = 60
_REMEMBERED_CHARS = 400  # every finder of a field asks about the same few lines
SHORT = 2  # characters of a label that is easily the end of another word
_SHORT_VALUE = 24
_MAX_SPREAD = 4  # spaces between the characters of a label that is spread for looks
_QUOTED_WITHIN = 24
_OFTEN = "：（），；　\xa0"  # of the characters that are folded, those of nearly every line
_MANY = 24  # different others, from which on a table is faster
_OPENERS, _CLOSERS = "([{《", ")]}》"
_QUOTES = ("“", '"', "「", "‘", "『")
_GLUED_FRONT = re.compile(r"(?:^|(?<=[\s|]))[\u4e00-\u9fff]{1,2}$")
_UNKNOWN_FRONT = re.compile(r"(?<=[\u4e00-\u9fff])\s+[\u4e00-\u9fff]{1,4}$")
_CREDIT = re.compile(
    r"(?<=\S)\s+(?:摄影|图|文|撰文|记者|通讯员|作者|编辑)(?:/(?:文|图|摄影|撰文|文字))?[\s/](?=\S)"
)
_BOTH = re.compile(r"/\s?(?:(?:文|图|图片|摄|摄影|摄像|编辑)\s?[:/|]|(?:撰文|文字|采写|撰稿)[\s:/|])")
_MARK = re.compile(r"[:：/／|｜丨︱▏∣\t]")


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


@cache
def _seldom_folded() -> re.Pattern[str]:
    characters = (chr(code) for code in _table() if chr(code) not in _OFTEN)
    return re.compile(f"[{''.join(map(re.escape, characters))}]")


def fold(text: str) -> str:
    """Return ``text`` with width and the script of label words folded, each character at its place."""
    return _remembered_fold(text) if len(text) <= _REMEMBERED_CHARS else _folded(text)


def _folded(text: str) -> str:
    """Exchange character by character: asking a table about each of them takes twenty times as long."""
    table = _table()
    found = set(_seldom_folded().findall(text))
    if len(found) > _MANY:
        return text.translate(table)
    for character in (*_OFTEN, *found):
        text = text.replace(character, table[ord(character)])
    return text


_remembered_fold = lru_cache(maxsize=2048)(_folded)


@cache
def _kinds() -> dict[str, str]:
    """Return label (without white space, lower-case) → kind."""
    return {
        label.lower().replace(" ", ""): kind for kind, labels in _data()["labels"].items() for label in labels
    }


def labels_of(kind: str) -> list[str]:
    """Return the labels of a kind (a key of labels.toml) as they are written there."""
    return list(_data()["labels"][kind])


def _labels_in(folded: str) -> list[tuple[str, int, int]]:
    """Return (label, where it starts, where its value starts) of every label in a folded line."""
    found: list[tuple[str, int, int]] = []
    last = 0
    for mark in _MARK.finditer(folded):
        if _BOTH.match(folded, mark.start()):  # 文/图：甲
            continue
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
        if not label:
            continue
        start = starts[len(label) - 1]
        behind = bool(found) and start - found[-1][2] <= _SHORT_VALUE
        if _may_be_label(folded, start, label, mark, behind=behind):
            found.append((label, start, mark.end()))
            last = mark.end()
    return found


@cache
def _longest_label() -> int:
    return max(map(len, _kinds()))


def _longest_match(letters: str, mark: str) -> str:
    labels = _data()["ends"]["slashed"] if mark in "/|" else _kinds()
    return next((letters[start:] for start in range(len(letters)) if letters[start:] in labels), "")


def _may_be_label(folded: str, start: int, label: str, mark: re.Match[str], *, behind: bool) -> bool:
    """Return whether the word is a label of its own; ``behind``: another label stands shortly before it."""
    before = folded[max(0, start - _QUOTED_WITHIN) : start]
    if before[-1:] in _QUOTES or _quoting_pattern().search(before):
        return False
    if mark[0] == "\t":  # a cell of a table that holds nothing else
        return not (outside := before.rstrip(" [(")) or outside.endswith("\t")
    if label[0].isascii() and before[-1:].isascii() and before[-1:].isalpha():  # Resource:
        return False
    after_han = "\u4e00" <= before[-1:] <= "\u9fff"
    if mark[0] in "/|":  # 文/甲 and 编辑|乙 are labels, but a slash after most words is only a slash
        return not after_han and folded[mark.end() : mark.end() + 2].strip() != ""
    if not after_han:
        return True
    return _may_be_glued(before, label, behind=behind)


def _may_be_glued(before: str, label: str, *, behind: bool) -> bool:
    ends = _data()["ends"]
    if before.endswith(tuple(ends["not_after"])):
        return False
    return len(label) > SHORT or label in ends["glued"] or (behind and len(label) == SHORT)


@cache
def _end_pattern() -> re.Pattern[str]:
    phrases = "|".join(re.escape(phrase) for phrase in _data()["ends"]["phrases"])
    words = "|".join(re.escape(word) for word in _data()["ends"]["words"])
    words = rf"(?:(?<![\u4e00-\u9fff])(?:{words})(?!公众|号)|(?:{words})(?=[:([{{\d]|次数|量|数))"
    sizes = r"[(\[]\s?[大中小]\s?[大中小\])]"
    unknown = r"\s[\u4e00-\u9fff]{2,8}\s?:"
    dates = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d{2}"
    return re.compile(rf"{phrases}|{words}|{sizes}|{unknown}|\||\s{{2,}}|\n|。|;|{dates}", re.IGNORECASE)


@cache
def _name_opening() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in _data()["ends"]["words"])
    return re.compile(rf"(?:{words})(?=[\u4e00-\u9fff])(?!次数|量|数|人数)")


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
    deadline.check()
    folded = fold(text)
    matches = _labels_in(folded)
    found = []
    for number, (label, start, value_start) in enumerate(matches):
        limit = matches[number + 1][1] if number + 1 < len(matches) else len(folded)
        end = _value_end(folded, value_start, limit)
        if _kinds()[label] == "source" and (credit := _CREDIT.search(folded, value_start, end)):
            end = credit.start()
        elif end == limit and number + 1 < len(matches):  # 信息 of 信息发布：, not known as one label
            end = value_start + len(_UNKNOWN_FRONT.sub("", folded[value_start:end]))
        value = text[value_start:end].strip(" \t\xa0\u3000,，、:：|｜")
        found.append(Labelled(_kinds()[label], label, value, start, max(end, value_start)))
    return tuple(found)


_remembered = lru_cache(maxsize=512)(_found_in)


def _value_end(folded: str, start: int, limit: int) -> int:
    while start < limit and folded[start].isspace():
        start += 1
    end = min(limit, start + _MAX_VALUE)
    first = _name_opening().match(folded, start)  # 阅读甲州, 说明书网
    if stop := _end_pattern().search(folded, first.end() if first else start, end):
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
    """Return the lines, those that end in a label without a value together with a short line below.

    A line that is nothing but the label of a person needs no colon.
    """
    together: list[str] = []
    alone = _data()["ends"]["alone"]
    for line in lines:
        if together and fold(together[-1]).strip() in alone:
            together[-1] = f"{together[-1].strip()}："
        last = labelled(together[-1]) if together else []
        waits = bool(last) and not last[-1].value and not together[-1][last[-1].end :].strip()
        if waits and len(line) <= _SHORT_VALUE and not labelled(line) and not is_tool(line):
            together[-1] = f"{together[-1].rstrip()}{line.strip()}"
        else:
            together.append(line)
    return together


def as_label(line: str) -> str:
    """Return a line that is nothing but the label of a source with a colon, any other as it is."""
    return f"{line.strip()}：" if fold(line).strip() in _data()["ends"]["alone_source"] else line


def values(text: str, *kinds: str) -> list[str]:
    """Return the values in ``text`` that are labelled with one of ``kinds`` and are not empty."""
    return [item.value for item in labelled(text) if item.kind in kinds and item.value]


def without_labelled(text: str) -> str:
    """Return what a line says besides its labelled values."""
    rest, last = [], 0
    for item in labelled(text):
        rest.append(_GLUED_FRONT.sub("", text[last : item.start]))  # 文章 of 文章录入：
        last = max(last, item.end)
    return " ".join([*rest, text[last:]]).strip()


def is_label(text: str) -> bool:
    """Return whether a text is a label without its colon and value: 发布时间, 更新于."""
    return fold(text).strip(" :").lower() in _kinds()


def opens_name(text: str) -> bool:
    """Return whether a text starts with a tool's word that goes on as a name: 说明书网."""
    return _name_opening().match(fold(text).strip()) is not None


def is_tool(text: str) -> bool:
    """Return whether a word belongs to the page's tools (我要评论, 字号, 分享到) by how it starts."""
    folded = fold(text).strip().lower().lstrip("0123456789 ")
    return folded.startswith(_tool_words()) or folded.strip("+-") in ("a", "t", "大", "中", "小", "大中小")


@cache
def _tool_words() -> tuple[str, ...]:
    ends = _data()["ends"]
    return tuple(phrase.lower() for phrase in [*ends["phrases"], *ends["words"]])
