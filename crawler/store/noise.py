"""Whether two states of an article say the same: counters, clocks, punctuation and widths are no news."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.page.labels import labels_of
from crawler.store.fingerprints import plain
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from datetime import date, datetime

_DAY = r"\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)"
_TIME = r"(?:[T ,]{0,2}\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}秒?)?分?)"
_WEEKDAY = r"(?:[ ,(]{0,2}(?:星期|周|礼拜)[一二三四五六日天]\)?)"
_LUNAR = r"(?:[ ,(]{0,2}(?:农历|阴历)[^\d,。]{1,14}?(?=[ ,)。]|$))"
_CJK = "\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class _Patterns:
    longest: int  # characters of a line
    counters: re.Pattern[str]
    clock: re.Pattern[str]
    lines: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    data = tomllib.loads(files("crawler.store").joinpath("noise.toml").read_text("utf-8"))
    labels = _any([*labels_of("views"), *data["labels"]])
    unit, clocks = _any(data["units"]), _any(data["clocks"])
    tools = f"{labels}|{_any(data['tools'])}"
    number = r"\d[\d,.]*万?\+?"
    about = f"{_WEEKDAY}|{_LUNAR}|{_TIME}"
    return _Patterns(
        longest=data["line_characters"],
        counters=re.compile(
            # 浏览次数:123, 评论(12); 阅读:30本 has a count of something else behind it
            rf"(?:{labels})\s*[:(\[]\s*{number}(?:{unit})?(?:(?![{_CJK}\d])|(?={tools}))[)\]]?"
            # 阅读123, but not 群众访问300人次, 阅读30本书
            rf"|(?<![{_CJK}])(?:{labels})\s*{number}(?:{unit})?(?![{_CJK}\d])"
            # 123次浏览, 1,234 views
            rf"|(?<![\w.:/-]){number}\s*(?:{unit})?\s*(?:{labels})(?![{_CJK}])"
        ),
        # Bounded repetition: the parts may each be read in several ways.
        clock=re.compile(
            rf"\W*(?P<label>(?:{clocks})[ :,!。]*){{0,3}}(?P<day>{_DAY})?(?:{about}){{0,4}}[\W_]*"
        ),
        lines=re.compile("|".join(data["lines"])),
    )


def same_words(before: str, seen: datetime, after: str, seen_again: datetime) -> bool:
    """Return whether two canonical texts differ in nothing but what no editor wrote.

    That is punctuation, widths, case, counters of readers, and the day of the visit in a line of its own;
    ``seen`` and ``seen_again`` (aware) are the moments at which the texts were fetched.
    """
    return _words(before, seen) == _words(after, seen_again)


def _words(text: str, seen: datetime) -> str:
    day = seen.astimezone(LOCAL).date()
    lines = (_quiet(line.lower(), day) for line in text.split("\n"))
    return plain("\n".join(lines)).lower()


def _quiet(line: str, day: date) -> str:
    """Return a canonical line in lower case without what each visit shows differently."""
    patterns = _patterns()
    if len(line) > patterns.longest:
        return line
    if patterns.lines.search(line):
        return re.sub(r"\d", "", line)
    if (found := patterns.clock.fullmatch(line.strip())) and (
        found["label"] or _named(found["day"]) == (day.year, day.month, day.day)
    ):
        return ""
    return patterns.counters.sub(" ", line)


def _named(day: str | None) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", day or "")))


def _any(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
