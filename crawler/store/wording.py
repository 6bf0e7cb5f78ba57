"""Ways to write the same: numerals, units and lost characters, folded before texts are compared."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from crawler.text.readings import toneless, toneless_readings

LOST = "\u16a0"  # a letter that no Chinese text has
"""Stands for one character that was lost, or for a question mark: a decoder writes one for the other."""

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_HAN = "".join((*_DIGITS, *_POWERS))
_NUMBER = re.compile(f"[{_HAN}]+")
_PERCENT = re.compile(rf"百分之([{_HAN}]+(?:点[{_HAN}]+)?|\d+(?:\.\d+)?)")
_LARGE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)([万亿])")
_LARGE_POWERS = {"万": 10**4, "亿": 10**8}
_MIXED = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)([百千])(?=[\D]|$)")
_REST = re.compile(r"(\d{1,8}(?:\.\d{1,6})?)万(\d{1,4})(?![\d.万亿])")
_POINT = re.compile(r"(?<=\d)点(\d+)(?![\d分刻时])")
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_READING = re.compile(
    rf"(?<=[\u4e00-\u9fff])[(\[][a-zü{_TONED} ]{{0,12}}[{_TONED}][a-zü{_TONED} ]{{0,12}}[)\]]"
)
_UNSTRESSED = re.compile(r"([\u4e00-\u9fff])[(\[]([a-zü]{1,6})[)\]]")
_SPREAD = re.compile(r"(?<=\d) ?([,.]) ?(?=\d{3}(?!\d))")
FIGURE = re.compile(r"\d[\d.]*")
"""A figure in a text that ``fold`` returned."""
_MARKS = str.maketrans(dict.fromkeys("\ufffd□?", LOST))
_LONGEST = 12  # characters of a numeral; a longer run is a list of digits


@cache
def data() -> dict[str, Any]:
    """Return wording.toml."""
    return tomllib.loads(files("crawler.store").joinpath("wording.toml").read_text(encoding="utf-8"))


@cache
def _exchanged() -> tuple[re.Pattern[str], dict[str, str]]:
    units, words = data()["units"], data()["words"]
    longest = sorted(units, key=len, reverse=True)
    behind = rf"(?<=[\d{_HAN}万亿每/几])(?:{'|'.join(map(re.escape, longest))})(?![a-z])"
    return re.compile(f"{behind}|{'|'.join(words)}"), units | words


def fold(text: str) -> str:
    """Return canonical ``text`` in lower case with numerals in digits and units in one spelling.

    三十七 and 37, 1.3万 and 13000, 百分之四十 and 40%, km and 公里 become the same, and readings in brackets
    go, unstressed ones (的(de)) as well. Idioms suffer (千方百计), but the same way in every text: for
    comparing only.
    """
    found, table = _exchanged()
    text = text.lower().translate(_MARKS)
    text = _UNSTRESSED.sub(_unexplained, _READING.sub("", text))
    text = _SPREAD.sub(r"\1", text)
    text = found.sub(lambda match: table[match[0]], text)
    text = _PERCENT.sub(lambda match: f"{_percent(match[1])}%", text)
    text = _MIXED.sub(lambda match: _plain(Decimal(match[1]) * _POWERS[match[2]]), text)
    text = _NUMBER.sub(lambda match: number(match[0]), text)
    text = _REST.sub(lambda match: _plain(Decimal(match[1]) * 10**4 + Decimal(match[2])), text)
    return _LARGE.sub(lambda match: _plain(Decimal(match[1]) * _LARGE_POWERS[match[2]]), text)


def _unexplained(found: re.Match[str]) -> str:
    character, reading = found.groups()
    is_its_own = toneless(reading) in toneless_readings(character)
    return character if is_its_own else found[0]


@cache
def _scales() -> tuple[re.Pattern[str], dict[str, tuple[Decimal, str]]]:
    found = {unit: (Decimal(str(factor)), base) for unit, (factor, base) in data()["scales"].items()}
    units = "|".join(sorted(found, key=len, reverse=True))
    return re.compile(rf"(?<![\d.])(\d{{1,12}}(?:\.\d{{1,6}})?)({units})(?![程面屯弄巷庄河店外堡铺])"), found


def measured(text: str) -> str:
    """Return a folded passage with its figures in one unit of each kind: 1.8吨 and 1800公斤 are the same."""
    pattern, scales = _scales()
    text = _POINT.sub(r".\1", text)
    return pattern.sub(lambda match: _scaled(match[1], *scales[match[2]]), text)


def _scaled(figure: str, factor: Decimal, base: str) -> str:
    return f"{_plain(Decimal(figure) * factor)}{base}"


@cache
def relative_words() -> dict[str, int]:
    """Return the words that stand for a day, month or year, with what kind each is: 0 is a day."""
    kinds = data()["relative"]["words"]
    return {word: kind for kind, words in enumerate(kinds) for word in words.split()}


@cache
def slips() -> frozenset[str]:
    """Return the characters that typing takes for each other and that are in nobody's name."""
    return frozenset(data()["slips"]["characters"])


@cache
def hedges() -> frozenset[str]:
    """Return the characters that say of a figure that it was rounded."""
    return frozenset(data()["relative"]["hedges"])


@cache
def named() -> frozenset[str]:
    """Return the characters with which names of places and offices end."""
    return frozenset(data()["relative"]["places"] + data()["relative"]["named"])


def _percent(text: str) -> str:
    whole, _, rest = text.partition("点")
    return ".".join(number(part) if part and part[0] in _HAN else part for part in (whole, rest) if part)


@lru_cache(maxsize=4096)
def number(numeral: str) -> str:
    """Return a run of Chinese numerals in digits; one that is no number, digit by digit."""
    total = current = 0
    if len(numeral) > _LONGEST or not any(character in _POWERS for character in numeral):
        return "".join(str(_DIGITS.get(character, character)) for character in numeral)
    filled = False  # a digit waits for its power
    for character in numeral:
        if character in _POWERS:
            total += (current if filled else 1) * _POWERS[character]
            current, filled = 0, False
        elif filled and current:
            return "".join(str(_DIGITS.get(one, _POWERS.get(one))) for one in numeral)
        else:
            current, filled = _DIGITS[character], True
    return str(total + current)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
