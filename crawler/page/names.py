"""Names of people and bodies, and the credit phrases that hold them: （甲报记者 乙 丙 通讯员 丁）."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from crawler.page.labels import fold, is_tool

_SHORTEST_HAN, _LONGEST_HAN = 2, 4
_LONGEST_PHRASE = 80
_MOST_BRACKETS = 200  # a line that has more is no line of an article
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
# Shorter words before 记者 are places (驻京), papers have names of three characters and more.
_PAPER = re.compile(r"[\u3400-\u9fff]{3,10}")
_DOTTED = re.compile(r"[\u3400-\u9fff]{1,8}(?:[·•・.][\u3400-\u9fff]{1,8}){1,3}")
_LATIN = re.compile(r"[A-Za-z][\w.’'-]{1,24}(?: [A-Z][\w.’'-]{1,24}){0,3}")
_STAFF_NUMBER = re.compile(r"_[A-Za-z]{1,4}\d+\b|(?<=[\u4e00-\u9fff])[A-Z]{1,3}\d{2,}\b")
_PLACE_OF_REPORT = re.compile(r"[/／]\s?[\u4e00-\u9fff]{2,6}(?:报道|报导|報導|報道).*")
_TELEGRAPHED = re.compile(
    r"([\u3400-\u9fff]{4,9})(?:(?:\d{1,2}月)?\d{1,2}日.?[電电訊讯]|报[道导]|報[道導])\s*$"
)
_STAFF_CODE = re.compile(r"[A-Z]{1,4}\d+")
_ASIDE = re.compile(r"[(\[][^)\]]{0,12}[)\]]")
_STRONG = re.compile(r"[、,;/|&＆▪●■◆]|\s+(?:和|与|及)\s+|(?<=[\u4e00-\u9fff]{2})和(?=[\u4e00-\u9fff]{2,3}$)")
_EDGES = " \t\xa0\u3000:：,，.。、;；/／|｜-—_()（）[]【】<>《》“”\"'*·"
_BRACKETS = re.compile(r"[(\[<]([^()\[\]<>]{2,80})[)\]>]")
_SENTENCE = re.compile(r"[。！？!?；]")
_SOURCE_CHARS = re.compile(
    r"(?:\d{2,3}(?=[\u3400-\u9fff]{3}))?[\u3400-\u9fffA-Za-z][\u3400-\u9fffA-Za-z0-9·.\-—《》“” ()（）]{1,29}"
)


@dataclass(slots=True)
class Credits:
    """Who is named: writers, editors, and the body that the writers work for (empty if none is named)."""

    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    body: str = ""


@cache
def data() -> dict[str, Any]:
    """Return names.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))


@cache
def _surnames() -> frozenset[str]:
    people = data()["people"]
    return frozenset(people["surnames"] + people["surnames_traditional"]) | frozenset(people["compound"])


@cache
def _nobody() -> frozenset[str]:
    return frozenset(data()["people"]["nobody"]) | frozenset(data()["roles"]["verbs"])


@cache
def _endings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the endings of words that are no names, and those of several characters alone."""
    endings = tuple(data()["people"]["endings"])
    return endings, tuple(ending for ending in endings if len(ending) > 1)


@cache
def _verbs() -> tuple[str, ...]:
    return tuple(sorted(data()["roles"]["verbs"], key=len, reverse=True))


def is_person(token: str, *, strict: bool = True) -> bool:
    """Return whether ``token`` can be a person's name.

    ``strict`` is for words that no label announces: two to four Han characters with a known family name, or
    a name with a middle dot. Otherwise pen names and Latin names count too.
    """
    folded = fold(token).strip().lower()
    if folded in _nobody() or "某" in folded or _STAFF_CODE.fullmatch(token):
        return False
    if len(token) == _LONGEST_HAN and is_tool(token):  # 返回首页
        return False
    if not _HAN.fullmatch(token):
        return bool(_DOTTED.fullmatch(token)) or (not strict and bool(_LATIN.fullmatch(token)))
    if not _SHORTEST_HAN <= len(token) <= _LONGEST_HAN:
        return False
    return _is_han_name(token, folded, strict=strict)


def _is_han_name(token: str, folded: str, *, strict: bool) -> bool:
    compound = token[:2] in _surnames()
    known = compound or token[0] in _surnames()
    endings, longer = _endings()
    if len(token) == _LONGEST_HAN and not compound and (strict or folded.endswith(endings)):
        return False
    if folded.endswith(longer) or (
        len(token) > _SHORTEST_HAN and not known and folded.endswith(endings)  # 综合科
    ):
        return False
    # 青州 is a place that is reported from; 宣传科 an office, though 宣 is a family name.
    if folded[-1] in ("州县市" if len(token) == _SHORTEST_HAN else "科室处办局委部站所厅"):
        return False
    if folded[-1] in "报网社局厅" and (len(token) > _SHORTEST_HAN or not known):  # 新京报; but 李社 is a name
        return False
    return known or not strict


def split_people(value: str, *, strict: bool = False) -> list[str]:
    """Return the names in a label's value, in order, without staff numbers: split at 、 and spaces.

    The first word that is no name ends the list, unless only words such as 本报 came before it.
    """
    value = _TELEGRAPHED.sub(_telegrapher, _PLACE_OF_REPORT.sub("", value))
    value = _STAFF_NUMBER.sub(" ", _ASIDE.sub(" ", value.translate({0xFF08: "(", 0xFF09: ")"})))
    found: list[str] = []
    for part in _STRONG.split(
        value.replace("，", ",").replace("；", ";").replace("／", "/").replace("\u3000", " ")
    ):
        part = part.strip(_EDGES)  # noqa: PLW2901  its clean form
        if not part:
            continue
        latin = _LATIN.fullmatch(part)
        for token in [part] if latin else _join_single(part.split()):
            name = _bare_name(token)
            if fold(token) in _role_words():  # 记者 甲 通讯员 乙
                continue
            if is_person(name, strict=strict):
                if name not in found:
                    found.append(name)
            elif found:
                return found
    return found


def _telegrapher(match: re.Match[str]) -> str:
    """Return the name in front of a place and a day: 王承中台北24日電 → 王承中."""
    run = match[1]
    compound = run[:2] in data()["people"]["compound"]
    return run[: 2 + compound] if len(run) == _LONGEST_HAN + compound else run[: 3 + compound]


def _join_single(words: list[str]) -> list[str]:
    """Join a name that is spread for looks: 李 明 → 李明."""
    joined: list[str] = []
    for word in words:
        if len(word) == 1 and joined and len(joined[-1]) == 1:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _bare_name(token: str) -> str:
    """Return ``token`` without what is glued to it: 本报记者张三, 张三报道."""
    token = token.strip(_EDGES)
    folded = fold(token)
    for role in _role_words():
        position = folded.rfind(role)
        if position >= 0 and len(role) > 1 and position + len(role) < len(token):
            token = token[position + len(role) :].strip(_EDGES)
            folded = fold(token)
    for verb in _verbs():
        if folded.endswith(verb) and len(token) - len(verb) >= 2 and (len(verb) > 1 or len(token) > 3):
            return token[: -len(verb)].strip(_EDGES)
    return token


@cache
def _role_words() -> tuple[str, ...]:
    roles = data()["roles"]
    return tuple(sorted({*roles["author"], *roles["editor"]}, key=len, reverse=True))


@cache
def _role_pattern() -> re.Pattern[str]:
    roles = data()["roles"]
    words = sorted({*roles["author"], *roles["editor"], *roles["other"]}, key=len, reverse=True)
    single = "".join(word for word in words if len(word) == 1)
    several = "|".join(word for word in words if len(word) > 1)
    return re.compile(
        rf"(?P<word>{several})\s?(?P<colon>[:/|])?|(?<![\u4e00-\u9fff])(?P<short>文|[{single}])\s?[:/|]"
    )


def credits_of(phrase: str, *, strict: bool = True) -> Credits:
    """Return who a credit phrase names: ``四川某报全媒体记者 甲 通讯员 乙``. Sentences name nobody."""
    found = Credits()
    folded = fold(phrase)
    matches = list(_role_pattern().finditer(folded))
    roles = data()["roles"]
    for number, match in enumerate(matches):
        word = match["word"] or match["short"]
        end = matches[number + 1].start() if number + 1 < len(matches) else len(phrase)
        if word in roles["other"]:
            continue
        named = phrase[match.end() : end]
        labelled = bool(match["colon"] or match["short"]) or _is_set_apart(phrase[match.end() - 1], named)
        people = split_people(named, strict=strict and not labelled)
        target = found.editors if word in roles["editor"] else found.authors
        target.extend(person for person in people if person not in target)
        if word.endswith(("记者", "特派员", "评论员")) and people and not found.body:
            before = phrase[matches[number - 1].end() if number else 0 : match.start()]
            found.body = body_before(before, opening=not number)
    return found


def _is_set_apart(before: str, named: str) -> bool:
    """Return whether a blank parts a role from nothing but words of a name's length: 记者 郏青禾 南宫禾."""
    words = named.strip(_EDGES).split()
    return (
        before.isspace()
        and bool(words)
        and all(_HAN.fullmatch(word) and _SHORTEST_HAN <= len(word) <= _LONGEST_HAN for word in words)
    )


def body_before(text: str, *, opening: bool = False) -> str:
    """Return the paper's name in front of 记者, without 全媒体, 首席, …; empty for 本报 and for none.

    What ``opening`` a phrase stands before 记者 is a paper whatever its name: （运河时讯记者 …）.
    """
    text = text.strip(_EDGES)
    shortened = True
    while shortened and text:
        shortened = False
        for word in data()["roles"]["modifiers"]:
            if fold(text).endswith(word):
                text = text[: -len(word)].strip(_EDGES)
                shortened = True
    if opening and _PAPER.fullmatch(text) and not fold(text).startswith(("本", "我")) and not is_person(text):
        return text
    return text if is_body(text) else ""


def is_body(text: str) -> bool:
    """Return whether ``text`` reads like the name of a paper, a site or an office."""
    folded = fold(text).strip()
    bodies = data()["bodies"]
    if (
        not _SOURCE_CHARS.fullmatch(text.strip())
        or folded in bodies["ours"]
        or folded.lower() in bodies["columns"]
    ):
        return False
    return folded.rstrip("》”)）").endswith(tuple(data()["bodies"]["endings"]))


def bracketed(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, inside) of the short brackets in ``text`` that hold a credit word."""
    return [
        (match.start(), match.end(), text[match.start() + 1 : match.end() - 1])
        for match in _BRACKETS.finditer(fold(text))
        if _role_pattern().search(match[1])
    ]


def is_credit_line(text: str) -> bool:
    """Return whether a line is short, is no sentence and holds a credit word near its beginning."""
    text = text.strip()
    if len(text) > _LONGEST_PHRASE:
        return False
    folded = fold(text)
    if _SENTENCE.search(folded):
        return False
    match = _role_pattern().search(folded)
    return match is not None and match.start() <= 16


def credits_in(line: str) -> list[Credits]:
    """Return who the credit phrases of a line name; in a bracket only names can stand behind a role."""
    inside = [credits_of(phrase, strict=False) for _, _, phrase in bracketed(line)[-_MOST_BRACKETS:]]
    return inside or ([credits_of(line)] if is_credit_line(line) else [])


def phrases_of(line: str) -> list[str]:
    """Return the credit phrases of a line: short brackets, or the line itself when it is nothing else."""
    if is_credit_line(line):
        return [line]
    return [inside for _, _, inside in bracketed(line)]
