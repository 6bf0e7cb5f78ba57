"""Names of people and of bodies: whether a word is one, and the names in a label's value."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from itertools import groupby
from typing import Any

from crawler.page.labels import fold, is_label, is_tool
from crawler.query import regions
from crawler.text.script import fold_characters

_SHORTEST_HAN, _LONGEST_HAN = 2, 4
_NARROW = str.maketrans("，；／╱\u3000", ",;// ")
_REMEMBERED_CHARS = 60  # a portal's editors are the same few people
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_DOTTED = re.compile(r"[\u3400-\u9fff]{1,8}(?:[·•・．.][\u3400-\u9fff]{1,8}){1,3}")
_LATIN = re.compile(r"[A-Za-z][\w.’'-]{1,24}(?: [A-Z][\w.’'-]{1,24}){0,3}")
_STAFF_NUMBER = re.compile(r"_(?:[A-Za-z]{1,4}\d+|[A-Z]{2,4})\b|(?<=[\u4e00-\u9fff])[A-Z]{1,3}\d{2,}\b")
_PLACE_OF_REPORT = re.compile(
    r"\s*(?:[发發][自于於])\s?[\u4e00-\u9fff、 ]{2,12}|[/／]\s?[\u4e00-\u9fff]{2,6}(?:报道|报导|報導|報道).*"
)
_TELEGRAPHED = re.compile(
    r"([\u3400-\u9fff]{4,9})(?:(?:\d{1,2}月)?\d{1,2}日.?[電电訊讯]|报[道导]|報[道導])\s*$"
)
_REPORTING = ("报道", "报导")
_PLACES = ("镇", "鎮", "乡", "鄉", "县", "縣", "局", "科", "股", "办", "辦", "街道", "社区", "社區")
_STAFF_CODE = re.compile(r"[A-Z]{1,4}\d+")
_ASIDE = re.compile(r"[(\[][^)\]]{0,12}[)\]]")
_NUMBERED = re.compile(r"\d+号$")  # 公告2020年第5号
_STRONG = re.compile(r"[、,;/|&＆▪●■◆]|\s+(?:和|与|及)\s+|(?<=[\u4e00-\u9fff]{2})和(?=[\u4e00-\u9fff]{2,3}$)")
EDGES = " \t\xa0\u3000:：,，.。、;；/／|｜-—_()（）[]【】<>《》“”\"'*·@"
_SOURCE_CHARS = re.compile(
    r"(?:\d{2,3}(?=[\u3400-\u9fff]{3}))?[\u3400-\u9fffA-Za-z][\u3400-\u9fffA-Za-z0-9·.\-—《》“” ()（）]{1,29}"
)


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


@cache
def _titles() -> tuple[str, ...]:
    return tuple(sorted(data()["roles"]["titles"], key=len, reverse=True))


def is_person(token: str, *, strict: bool = True) -> bool:
    """Return whether ``token`` can be a person's name.

    ``strict`` is for words that no label announces: two to four Han characters with a known family name, or
    a name with a middle dot. Otherwise pen names and Latin names count too.
    """
    folded = fold(token).strip().lower()
    if (
        folded in _nobody()
        or is_label(folded)
        or "某" in folded
        or folded.startswith("admin")
        or _STAFF_CODE.fullmatch(token)
    ):
        return False
    if len(token) == _LONGEST_HAN and is_tool(token):  # 返回首页
        return False
    if not _HAN.fullmatch(token):
        dotted = _DOTTED.fullmatch(token) is not None and not is_body(token)  # 某日报·某网
        return dotted or (not strict and bool(_LATIN.fullmatch(token)))
    if not _SHORTEST_HAN <= len(token) <= _LONGEST_HAN:
        return False
    return _is_han_name(token, folded, strict=strict)


def _is_han_name(token: str, folded: str, *, strict: bool) -> bool:
    compound = token[:2] in _surnames()
    known = compound or token[0] in _surnames()
    endings, longer = _endings()
    if _is_office(folded, known=known, compound=compound):
        return False
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


def _is_office(folded: str, *, known: bool, compound: bool) -> bool:
    """Return whether a word of two to four characters names an office or a tool: 党办, 人事股, 信息公开."""
    people = data()["people"]
    if folded[-1] in "委办股" or (not known and folded.endswith(tuple(people["offices"]))):
        return True
    named = compound or (known and len(folded) < _LONGEST_HAN)
    return not named and any(word in folded for word in people["inside"])


def behind_office(token: str) -> str:
    """Return the name that is glued to the office in front of it, or the token: 某县水利局李文华."""
    if len(token) < 2 * _SHORTEST_HAN or is_body(token):
        return token
    for size in (_SHORTEST_HAN + 1, _SHORTEST_HAN):
        if len(token) >= 2 * size and is_person(token[-size:]) and is_body(token[:-size]):
            return token[-size:]
    return token


def is_name_long(word: str) -> bool:
    """Return whether a word has the length of a Chinese name and nothing but Chinese characters."""
    return _SHORTEST_HAN <= len(word) <= _LONGEST_HAN and _HAN.fullmatch(word) is not None


def split_people(value: str, *, strict: bool = False) -> list[str]:
    """Return the names in a label's value, in order, without staff numbers: split at 、 and spaces.

    The first word that is no name ends the list, unless only words such as 本报 came before it; places of
    report (北京报道) are passed over.
    """
    return list(_people(value, strict) if len(value) <= _REMEMBERED_CHARS else _people_in(value, strict))


def _people_in(value: str, strict: bool) -> tuple[str, ...]:
    value = _TELEGRAPHED.sub(_telegrapher, _PLACE_OF_REPORT.sub("", value))
    value = _STAFF_NUMBER.sub(" ", _ASIDE.sub(" ", value.translate({0xFF08: "(", 0xFF09: ")"})))
    found: list[str] = []
    for part in _STRONG.split(value.translate(_NARROW)):
        part = part.strip(EDGES)  # noqa: PLW2901  its clean form
        if not part:
            continue
        latin = _LATIN.fullmatch(part)
        for token in [part] if latin else _without_paper(join_single(part.split())):
            name = behind_office(_bare_name(token))
            if fold(token) in _role_words():  # 记者 甲 通讯员 乙
                continue
            if (
                name != token
                and fold(token).endswith(_REPORTING)
                and (not is_person(name) or (found and regions.calling(name)))
            ):  # 北京报道, 甲 岳阳报道
                continue
            if is_person(name, strict=strict):
                if name not in found:
                    found.append(name)
            elif found:
                return tuple(found)
    return tuple(found)


_people = lru_cache(maxsize=1024)(_people_in)


def _without_paper(words: list[str]) -> list[str]:
    """Return the words without a paper's short name or an office in front of a person's: 甲新 李明."""
    paper = (
        len(words) > 1 and len(words[0]) == _SHORTEST_HAN and not is_person(words[0]) and is_person(words[1])
    )
    office = len(words) > 1 and len(words[0]) > _SHORTEST_HAN and words[0].endswith(_PLACES)
    return words[1:] if paper or (office and is_person(words[1])) else words


@cache
def _reported_from() -> frozenset[str]:
    return frozenset(data()["bodies"]["places"] + data()["people"]["reported_from"])


def _telegrapher(match: re.Match[str]) -> str:
    """Return the name in front of a place and a day: 王承中台北24日電 → 王承中, 甲乙花蓮縣12日電 → 甲乙."""
    run = match[1]
    for size in (_SHORTEST_HAN, _SHORTEST_HAN + 1, _LONGEST_HAN):
        if fold_characters(run[size:]).removesuffix("县").removesuffix("市") in _reported_from():
            return run[:size]
    compound = run[:2] in data()["people"]["compound"]
    return run[: 2 + compound] if len(run) == _LONGEST_HAN + compound else run[: 3 + compound]


def join_single(words: list[str]) -> list[str]:
    """Join names that are spread for looks: 李 明 → 李明, 李 文 华 → 李文华, 李 明 王 敏 → 李明, 王敏."""
    joined: list[str] = []
    for single, run in groupby(words, key=lambda word: len(word) == 1):
        spread = list(run)
        size = 2 if len(spread) % 3 else 3
        parts = ["".join(spread[at : at + size]) for at in range(0, len(spread), size)]
        joined += parts if single else spread
    return joined


def _bare_name(token: str) -> str:
    """Return ``token`` without what is glued to it: 本报记者张三, 张三报道."""
    token = token.strip(EDGES)
    folded = fold(token)
    for role in _role_words() if _any_role().search(folded) else ():
        position = folded.rfind(role)
        if position >= 0 and len(role) > 1 and position + len(role) < len(token):
            token = token[position + len(role) :].strip(EDGES)
            folded = fold(token)
    for title in _titles() if folded.endswith(_titles()) else ():
        if folded.endswith(title) and _SHORTEST_HAN <= len(token) - len(title) <= _LONGEST_HAN:
            return token[: -len(title)]
    for verb in _verbs() if folded.endswith(_verbs()) else ():
        if folded.endswith(verb) and len(token) - len(verb) >= 2 and (len(verb) > 1 or len(token) > 3):
            return token[: -len(verb)].strip(EDGES)
    return token


@cache
def _role_words() -> tuple[str, ...]:
    roles = data()["roles"]
    return tuple(sorted({*roles["author"], *roles["editor"], *roles["stages"]}, key=len, reverse=True))


@cache
def _any_role() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(role) for role in _role_words() if len(role) > 1))


def is_body(text: str) -> bool:
    """Return whether ``text`` reads like the name of a paper, a site or an office."""
    folded = fold(text).strip()
    bodies = data()["bodies"]
    if (
        not _SOURCE_CHARS.fullmatch(text.strip())
        or folded in bodies["ours"]
        or folded.lower() in bodies["columns"]
        or folded.startswith(tuple(bodies["openings"]))
        or any(word in folded for word in bodies["heads"])
        or _NUMBERED.search(folded)
    ):
        return False
    return folded.rstrip("》”)）").endswith(_body_endings())


@cache
def _body_endings() -> tuple[str, ...]:
    return tuple(data()["bodies"]["endings"])
