"""Source, authors, editors and views from the displayed lines about an article, restored or not.

The lines are those between and around headline and body, and those that were taken from the body's ends.
Values are returned as displayed, in the page's own script.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.page import names, published
from crawler.page.labels import fold, labelled, values, without_labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crawler.text.dates import Moment

_DATE = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?|\d{1,2}[:时]\d{2}(?:[:分]\d{2}秒?)?分?|\d{1,2}月\d{1,2}日|\d+\s?(?:年|个?月|天|小时|分钟)前"
)
_SEPARATORS = re.compile(r"\s{2,}|[|·]\s|\s[|·]|[|\n\t]|(?<=\d)\s+(?=[\u4e00-\u9fff])")
_TAIL_SOURCE = re.compile(
    r"[(\[]\s?(?:(?:图文|文章|稿件|信息|消息|内容)?来源|转?(?:摘|载)自|据)\s?[:：]?\s?[^()\[\]]{2,40}[)\]]\s*$"
)
_ADDRESS = re.compile(r"\s?[(\[]?https?://\S+", re.IGNORECASE)
_VIEWS = re.compile(r"\s*\(?(\d[\d,]{0,11})(?:\s?(?:次|人))?\)?(?:\s|$|\D)")
_COUNT_FIRST = re.compile(r"(?<![\d.:-])(\d[\d,]{0,11})\s?(?:次|人)?\s?(?:浏览|阅读|点击|围观)")
_COUNT_LAST = re.compile(r"(?<=[\u4e00-\u9fff)])(\d{1,9})$")
_DATELINE = re.compile(r"^.{2,24}?(?:讯|电)\s?[(]([^()]{2,30})[)]")
_LAST_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,60})[)\]]\s*$")
_OPENING = re.compile(r"^\[?[^\s,。:()]{0,14}?记者\s?:?\s?(.{2,24})")
_LONGEST_SOURCE = 40
_LOOSE_SOURCE = 24


def parse_source(lines: Sequence[str], *, site: str = "", last: Sequence[str] = ()) -> str | None:
    """Return the source that ``lines`` (about the article) or ``last`` (the end of its text) name, or None.

    In this order: a labelled value; a bracketed source at the end; a body that stands beside the date without
    a label; the paper that the reporters at the end work for. 本网 and its kin become ``site`` if it is known.
    """
    for found in (
        _labelled_source(lines),
        _bracketed_source(last),
        _labelled_source([line for line in last if len(line) <= _LONGEST_SOURCE]),
        _loose_source(lines),
        _paper_of_reporters(last),
    ):
        if found:
            return resolve(found, site)
    return None


def resolve(source: str, site: str) -> str:
    """Return the site's name for 本网, 本站 and their kin when it is known, any other source as it is."""
    return site if site and fold(source) in names.data()["bodies"]["ours"] else source


def clean_source(value: str) -> str:
    """Return a source without its address, brackets and loose punctuation, '' for 未知 and for no words."""
    value = _ADDRESS.sub("", value).strip(" \t\xa0\u3000,，、:：;；|｜/-—_>")
    folded = fold(value)
    if folded[:1] in ("[", "(") and folded[-1:] in ("]", ")"):
        value = value[1:-1].strip()
    if (
        not value
        or fold(value).lower() in names.data()["bodies"]["nowhere"]
        or not re.search(r"[^\W\d_]", value)
    ):
        return ""
    return value


def is_source_line(text: str) -> bool:
    """Return whether a line is nothing but a bracketed source: （来源：某县人民政府）."""
    match = _TAIL_SOURCE.search(fold(text))
    return match is not None and match.start() == len(text) - len(text.lstrip())


def people_in(text: str) -> list[str]:
    """Return the names in a text that a selector found: with or without a label, 记者, brackets."""
    found = [
        name
        for kind in ("author", "editor")
        for value in values(text, kind)
        for name in names.split_people(value)
    ]
    credited = [credit for phrase in _phrases(text) for credit in [names.credits_of(phrase, strict=False)]]
    found += [name for credit in credited for name in (*credit.authors, *credit.editors)]
    return list(dict.fromkeys(found)) or names.split_people(text)


def _labelled_source(lines: Sequence[str]) -> str:
    for number, line in enumerate(lines):
        found = labelled(line)
        for item in found:
            if item.kind != "source":
                continue
            if value := clean_source(item.value):
                return value
            if item is found[-1] and not line[item.end :].strip() and number + 1 < len(lines):
                following = lines[number + 1].strip()
                if (
                    len(following) <= _LOOSE_SOURCE
                    and not labelled(following)
                    and not _DATE.search(fold(following))
                ):
                    value = clean_source(following)
                    if value and names.is_body(value):
                        return value
    return ""


def _bracketed_source(lines: Sequence[str]) -> str:
    for line in reversed(lines):
        match = _TAIL_SOURCE.search(fold(line))
        if match is None:
            continue
        inside = line[match.start() + 1 : match.end()].rstrip()[:-1]
        for value in values(inside, "source"):
            if cleaned := clean_source(value):
                return cleaned
    return ""


def _loose_source(lines: Sequence[str]) -> str:
    """Return a body's name beside a date, or alone on the line next to it, without a label."""
    for number, line in enumerate(lines):
        near = [line, *lines[number + 1 : number + 2], *lines[max(0, number - 1) : number]]
        if not _DATE.search(fold(line)):
            continue
        for text in near:
            for part in _SEPARATORS.split(_dateless(text)):
                value = clean_source(part)
                if value and len(value) <= _LOOSE_SOURCE and names.is_body(value):
                    return value
    return ""


def _dateless(text: str) -> str:
    """Return what is left of a line without dates and labelled values; two spaces where something stood."""
    rest = without_labelled(text)
    folded = fold(rest)
    pieces, last = [], 0
    for match in _DATE.finditer(folded):
        pieces.append(rest[last : match.start()])
        last = match.end()
    return "  ".join([*pieces, rest[last:]])


def _paper_of_reporters(lines: Sequence[str]) -> str:
    for line in reversed(lines):
        for phrase in _phrases(line):
            if body := names.credits_of(phrase).body:
                return body
    return ""


def parse_authors(lines: Sequence[str], *, first: Sequence[str] = (), last: Sequence[str] = ()) -> list[str]:
    """Return the writers named in ``lines``, in the datelines of the ``first`` blocks and at the end of the
    ``last`` ones, in that order, each once.
    """  # noqa: D205  one sentence
    found = list(_labelled_people(lines, "author"))
    for line in lines:
        for phrase in _phrases(line):
            found += names.credits_of(phrase).authors
    for line in first:
        found += _opening_people(line)
    for line in last:
        found += [name for value in _short_values(line, "author") for name in names.split_people(value)]
        for phrase in _phrases(line):
            found += names.credits_of(phrase).authors
        found += _signed_people(line)
    return list(dict.fromkeys(found))


def parse_editors(lines: Sequence[str], *, last: Sequence[str] = ()) -> list[str]:
    """Return the editors (also proof-readers and those who released it) named in ``lines`` or ``last``."""
    found = list(_labelled_people(lines, "editor"))
    for line in [*lines, *last]:
        for phrase in _phrases(line):
            found += names.credits_of(phrase).editors
    for line in last:
        found += [name for value in _short_values(line, "editor") for name in names.split_people(value)]
    return list(dict.fromkeys(found))


def _short_values(line: str, kind: str) -> list[str]:
    """Return labelled values of a line at the end of a text; in a long paragraph a colon means other things."""
    return values(line, kind) if len(line) <= 2 * _LONGEST_SOURCE else []


def _labelled_people(lines: Iterable[str], kind: str) -> Iterable[str]:
    for line in lines:
        for value in values(line, kind):
            yield from names.split_people(value)


def _phrases(line: str) -> list[str]:
    """Return the credit phrases of a line: short brackets, or the line itself when it is nothing else."""
    if names.is_credit_line(line):
        return [line]
    return [inside for _, _, inside in names.bracketed(line)]


def _opening_people(line: str) -> list[str]:
    """Return the writers named where a text begins: 某报讯（记者 甲）, 新华社某地某日电（甲、乙）, 本报记者 甲."""
    start = line[:60]
    folded = fold(start)
    found: list[str] = []
    for begin, _, inside in names.bracketed(start):
        if begin <= 40:  # noqa: PLR2004  a dateline
            found += names.credits_of(inside).authors
    if not found and (match := _DATELINE.match(folded)):
        found += names.split_people(start[match.start(1) : match.end(1)], strict=True)
    if not found and (match := _OPENING.match(folded)):
        found += names.split_people(re.split(r"[,，。:：]", start[match.start(1) :])[0], strict=True)
    return found


def _signed_people(line: str) -> list[str]:
    """Return the names in a bracket that ends a text and holds nothing else: （甲 乙）."""
    match = _LAST_BRACKET.search(fold(line))
    if match is None:
        return []
    inside = line[match.start(1) : match.end(1)]
    words = [word for word in re.split(r"[\s、,，]+", inside) if word]
    return words if words and all(names.is_person(word) for word in words) else []


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
        if not labelled(line) and _DATE.search(folded) and (match := _COUNT_LAST.search(folded)):
            return int(match[1])
    return None


def is_about(line: str) -> bool:
    """Return whether a displayed line only tells about the article: its date, source, people, views, tools.

    For readers that look for the lines between headline and body, and for ends of bodies.
    """
    if len(line) > 4 * _LONGEST_SOURCE:
        return False
    found = labelled(line)
    told = sum(item.end - item.start for item in found if item.kind != "keywords")
    rest = _dateless(line)
    rest = re.sub(r"[\s|/\[\]【】()（）,，;；:：·\-—]+", "", rest)
    dated = bool(_DATE.search(fold(line)))
    if not (found or dated or names.is_credit_line(line)):
        return False
    return len(rest) <= max(6, (told + 12 * dated) // 2) or names.is_credit_line(line)


def parse_published(lines: Sequence[str], now: datetime, url: str = "") -> Moment | None:
    """Return the publication date that displayed ``lines`` show; ``url`` gives the year of dates without one."""
    found = published.displayed(lines, now=now, year_hint=published.year_of(url))
    return found.value if found else None
