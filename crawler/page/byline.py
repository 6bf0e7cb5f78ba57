"""Source, authors, editors and views from the displayed lines about an article, restored or not.

The lines are those between and around headline and body, and those that were taken from the body's ends.
Values are returned as displayed, in the page's own script.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.page import crediting, names, published, signing
from crawler.page.found import Found
from crawler.page.labels import fold, is_tool, joined, labelled, values
from crawler.page.loose import DATE, behind_source, dateless, loose_words
from crawler.page.source import is_account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crawler.text.dates import Moment

__all__ = [
    "find_authors",
    "find_editors",
    "is_about",
    "parse_published",
    "parse_views",
    "people_in",
]

_AROUND_NAMES = ("由", "by", "发布", "发表", "撰写", "于", "在")
_NICKNAME = re.compile(r"[a-z][a-z0-9_]{3,19}")
_VIEWS = re.compile(r"\s*\(?(\d[\d,]{0,11})(?:\s?(?:次|人))?\)?(?:\s|$|\D)")
_COUNT_FIRST = re.compile(r"(?<![\d.:-])(\d[\d,]{0,11})\s?(?:次|人)?\s?(?:浏览|阅读|点击|围观)")
_COUNT_LAST = re.compile(r"(?<=[\u4e00-\u9fff)])(\d{1,9})$")
_BY = re.compile(
    r"(?:(?:Posted|Written|Published|Words) )?[Bb]y:?\s+([A-Z\u4e00-\u9fff].{1,40}?)(?:\s+(?:on|at|in)\b.*)?$"
)
_CITED = re.compile(r"\s*[来來转轉摘]自\s?([^\s,，。:：]{2,24})\s*")
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
        credit
        for phrase in crediting.phrases_of(text)
        for credit in [crediting.credits_of(phrase, strict=False)]
    ]
    found += [name for credit in credited for name in (*credit.authors, *credit.editors)]
    return list(dict.fromkeys(found)) or names.split_people(text)


def find_authors(
    lines: Sequence[str], *, first: Sequence[str] = (), last: Sequence[str] = ()
) -> Found[list[str]] | None:
    """Return the writers named in ``lines``, in the datelines of the ``first`` blocks and at the end of the
    ``last`` ones, in that order, each once; None for nobody.
    """  # noqa: D205  one sentence
    told = list(_labelled_people(lines, "author"))
    for line in lines:
        for credit in crediting.credits_in(line) or crediting.credits_in(dateless(line).strip()):
            told += credit.authors
        told += signing.placed_people(line) or signing.marked_people(line)
    beside = [*_beside_date(lines), *_above_date(lines)]
    for line in lines:
        for value in values(line, "source"):
            beside += behind_source(value)
    opening = [name for line in first for name in signing.opening_people(line)]
    closing = []
    for line in joined(last):
        closing += signing.people_of(signing.short_values(line, "author"))
        for credit in crediting.credits_at_end(line):
            closing += credit.authors
        closing += signing.signed_people(line)
    return _together(
        (told, "displayed, labelled", 0.9),
        (beside, "displayed beside the date", 0.6),
        (opening, "where the text begins", 0.85),
        (closing, "where the text ends", 0.8),
    )


def find_editors(
    lines: Sequence[str], *, first: Sequence[str] = (), last: Sequence[str] = ()
) -> Found[list[str]] | None:
    """Return the editors (also proof-readers and those who released it) named in ``lines``, in credit lines
    among the ``first`` blocks, or in ``last``; None for nobody.
    """  # noqa: D205  one sentence
    told = list(_labelled_people(lines, "editor"))
    told += signing.people_of(
        value for line in first if values(line, "author") for value in signing.short_values(line, "editor")
    )  # 本文来自某号，作者：甲，编辑：乙
    opening = [line for line in first if crediting.is_credit_line(line)]
    for line in [*lines, *opening]:
        for credit in crediting.credits_in(line):
            told += credit.editors
    closing: list[str] = []
    for line in last:
        for credit in crediting.credits_at_end(line):
            closing += credit.editors
    closing += signing.people_of(
        [value for line in joined(last) for value in signing.short_values(line, "editor")]
    )
    text = "\n".join(last)
    closing.sort(key=text.find)  # as displayed, whichever way each was found
    return _together((told, "displayed, labelled", 0.9), (closing, "where the text ends", 0.85))


def _together(*ways: tuple[list[str], str, float]) -> Found[list[str]] | None:
    """Return the names of all ways, each once, with where they came from and how sure the least one is."""
    found: list[str] = []
    origins: list[tuple[str, float]] = []
    for people, origin, sure in ways:
        new = [name for name in dict.fromkeys(people) if name not in found]
        if new:
            found += new
            origins.append((origin, sure))
    if not found:
        return None
    return Found(found, "; ".join(origin for origin, _ in origins), min(sure for _, sure in origins))


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
            bodies = [
                word for word in words if word not in people and (names.is_body(word) or is_account(word))
            ]
            if len(people) + len(bodies) == len(words) and (values(line, "source") or len(bodies) == 1):
                found += people
        if DATE.search(fold(line)) and number:
            parts = [part.strip() for part in lines[number - 1].split("/")]
            if len(parts) == 2 and names.is_person(parts[0]) and names.is_body(parts[1]):
                found.append(parts[0])
    return found


def _above_date(lines: Sequence[str]) -> list[str]:
    """Return the writers who have the line above that of date and source for themselves, or By in front."""
    found = []
    for line, below in pairwise(lines):
        words = line.split()
        if (
            words
            and DATE.search(fold(below))
            and values(below, "source")
            and all(names.is_person(word) for word in words)
        ):
            found += words
    for line, below in pairwise(lines):  # and those who have the line below it
        words = below.replace("、", " ").split()
        told = DATE.search(fold(line)) and values(line, "source") and len(words) <= _MOST_BESIDE
        if told and words and all(names.is_person(word) for word in words):
            found += words
    for line in lines:
        if match := _BY.match(dateless(line).strip()):
            found += names.split_people(match[1])
    return found


def _labelled_people(lines: Sequence[str], kind: str) -> Iterable[str]:
    for line in joined(lines):
        below = line not in lines
        for value in values(line, kind):
            yield from names.split_people(value, strict=below)


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
    return len(line) <= 4 * signing.LONGEST_TOLD and _is_about(line)


@lru_cache(maxsize=1024)
def _is_about(line: str) -> bool:
    found = labelled(line)
    dated = bool(DATE.search(fold(line)))
    if not (found or dated or crediting.is_credit_line(line)):
        return False
    told = sum(item.end - item.start for item in found if item.kind != "keywords")
    words = [
        word for word in re.split(r"[\s|/\[\]【】()（）,，;；:：·\-—]+", dateless(line)) if not is_tool(word)
    ]
    rest = "".join(words)
    if dated and (cited := _CITED.fullmatch(dateless(line))) and names.is_body(cited[1]):
        return True
    return len(rest) <= max(6, (told + 12 * dated) // 2) or crediting.is_credit_line(line)


def parse_published(lines: Sequence[str], now: datetime, url: str = "") -> Moment | None:
    """Return the publication date that ``lines`` show; ``url`` gives the year of dates without one."""
    found = published.displayed(lines, now=now, year_hint=published.year_of(url))
    return found.value if found else None
