"""The writers whom the text itself names: where it begins, and where it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.page import crediting, names
from crawler.page.labels import fold, labelled

if TYPE_CHECKING:
    from collections.abc import Iterable

_DATELINE = re.compile(r"^.{2,24}?(?:讯|电)\s?[(]([^()]{2,30})[)]")
_TELEGRAM = re.compile(r"^[^。,]{2,24}?(?:讯|电)\s")
_EACH_ROLE = re.compile(
    r"(?:记者|通讯员|实习生)\s?([\u4e00-\u9fff]{2,4}(?:[、 ][\u4e00-\u9fff]{2,4}){0,3}?)(?=[、,\s]|报[道导])"
)
_LAST_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,60})[)\]]\s*$")
_OPENING = re.compile(r"^\[?[^\s,。:()]{0,14}?记者\s?:?\s?(.{2,24})")
_GLUED = re.compile(
    r"^.{0,16}记者((?:[\u4e00-\u9fff]{2,4}[、 ]){0,4}[\u4e00-\u9fff]{2,4}?"
    r"(?=\d|[今昨][日天]|从|在|(?:综合)?报[道导])|[\u4e00-\u9fff]{4,9}(?:综合)?报[道导])"
)
_SQUARE = re.compile(r"[□■◎○●◆▲△☆★]\s?")
_SLASHED = re.compile(
    r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,4})\s?/\s?(?:文|撰文|采写|编译)(?![\u4e00-\u9fff])"
)
_PLACED = re.compile(r"[\[(]([\u4e00-\u9fff、]{2,12})/[\u4e00-\u9fff]{2,6}报[道导][\])]")
_BOTH_DONE = re.compile(
    r"\s?[/、]?\s?(?:文[/、]?[图摄]|图[/、]?文|摄影报[道导]|撰文|撰稿|供稿|编写|(?:采访|综合)?整理|编译|翻译)\s*$"
)
_LAST_DONE = tuple("图摄文道导稿写理译")  # what each of these ends with: few lines have to be searched
_EACH = re.compile(
    r"^(?:[\u4e00-\u9fff·]{0,12}(?:记者|通讯员)\s?)?([\u4e00-\u9fff、 ]{2,20}?)\s?/?文[\s、,]+"
    r"[\u4e00-\u9fff、 ]{2,12}?/?[图摄影]{1,2}\s*$"
)
_FUNCTION = re.compile(r"([\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4})*),\s?(?:作者)?(?:分别)?系")
LONGEST_TOLD = 40  # characters of a line that tells who wrote
_SIGNER = "签发人"
_MOST_BESIDE = 4


def people_of(told: Iterable[str], *, strict: bool = False) -> list[str]:
    """Return the names in several values, see ``crawler.page.names.split_people``."""
    return [name for value in told for name in names.split_people(value, strict=strict)]


def short_values(line: str, kind: str) -> list[str]:
    """Return labelled values of a line at the end of a text; in a long one a colon means other things."""
    if len(line) > 2 * LONGEST_TOLD:
        return []
    items = labelled(line)
    if len(items) == 1 and items[0].label == _SIGNER:  # of an official document
        return []
    return [item.value for item in items if item.kind == kind and item.value]


def opening_people(line: str) -> list[str]:
    """Return the writers named where a text begins: 某报讯（记者 甲）, 某社某日电（甲、乙）, 本报记者 甲."""
    start = line[:60]
    folded = fold(start)
    found: list[str] = []
    for begin, _, inside in crediting.bracketed(start):
        if begin <= 40:
            alone = names.split_people(crediting.before_roles(inside), strict=True)
            found += filter(names.is_name_long, alone)
            found += crediting.credits_of(inside, strict=False).authors
    if not found and _TELEGRAM.match(folded):
        told = [start[match.start(1) : match.end(1)] for match in _EACH_ROLE.finditer(folded)]
        found += people_of(told, strict=True)
    if not found and (match := _DATELINE.match(folded)):
        found += names.split_people(start[match.start(1) : match.end(1)], strict=True)
    if not found and (match := _GLUED.search(folded)):
        found += names.split_people(start[match.start(1) : match.end(1)], strict=True)
    found = found or marked_people(line) or placed_people(line)
    found += [name for name in _SLASHED.findall(folded) if names.is_person(name)]
    credit = crediting.is_credit_line(line)
    if not found and not credit and (match := _OPENING.match(folded)):
        found += names.split_people(re.split(r"[,，。:：]", start[match.start(1) :])[0], strict=True)
    signed = crediting.credits_of(line).authors if credit else []
    return [*people_of(short_values(line, "author"), strict=True), *found, *signed]


def marked_people(line: str) -> list[str]:
    """Return the writers in a line of their own that a sign opens: □ 江 南."""
    match = _SQUARE.match(fold(line)) if len(line) <= LONGEST_TOLD else None
    return names.split_people(line[match.end() :], strict=True) if match else []


def placed_people(line: str) -> list[str]:
    """Return the writers in front of the place of their report: 【甲、乙／台北報導】."""
    match = _PLACED.match(fold(line).strip())
    return names.split_people(line.strip()[match.start(1) : match.end(1)], strict=True) if match else []


def signed_people(line: str) -> list[str]:
    """Return the names in a bracket that ends a text: （甲 乙）, （某局 甲）; or on a line: 甲 摄影报道."""
    folded = fold(line)
    if match := _EACH.match(folded):
        return names.split_people(line[match.start(1) : match.end(1)], strict=True)
    match = _LAST_BRACKET.search(folded)
    if match and (function := _FUNCTION.match(match[1])):
        return names.split_people(function[1], strict=True)
    start, end = match.span(1) if match else (0, len(line))
    inner = folded[start:end]
    work = _BOTH_DONE.search(inner) if inner.rstrip().endswith(_LAST_DONE) else None
    if work is None and match is None and not _office_first(line):
        return []
    inside = line[start : start + work.start() if work else end]
    if len(inside) > LONGEST_TOLD:
        return []
    found = [name for name in _SLASHED.findall(fold(inside)) if names.is_person(name)]
    words = names.join_single([word for word in re.split(r"[\s、,，]+", inside) if word])
    while len(words) > 1 and names.is_body(words[0]) and not names.is_person(words[0]):
        words.pop(0)
    return found or (words if words and all(names.is_person(word) for word in words) else [])


def _office_first(line: str) -> bool:
    """Return whether a line is an office and names behind a blank: 某县融媒体中心 甲 乙."""
    words = line.split()
    offices = bool(words) and names.is_body(words[0]) and not names.is_person(words[0])
    return offices and 1 < len(words) <= _MOST_BESIDE and all(names.is_person(word) for word in words[1:])
