"""Filling templates with made-up words: people, places, dates, figures."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@cache
def words() -> dict[str, Any]:
    """Return story_words.toml."""
    return tomllib.loads((HERE / "story_words.toml").read_text("utf-8"))


def fill(template: str, draw: random.Random, known: dict[str, str]) -> str:
    """Return ``template`` with its slots filled.

    ``{name:kind}`` draws a word of a kind and keeps it in ``known``; ``{name}`` repeats it, or draws one of
    the kind ``name``.
    """

    def exchange(match: re.Match[str]) -> str:
        name, kind = match[1], match[2]
        if name in known:
            return known[name]
        value = word(kind or name, draw)
        if kind or name in KEPT:
            known[name] = value
        return value

    return _SLOT.sub(exchange, template)


KEPT = {"p", "t"}


def named(template: str) -> dict[str, str]:
    """Return the named slots of ``template`` with their kinds."""
    return {match[1]: match[2] for match in _SLOT.finditer(template) if match[2]}


def word(kind: str, draw: random.Random) -> str:
    """Return a new word of ``kind``."""
    return _KINDS[kind](draw)


def _of(name: str) -> Callable[[random.Random], str]:
    return lambda draw: str(draw.choice(words()[name]))


def _number(low: int, high: int) -> Callable[[random.Random], str]:
    return lambda draw: str(draw.randint(low, high))


def _place(draw: random.Random) -> str:
    return "".join(draw.choice(words()[name]) for name in ("place_first", "place_second", "place_kind"))


def _person(draw: random.Random) -> str:
    known = words()
    return str(
        draw.choice(known["surnames"]) + "".join(draw.choices(known["given"], k=draw.choice((1, 2, 2, 2))))
    )


def _day(draw: random.Random) -> str:
    return f"{draw.randint(1, 12)}月{draw.randint(1, 28)}日"


def _company(draw: random.Random) -> str:
    known = words()
    return _place(draw)[:2] + "".join(
        draw.choice(known[name]) for name in ("brands", "trades", "company_kind")
    )


_KINDS: dict[str, Callable[[random.Random], str]] = {
    "p": _place,
    "p2": lambda draw: draw.choice("县市区"),
    "place": _place,
    "place2": lambda draw: _place(draw)[:2],
    "t": lambda draw: _place(draw)[:2] + draw.choice(words()["town_kind"]),
    "town": lambda draw: _place(draw)[:2] + draw.choice(words()["town_kind"]),
    "person": _person,
    "sex": lambda draw: draw.choice("男女"),
    "date": lambda draw: f"{draw.randint(2019, 2026)}年{_day(draw)}",
    "day": _day,
    "month": lambda draw: f"{draw.randint(1965, 2005)}年{draw.randint(1, 12)}月",
    "year": _number(2018, 2026),
    "hour": _number(0, 23),
    "minute": lambda draw: f"{draw.randint(0, 59):02}",
    "small": _number(2, 30),
    "n": _number(11, 998),
    "days": _number(20, 70),
    "age": _number(61, 99),
    "degree": _number(-9, 36),
    "rate": lambda draw: f"{draw.uniform(0.5, 9.9):.1f}",
    "price": lambda draw: f"{draw.uniform(1, 9):.2f}",
    "money": lambda draw: f"{draw.uniform(11, 980):.2f}",
    "coord": lambda draw: f"{draw.uniform(22, 48):.2f}",
    "coord2": lambda draw: f"{draw.uniform(80, 125):.2f}",
    "tel": lambda draw: f"0{draw.randint(310, 999)}-{draw.randint(2000000, 8999999)}",
    "zip": _number(100000, 860000),
    "code": lambda draw: f"{draw.choice('ABCDEGHJ')}{draw.randint(10**9, 10**10 - 1)}",
    "issue": _number(2019001, 2026150),
    "road": lambda draw: draw.choice(words()["roads"]) + draw.choice(words()["road_kind"]),
    "company": _company,
    "paper": lambda draw: _place(draw)[:2] + draw.choice(words()["papers"]),
    "office": _of("offices"),
    "rank": _of("ranks"),
    "village": _of("villages"),
    "estate": _of("estates"),
    "project": _of("projects"),
    "food": _of("foods"),
    "item": _of("items"),
    "weather": _of("weathers"),
    "wind": _of("winds"),
    "colour": _of("colours"),
    "danger": _of("dangers"),
    "school": _of("schools"),
    "dispute": _of("disputes"),
    "crop": _of("crops"),
    "topic": _of("topics"),
    "thing": _of("things"),
    "verb": _of("verbs"),
    "manner": _of("manners"),
    "job": _of("jobs"),
    "spot": _of("spots"),
}
