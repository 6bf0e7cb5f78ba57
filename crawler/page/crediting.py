"""Credit phrases, and who they name: （甲报记者 乙 丙 通讯员 丁）, 编辑 甲 校对 乙."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from crawler.page.labels import fold
from crawler.page.names import EDGES, data, is_body, is_name_long, is_person, split_people

_LONGEST_PHRASE = 80
_REMEMBERED = 160  # characters of a phrase that several finders ask about
_MOST_BRACKETS = 200  # a line that has more is no line of an article
# Shorter words before 记者 are places (驻京), papers have names of three characters and more.
_PAPER = re.compile(r"[\u3400-\u9fff]{3,10}")
_TAKEN = re.compile(r"(?<![文、/\s])\s?(?:摄|供图|摄影|图)\s*$")  # who took a picture wrote nothing
_BRACKETS = re.compile(r"[(\[<]([^()\[\]<>]{2,80})[)\]>]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SHORTEST_TEXT = 4
_CENTRE = re.compile(r"[\u3400-\u9fff]{1,8}[^报社网台]融媒体?中心")  # of a county; a paper's is a part of it
_BRAND = re.compile(r"(?!本|我)[\u3400-\u9fff]{1,3}[^报社网台]新闻")  # and this is one, 某报新闻 is not
_SENTENCE = re.compile(r"[。！？!?；]")


@dataclass(frozen=True, slots=True)
class Credits:
    """Who is named: writers, editors, and the body that the writers work for (empty if none is named)."""

    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    body: str = ""


@cache
def _role_pattern() -> re.Pattern[str]:
    roles = data()["roles"]
    words = sorted({*roles["author"], *roles["editor"], *roles["other"]}, key=len, reverse=True)
    single = "".join(word for word in words if len(word) == 1)
    several = "|".join(word for word in words if len(word) > 1)
    stages = "|".join(roles["stages"])
    return re.compile(
        rf"(?P<word>{several}|(?<![\u4e00-\u9fff])(?:{stages})(?=[\s:/|]))\s?(?P<colon>[:/|])?|(?<![\u4e00-\u9fff])(?P<short>文|[{single}])\s?[:/|]"
    )


def credits_of(phrase: str, *, strict: bool = True) -> Credits:
    """Return who a credit phrase names: ``四川某报全媒体记者 甲 通讯员 乙``. Sentences name nobody."""
    return _remembered_credits(phrase, strict) if len(phrase) <= _REMEMBERED else _credits(phrase, strict)


def _credits(phrase: str, strict: bool) -> Credits:
    authors: list[str] = []
    editors: list[str] = []
    body = ""
    folded = fold(phrase)
    matches = [] if _TAKEN.search(folded) else list(_role_pattern().finditer(folded))
    roles = data()["roles"]
    for number, match in enumerate(matches):
        word = match["word"] or match["short"]
        end = matches[number + 1].start() if number + 1 < len(matches) else len(phrase)
        if word in roles["other"] or (number and _goes_on(matches[number - 1], match, phrase)):
            continue
        named = _without_modifier(phrase[match.end() : end], more=number + 1 < len(matches))
        labelled = bool(match["colon"] or match["short"]) or _is_set_apart(phrase[match.end() - 1], named)
        people = split_people(named, strict=strict and not labelled)
        target = authors if match["short"] or word in roles["author"] else editors
        target.extend(person for person in people if person not in target)
        if word.endswith(("记者", "特派员", "评论员")) and people and not body:
            before = phrase[matches[number - 1].end() if number else 0 : match.start()]
            body = body_before(before, opening=not number)
    return Credits(tuple(authors), tuple(editors), body)


_remembered_credits = lru_cache(maxsize=512)(_credits)


def _goes_on(before: re.Match[str], match: re.Match[str], phrase: str) -> bool:
    """Return whether a reporter is the one who took the pictures: 图/某报记者 甲."""
    between = phrase[before.end() : match.start()]
    pictures = (before["word"] or before["short"]) in data()["roles"]["other"]
    paper = not any(map(str.isspace, between)) and not is_person(between)
    return pictures and bool(between) and match["word"] == "记者" and paper and before[0][-1] in ":/|"


def before_roles(phrase: str) -> str:
    """Return what stands in front of a phrase's first role: （甲、实习生 乙） → 甲."""
    match = _role_pattern().search(fold(phrase))
    return phrase[: match.start()] if match else phrase


def _without_modifier(named: str, *, more: bool) -> str:
    """Return what a role names without the word that is glued to the next role: 李明 某报编辑 王敏."""
    words = named.replace("、", " ").split()
    if more and words and named[-1] not in EDGES and not is_person(words[-1].strip(EDGES)):
        return named[: named.rindex(words[-1])]
    return named


def _is_set_apart(before: str, named: str) -> bool:
    """Return whether a blank parts a role from nothing but words of a name's length: 记者 郏青禾 南宫禾."""
    words = named.strip(EDGES).split()
    return before.isspace() and bool(words) and all(map(is_name_long, words))


def body_before(text: str, *, opening: bool = False) -> str:
    """Return the paper's name in front of 记者, without 全媒体, 首席, …; empty for 本报 and for none.

    What ``opening`` a phrase stands before 记者 is a paper whatever its name: （运河时讯记者 …）.
    """
    text = text.strip(EDGES)
    if _CENTRE.fullmatch(fold(text)) or _BRAND.fullmatch(fold(text)):
        return text
    shortened = True
    while shortened and text:
        shortened = False
        for word in data()["roles"]["modifiers"]:
            if fold(text).endswith(word):
                text = text[: -len(word)].strip(EDGES)
                shortened = True
    if opening and _PAPER.fullmatch(text) and not fold(text).startswith(("本", "我")) and not is_person(text):
        return text
    return text if is_body(text) else ""


def bracketed(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, inside) of the short brackets in ``text`` that hold a credit word."""
    folded = fold(text)
    if not any(bracket in folded for bracket in "([<"):
        return []
    return [
        (match.start(), match.end(), text[match.start() + 1 : match.end() - 1])
        for match in _BRACKETS.finditer(folded)
        if _role_pattern().search(match[1])
    ]


def is_credit_line(text: str) -> bool:
    """Return whether a line is short, is no sentence and holds a credit word near its beginning."""
    text = text.strip()
    return len(text) <= _LONGEST_PHRASE and _is_credit(text)


@lru_cache(maxsize=1024)
def _is_credit(text: str) -> bool:
    folded = fold(text)
    if _SENTENCE.search(folded):
        return False
    match = _role_pattern().search(folded)
    return match is not None and match.start() <= 16


def credits_in(line: str) -> list[Credits]:
    """Return who the credit phrases of a line name; in a bracket only names can stand behind a role."""
    inside = [credits_of(phrase, strict=False) for _, _, phrase in bracketed(line)[-_MOST_BRACKETS:]]
    if any(credit.authors or credit.editors for credit in inside):
        return inside
    return [credits_of(line)] if is_credit_line(line) else inside  # 【校对】甲


def credits_at_end(line: str) -> list[Credits]:
    """Return who the credit phrases at a line's end, or the whole line, name; inside a text they cite."""
    phrases = bracketed(line)[-_MOST_BRACKETS:]
    closing = [inside for _, end, inside in phrases if len(_HAN.findall(line[end:])) < _SHORTEST_TEXT]
    found = [credits_of(inside, strict=False) for inside in closing]
    if phrases and (not closing or any(credit.authors or credit.editors for credit in found)):
        return found
    return [credits_of(line)] if is_credit_line(line) else []


def phrases_of(line: str) -> list[str]:
    """Return the credit phrases of a line: short brackets, or the line itself when it is nothing else."""
    if is_credit_line(line):
        return [line]
    return [inside for _, _, inside in bracketed(line)]
