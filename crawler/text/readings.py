"""Mandarin readings of single characters, without context."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

_TONES = str.maketrans(
    "āáǎàēéěèếềīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê",
    "aaaaeeeeeeiiiioooouuuuvvvvvnnnme",
)
_COMBINING = str.maketrans("", "", "\u0300\u0301\u0304\u030c")


@cache
def _table() -> dict[str, tuple[str, ...]]:
    lines = files("crawler.text").joinpath("data/readings.tsv").read_text(encoding="utf-8").splitlines()
    table: dict[str, tuple[str, ...]] = {}
    for line in lines:
        listed, _, characters = line.partition("\t")
        readings = tuple(listed.split(","))
        for char in characters:
            table[char] = readings
    return table


@lru_cache(maxsize=4096)
def toneless(reading: str) -> str:
    """Take the tone off one reading; ü becomes v, as it is typed: ``lǜ`` gives ``lv``."""
    return reading.translate(_TONES).translate(_COMBINING)


def first_reading(char: str, *, toned: bool = True) -> str | None:
    """Return the first reading that dictionaries list for a character, None where they list none.

    Toned readings are written ``lǜ``, toneless ones ``lv``. The first reading is not the one that fits the
    context: programs that inject readings look up one character at a time and take the first.
    """
    found = _table().get(char)
    if not found:
        return None
    return found[0] if toned else toneless(found[0])


@cache
def readings(char: str) -> frozenset[str]:
    """Return every toned reading of a character, empty where none is known."""
    return frozenset(_table().get(char, ()))


@cache
def toneless_readings(char: str) -> frozenset[str]:
    """Return every reading of a character without tones (ü as v), empty where none is known."""
    return frozenset(toneless(reading) for reading in _table().get(char, ()))


def characters_read(reading: str) -> str:
    """Return every character whose first reading, toned, is this one."""
    return _by_first_reading().get(reading, "")


def characters_read_toneless(reading: str) -> str:
    """Return every character whose first reading without its tone (ü as v) is this one."""
    return _by_first_toneless().get(reading, "")


@cache
def _by_first_reading() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for char, listed in _table().items():
        found.setdefault(listed[0], []).append(char)
    return {reading: "".join(chars) for reading, chars in found.items()}


@cache
def _by_first_toneless() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for reading, chars in _by_first_reading().items():
        found.setdefault(toneless(reading), []).append(chars)
    return {reading: "".join(chars) for reading, chars in found.items()}
