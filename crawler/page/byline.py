"""Source, authors, editors and views from the displayed lines about an article, restored or not.

The lines are those between and around headline and body, and those that were taken from the body's ends.
Values are returned as displayed, in the page's own script.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.page import names, published
from crawler.page.labels import fold, is_tool, joined, labelled, values
from crawler.page.source import DATE, behind_source, dateless, loose_words, parse_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crawler.text.dates import Moment

__all__ = [
    "is_about",
    "parse_authors",
    "parse_editors",
    "parse_published",
    "parse_source",
    "parse_views",
    "people_in",
]

_AROUND_NAMES = ("由", "by", "发布", "发表", "撰写", "于", "在")
_NICKNAME = re.compile(r"[a-z][a-z0-9_]{3,19}")
_VIEWS = re.compile(r"\s*\(?(\d[\d,]{0,11})(?:\s?(?:次|人))?\)?(?:\s|$|\D)")
_COUNT_FIRST = re.compile(r"(?<![\d.:-])(\d[\d,]{0,11})\s?(?:次|人)?\s?(?:浏览|阅读|点击|围观)")
_COUNT_LAST = re.compile(r"(?<=[\u4e00-\u9fff)])(\d{1,9})$")
_DATELINE = re.compile(r"^.{2,24}?(?:讯|电)\s?[(]([^()]{2,30})[)]")
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
_BOTH_DONE = re.compile(r"\s?(?:文[/、]图|图[/、]文|图文|文图|摄影报[道导]|撰文)\s*$")
_LONGEST_TOLD = 40
_MOST_BESIDE = 4


def people_in(text: str) -> list[str]:
    """Return the names in a text that a selector found: with or without a label, 记者, brackets."""
    found = [
        name
        for kind in ("author", "editor")
        for value in values(text, kind)
        for name in names.split_people(value)
    ]
    credited = [
        credit for phrase in names.phrases_of(text) for credit in [names.credits_of(phrase, strict=False)]
    ]
    found += [name for credit in credited for name in (*credit.authors, *credit.editors)]
    return list(dict.fromkeys(found)) or names.split_people(text)


def parse_authors(lines: Sequence[str], *, first: Sequence[str] = (), last: Sequence[str] = ()) -> list[str]:
    """Return the writers named in ``lines``, in the datelines of the ``first`` blocks and at the end of the
    ``last`` ones, in that order, each once.
    """  # noqa: D205  one sentence
    found = list(_labelled_people(lines, "author"))
    for line in lines:
        for credit in names.credits_in(line) or names.credits_in(dateless(line).strip()):
            found += credit.authors
    found += _beside_date(lines)
    for line in lines:
        for value in values(line, "source"):
            found += behind_source(value)
    for line in first:
        found += _opening_people(line)
        if names.is_credit_line(line):
            found += names.credits_of(line).authors
    for line in last:
        found += [name for value in _short_values(line, "author") for name in names.split_people(value)]
        for credit in names.credits_in(line):
            found += credit.authors
        found += _signed_people(line)
    return list(dict.fromkeys(found))


def parse_editors(lines: Sequence[str], *, last: Sequence[str] = ()) -> list[str]:
    """Return the editors (also proof-readers and those who released it) named in ``lines`` or ``last``."""
    found = list(_labelled_people(lines, "editor"))
    for line in [*lines, *last]:
        for credit in names.credits_in(line):
            found += credit.editors
    for line in last:
        found += [name for value in _short_values(line, "editor") for name in names.split_people(value)]
    return list(dict.fromkeys(found))


def _beside_date(lines: Sequence[str]) -> list[str]:
    """Return the writer who stands alone with the date, or with a paper's name: 甲 2024-03-05, 甲/某报.

    Several writers count where the line names its source, too: 2024-03-05 来源：某报 甲 乙.
    """
    found = []
    for number, line in enumerate(lines):
        words = [word for word in loose_words(line) if fold(word).lower() not in _AROUND_NAMES]
        if len(words) == 1 and (names.is_person(words[0]) or _NICKNAME.fullmatch(words[0])):
            found += [word for word in words if names.is_person(word, strict=False)]
        elif 1 < len(words) <= _MOST_BESIDE:
            people = [word for word in words if names.is_person(word)]
            bodies = [word for word in words if word not in people and names.is_body(word)]
            if len(people) + len(bodies) == len(words) and (values(line, "source") or len(bodies) == 1):
                found += people
        if DATE.search(fold(line)) and number:
            parts = [part.strip() for part in lines[number - 1].split("/")]
            if len(parts) == 2 and names.is_person(parts[0]) and names.is_body(parts[1]):
                found.append(parts[0])
    return found


def _short_values(line: str, kind: str) -> list[str]:
    """Return labelled values of a line at the end of a text; in a long one a colon means other things."""
    return values(line, kind) if len(line) <= 2 * _LONGEST_TOLD else []


def _labelled_people(lines: Sequence[str], kind: str) -> Iterable[str]:
    for line in joined(lines):
        for value in values(line, kind):
            yield from names.split_people(value)


def _opening_people(line: str) -> list[str]:
    """Return the writers named where a text begins: 某报讯（记者 甲）, 某社某日电（甲、乙）, 本报记者 甲."""
    start = line[:60]
    folded = fold(start)
    found: list[str] = []
    for begin, _, inside in names.bracketed(start):
        if begin <= 40:
            found += names.credits_of(inside, strict=False).authors
    if not found and (match := _DATELINE.match(folded)):
        found += names.split_people(start[match.start(1) : match.end(1)], strict=True)
    if not found and (match := _GLUED.search(folded)):
        found += names.split_people(start[match.start(1) : match.end(1)], strict=True)
    if not found and (match := _SQUARE.match(folded)) and len(line) <= _LONGEST_TOLD:
        found += names.split_people(start[match.end() :], strict=True)
    found += [name for name in _SLASHED.findall(folded) if names.is_person(name)]
    if not found and (match := _OPENING.match(folded)):
        found += names.split_people(re.split(r"[,，。:：]", start[match.start(1) :])[0], strict=True)
    return found


def _signed_people(line: str) -> list[str]:
    """Return the names in a bracket that ends a text: （甲 乙）, （某局 甲）; or on a line: 甲 摄影报道."""
    folded = fold(line)
    match = _LAST_BRACKET.search(folded)
    start, end = match.span(1) if match else (0, len(line))
    work = _BOTH_DONE.search(folded[start:end])
    if work is None and match is None:
        return []
    inside = line[start : start + work.start() if work else end]
    if len(inside) > _LONGEST_TOLD:
        return []
    found = [name for name in _SLASHED.findall(fold(inside)) if names.is_person(name)]
    words = [word for word in re.split(r"[\s、,，]+", inside) if word]
    while len(words) > 1 and names.is_body(words[0]) and not names.is_person(words[0]):
        words.pop(0)
    return found or (words if words and all(names.is_person(word) for word in words) else [])


def parse_views(lines: Iterable[str]) -> int | None:
    """Return how often the article was read by what the page says, or None."""
    for line in lines:
        folded = fold(line)
        for item in labelled(line):
            if item.kind == "views" and (
                match := _VIEWS.match(line[item.start + len(item.label) :].lstrip(" :：\u3000"))
            ):
                return int(match[1].replace(",", ""))
        if match := _COUNT_FIRST.search(folded):
            return int(match[1].replace(",", ""))
        if not labelled(line) and DATE.search(folded) and (match := _COUNT_LAST.search(folded)):
            return int(match[1])
    return None


def is_about(line: str) -> bool:
    """Return whether a displayed line only tells about the article: its date, source, people, views, tools.

    For readers that look for the lines between headline and body, and for ends of bodies.
    """
    if len(line) > 4 * _LONGEST_TOLD:
        return False
    found = labelled(line)
    told = sum(item.end - item.start for item in found if item.kind != "keywords")
    words = [
        word for word in re.split(r"[\s|/\[\]【】()（）,，;；:：·\-—]+", dateless(line)) if not is_tool(word)
    ]
    rest = "".join(words)
    dated = bool(DATE.search(fold(line)))
    if not (found or dated or names.is_credit_line(line)):
        return False
    return len(rest) <= max(6, (told + 12 * dated) // 2) or names.is_credit_line(line)


def parse_published(lines: Sequence[str], now: datetime, url: str = "") -> Moment | None:
    """Return the publication date that ``lines`` show; ``url`` gives the year of dates without one."""
    found = published.displayed(lines, now=now, year_hint=published.year_of(url))
    return found.value if found else None
