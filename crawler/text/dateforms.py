"""The forms in which Chinese portals write a day, and how each is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from crawler.text.clock import LOCAL


class Precision(StrEnum):
    """How exact a displayed date is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


_NUMERALS = str.maketrans("〇零○ＯO一二三四五六七八九", "00000123456789")

YEAR = r"(?P<y>(?:19|20)\d\d)"
_DAY = r"(?P<d>\d{2}(?=\d{2}:\d{2})|\d{1,2}(?!\d))"  # a time may be glued to a two-digit day
_START = r"(?:(?<!\d)|(?<=\d\d:\d\d))"  # and to the front of the year
_HAN = "〇零○ＯO一二三四五六七八九"
_TEN = "[一二三四五六七八九十廿卅]{1,4}"
_DECEMBER = 12
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?<![A-Za-z])(?P<m>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_AGO_UNITS = "秒钟|秒鐘|秒|分钟|分鐘|分|个小时|個小時|小时|小時|天|日|周|週|星期|个月|個月|月|年"


@dataclass(frozen=True, slots=True)
class Context:
    """What a date without its year or day is read against: now, and the year that the address names."""

    now: datetime  # local
    year_hint: int | None


Read = Callable[[re.Match[str], Context], tuple[date, Precision] | None]


def ymd(match: re.Match[str], _context: Context) -> tuple[date, Precision] | None:
    """Read a date of three numbers; raises ValueError for a day that does not exist."""
    return date(int(match["y"]), int(match["m"]), int(match["d"])), Precision.DAY


def _month_name(match: re.Match[str], _context: Context) -> tuple[date, Precision] | None:
    month = _MONTHS.index(match["m"][:3].lower()) + 1
    return date(int(match["y"]), month, int(match["d"])), Precision.DAY


def _slashed(match: re.Match[str], context: Context) -> tuple[date, Precision] | None:
    """Read 3/5/2024: the month goes first, as servers set to English write it, unless it cannot.

    It cannot where there is no such month, or the day has not come yet.
    """
    year, first, second = int(match["y"]), int(match["m"]), int(match["d"])
    if first <= _DECEMBER and (found := date(year, first, second)) <= context.now.date() + timedelta(days=1):
        return found, Precision.DAY
    return date(year, second, first), Precision.DAY


def _roc(match: re.Match[str], _context: Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]) + 1911, int(match["m"]), int(match["d"])), Precision.DAY


def _short_year(match: re.Match[str], context: Context) -> tuple[date, Precision] | None:
    year = 2000 + int(match["y"])
    if year > context.now.year:
        return None
    return date(year, int(match["m"]), int(match["d"])), Precision.DAY


def _numeral(text: str) -> int:
    """Return the value of a Chinese numeral from 1 to 39: 三, 十, 十五, 二十, 廿一, 三十一."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_NUMERALS))
    return int(tens.translate(_NUMERALS) or 1) * 10 + int(ones.translate(_NUMERALS) or 0)


def _han(match: re.Match[str], _context: Context) -> tuple[date, Precision] | None:
    year = int(match["y"].translate(_NUMERALS))
    if match["d"] is None:
        return date(year, _numeral(match["m"]), 1), Precision.MONTH
    return date(year, _numeral(match["m"]), _numeral(match["d"])), Precision.DAY


def _month_day(match: re.Match[str], context: Context) -> tuple[date, Precision] | None:
    """Read a date without a year: the hinted year, or the last such day that is not in the future."""
    month, day = int(match["m"]), int(match["d"])
    if context.year_hint is not None:
        return date(context.year_hint, month, day), Precision.DAY
    tomorrow = context.now.date() + timedelta(days=1)
    for year in range(tomorrow.year, tomorrow.year - 5, -1):  # 29 February is found within five years
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= tomorrow:
            return found, Precision.DAY
    return None


def _day_word(match: re.Match[str], context: Context) -> tuple[date, Precision] | None:
    back = {"今": 0, "昨": 1, "前": 2}[match["word"][0]]
    return context.now.date() - timedelta(days=back), Precision.DAY


def _month_only(match: re.Match[str], _context: Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]), int(match["m"]), 1), Precision.MONTH


def _year_only(match: re.Match[str], _context: Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]), 1, 1), Precision.YEAR


def _ago(match: re.Match[str], context: Context) -> tuple[datetime, Precision] | None:
    """Read an age. One in hours gives the day only, one in weeks the month: the page knows no better."""
    unit = match["unit"]
    count = 0.5 if match["n"] == "半" else float(match["n"] or 0)
    if unit is None or unit[0] in "秒分":
        seconds = count * (60 if unit and unit[0] == "分" else 1)
        return context.now - timedelta(seconds=seconds), Precision.MINUTE
    if unit[-1] in "时時":
        return context.now - timedelta(hours=count), Precision.DAY
    if unit[0] in "天日":
        return context.now - timedelta(days=count), Precision.DAY
    if unit[0] in "周週星":
        return context.now - timedelta(weeks=count), Precision.MONTH
    if unit[-1] == "月":
        months = context.now.year * 12 + context.now.month - 1 - int(count)
        return datetime(months // 12, months % 12 + 1, 1, tzinfo=LOCAL), Precision.MONTH
    return datetime(context.now.year - int(count), 1, 1, tzinfo=LOCAL), Precision.YEAR


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a date. ``whole`` forms count only where they are all that the text says."""

    pattern: re.Pattern[str]
    read: Read
    rank: int  # 0 a full date, 1 a year is missing or relative, 2 an age, 3 no day
    whole: bool = False
    timed: bool = True  # a time may stand beside it
    needs_time: bool = False  # and has to


FORMS = (
    Form(re.compile(rf"{_START}{YEAR}\s{{0,4}}(?P<m>\d\d)\s?/\s?{_DAY}"), ymd, 0),  # 2024 05/09, year apart
    Form(re.compile(rf"{_START}{YEAR}\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*{_DAY}\s?[日号號]?"), ymd, 0),
    Form(re.compile(rf"{YEAR}(?P<m>\d\d)(?P<d>\d\d)"), ymd, 0, whole=True, timed=False),
    Form(
        re.compile(rf"(?P<y>[一二][{_HAN}]{{3}})\s?年\s?(?P<m>{_TEN})\s?月(?:\s?(?P<d>{_TEN})\s?[日号號])?"),
        _han,
        0,
    ),
    Form(
        re.compile(r"民[国國]\s?(?P<y>\d{1,3})\s?[年./-]\s?(?P<m>\d{1,2})\s?[月./-]\s?(?P<d>\d{1,2})\s?日?"),
        _roc,
        0,
    ),
    Form(
        re.compile(
            r"(?<![\d./-])(?P<y>1[0-4]\d|[6-9]\d(?=年)|[89]\d(?=/))([年./-])(?P<m>\d{1,2})(?:月|[./-])"
            r"(?P<d>\d{1,2})(?![\d./-])日?"
        ),
        _roc,
        0,
    ),
    Form(
        re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\s+{YEAR}\s?[-/.年]\s?(?P<m>\d{{1,2}})(?![\d./-])\s?月?"),
        ymd,
        0,
    ),
    Form(re.compile(rf"(?<![\d.])(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.{YEAR}(?![\d.])"), ymd, 0),
    Form(
        re.compile(
            rf"{_MONTH}\s{{0,3}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s{{0,3}},?\s{{0,3}}{YEAR}", re.IGNORECASE
        ),
        _month_name,
        0,
    ),
    Form(
        re.compile(
            rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]{{0,3}}{_MONTH}[\s,-]{{0,3}}{YEAR}", re.IGNORECASE
        ),
        _month_name,
        0,
    ),
    Form(  # as Java prints a date
        re.compile(rf"{_MONTH} (?P<d>\d\d) (?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d) (?:CST|GMT\+08:00) {YEAR}"),
        _month_name,
        0,
    ),
    Form(re.compile(rf"(?<![\d./-])(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/{YEAR}(?![\d./-])"), _slashed, 0),
    Form(  # as some pages for telephones have it
        re.compile(
            rf"(?<![\d./-])(?P<m>\d\d)-(?P<d>\d\d) (?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d))? {YEAR}(?!\d)"
        ),
        ymd,
        0,
    ),
    Form(re.compile(rf"(?<!\d){YEAR}(?P<m>\d\d)(?P<d>\d\d)(?=\s{{1,3}}\d\d:\d\d)"), ymd, 0, needs_time=True),
    Form(re.compile(r"(?<![\d./-])(?P<y>\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?![\d./-])"), _short_year, 0),
    Form(re.compile(r"(?<![\d年])(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号號]"), _month_day, 1),
    Form(re.compile(r"(?<![\d./-])(?P<m>\d\d)[-/](?P<d>\d\d)(?![\d./-])"), _month_day, 1, needs_time=True),
    Form(re.compile(r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})"), _month_day, 1, whole=True),
    Form(re.compile(r"(?<=[(\[])(?P<m>\d\d)-(?P<d>\d\d)(?=[)\]])"), _month_day, 1, timed=False),
    Form(re.compile(r"(?P<word>今[天日]|昨[天日]|前天)"), _day_word, 1),
    Form(
        re.compile(rf"(?:(?<!\d)(?P<n>\d{{1,3}}|半)\s?(?P<unit>{_AGO_UNITS})\s?(?:以|之)?前|刚刚|剛剛)"),
        _ago,
        2,
        timed=False,
    ),
    Form(re.compile(rf"{_START}{YEAR}\s?年\s?(?P<m>\d{{1,2}})\s?月(?!\s?\d)"), _month_only, 3, timed=False),
    Form(re.compile(rf"{YEAR}[-/.](?P<m>\d{{1,2}})"), _month_only, 3, whole=True, timed=False),
    Form(re.compile(rf"{YEAR}年?"), _year_only, 3, whole=True, timed=False),
)
