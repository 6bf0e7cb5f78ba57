"""Dates as Chinese portals write them.

Portals show local time: whatever carries no offset of its own is read as +08:00. The forms are kept in an
order of trust; a stretch of text that one form has claimed, even for an impossible date such as 2024-02-30,
is not offered to a weaker one, so that a wrong date never turns into another date.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from crawler.text import clock
from crawler.text.clock import LOCAL


class Precision(StrEnum):
    """How exact a displayed date is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Moment:
    """A displayed date: aware ``at`` in UTC, the ``precision`` the page had, and the ``raw`` string."""

    at: datetime
    precision: Precision
    raw: str


# One character for one, so that positions in the folded text are positions in the text as displayed.
_WIDTH = str.maketrans("０１２３４５６７８９：．／－〜（）［］　\xa0，", "0123456789:./-~()[]  ,")
_NUMERALS = str.maketrans("〇零○ＯO一二三四五六七八九", "00000123456789")

_YEAR = r"(?P<y>(?:19|20)\d\d)"
_DAY = r"(?P<d>\d{2}(?=\d{2}:\d{2})|\d{1,2}(?!\d))"  # a time may be glued to a two-digit day
_START = r"(?:(?<!\d)|(?<=\d\d:\d\d))"  # and to the front of the year
_HAN = "〇零○ＯO一二三四五六七八九"
_LONGEST_CLOCK = 12  # 08:30:15 and blanks
_TEN = "[一二三四五六七八九十廿卅]{1,4}"
_AGO_UNITS = "秒钟|秒鐘|秒|分钟|分鐘|分|个小时|個小時|小时|小時|天|日|周|週|星期|个月|個月|月|年"


@dataclass(frozen=True, slots=True)
class _Context:
    now: datetime  # local
    year_hint: int | None


_Read = Callable[[re.Match[str], _Context], tuple[date, Precision] | None]


def _ymd(match: re.Match[str], _context: _Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]), int(match["m"]), int(match["d"])), Precision.DAY


def _roc(match: re.Match[str], _context: _Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]) + 1911, int(match["m"]), int(match["d"])), Precision.DAY


def _short_year(match: re.Match[str], context: _Context) -> tuple[date, Precision] | None:
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


def _han(match: re.Match[str], _context: _Context) -> tuple[date, Precision] | None:
    year = int(match["y"].translate(_NUMERALS))
    if match["d"] is None:
        return date(year, _numeral(match["m"]), 1), Precision.MONTH
    return date(year, _numeral(match["m"]), _numeral(match["d"])), Precision.DAY


def _month_day(match: re.Match[str], context: _Context) -> tuple[date, Precision] | None:
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


def _day_word(match: re.Match[str], context: _Context) -> tuple[date, Precision] | None:
    back = {"今": 0, "昨": 1, "前": 2}[match["word"][0]]
    return context.now.date() - timedelta(days=back), Precision.DAY


def _month_only(match: re.Match[str], _context: _Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]), int(match["m"]), 1), Precision.MONTH


def _year_only(match: re.Match[str], _context: _Context) -> tuple[date, Precision] | None:
    return date(int(match["y"]), 1, 1), Precision.YEAR


def _ago(match: re.Match[str], context: _Context) -> tuple[datetime, Precision] | None:
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
class _Form:
    """A way to write a date. ``whole`` forms count only where they are all that the text says."""

    pattern: re.Pattern[str]
    read: _Read
    rank: int  # 0 a full date, 1 a year is missing or relative, 2 an age, 3 no day
    whole: bool = False
    timed: bool = True  # a time may stand beside it
    needs_time: bool = False  # and has to


_FORMS = (
    _Form(re.compile(rf"{_START}{_YEAR}\s?(?P<m>\d\d)\s?/\s?{_DAY}"), _ymd, 0),  # 2024 05/09, year apart
    _Form(
        re.compile(rf"{_START}{_YEAR}\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*{_DAY}\s?[日号號]?"), _ymd, 0
    ),
    _Form(re.compile(rf"{_YEAR}(?P<m>\d\d)(?P<d>\d\d)"), _ymd, 0, whole=True, timed=False),
    _Form(
        re.compile(rf"(?P<y>[一二][{_HAN}]{{3}})\s?年\s?(?P<m>{_TEN})\s?月(?:\s?(?P<d>{_TEN})\s?[日号號])?"),
        _han,
        0,
    ),
    _Form(
        re.compile(r"民[国國]\s?(?P<y>\d{1,3})\s?[年./-]\s?(?P<m>\d{1,2})\s?[月./-]\s?(?P<d>\d{1,2})\s?日?"),
        _roc,
        0,
    ),
    _Form(
        re.compile(
            r"(?<![\d./-])(?P<y>1[0-4]\d|[6-9]\d(?=年))([年./-])(?P<m>\d{1,2})(?:月|[./-])"
            r"(?P<d>\d{1,2})(?![\d./-])日?"
        ),
        _roc,
        0,
    ),
    _Form(
        re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\s+{_YEAR}\s?[-/.年]\s?(?P<m>\d{{1,2}})(?![\d./-])\s?月?"),
        _ymd,
        0,
    ),
    _Form(re.compile(rf"(?<![\d.])(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.{_YEAR}(?![\d.])"), _ymd, 0),
    _Form(re.compile(r"(?<![\d./-])(?P<y>\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?![\d./-])"), _short_year, 0),
    _Form(re.compile(r"(?<![\d年])(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号號]"), _month_day, 1),
    _Form(re.compile(r"(?<![\d./-])(?P<m>\d\d)[-/](?P<d>\d\d)(?![\d./-])"), _month_day, 1, needs_time=True),
    _Form(re.compile(r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})"), _month_day, 1, whole=True),
    _Form(re.compile(r"(?<=[(\[])(?P<m>\d\d)-(?P<d>\d\d)(?=[)\]])"), _month_day, 1, timed=False),
    _Form(re.compile(r"(?P<word>今[天日]|昨[天日]|前天)"), _day_word, 1),
    _Form(
        re.compile(rf"(?:(?<!\d)(?P<n>\d{{1,3}}|半)\s?(?P<unit>{_AGO_UNITS})\s?(?:以|之)?前|刚刚|剛剛)"),
        _ago,
        2,
        timed=False,
    ),
    _Form(re.compile(rf"{_START}{_YEAR}\s?年\s?(?P<m>\d{{1,2}})\s?月(?!\s?\d)"), _month_only, 3, timed=False),
    _Form(re.compile(rf"{_YEAR}[-/.](?P<m>\d{{1,2}})"), _month_only, 3, whole=True, timed=False),
    _Form(re.compile(rf"{_YEAR}年?"), _year_only, 3, whole=True, timed=False),
)
_LONG_DIGITS = re.compile(rf"{_YEAR}(?P<m>\d\d)(?P<d>\d\d)(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?")
_BARE = " \t\r\n[]()【】<>|·"
_ANY_HINT = re.compile(r"\d|年|[今昨]|前天|刚刚|剛剛|半")


def parse(text: str, *, now: datetime, year_hint: int | None = None) -> Moment | None:
    """Return the first date in ``text``, or None; ``now`` is an aware datetime in any zone.

    A date with its year wins over one without, that over an age (``1年前 (2024-09-26)``), that over a month.
    ``year_hint`` is the year of dates that show none; without it they are the last such day before ``now``.
    """
    found = _scan(text, now, year_hint)
    return min(found, key=lambda hit: (hit[0], hit[1]))[2] if found else None


def find_all(text: str, *, now: datetime, year_hint: int | None = None) -> list[Moment]:
    """Return every date in ``text`` in the order of the text; see ``parse`` for the arguments."""
    return [moment for _, _, moment in sorted(_scan(text, now, year_hint), key=lambda hit: hit[1])]


def local(moment: Moment) -> str:
    """Return the date at +08:00 as precisely as it was displayed: ``2024-03-05`` or ``2024-03-05T08:30``."""
    at = moment.at.astimezone(LOCAL)
    lengths = {
        Precision.YEAR: "%Y",
        Precision.MONTH: "%Y-%m",
        Precision.DAY: "%Y-%m-%d",
        Precision.MINUTE: "%Y-%m-%dT%H:%M",
        Precision.SECOND: "%Y-%m-%dT%H:%M:%S",
    }
    return at.strftime(lengths[moment.precision])


def _scan(text: str, now: datetime, year_hint: int | None) -> list[tuple[int, int, Moment]]:
    """Return (rank, position, date) of every date; each stretch of text belongs to one form."""
    if not _ANY_HINT.search(text):
        return []
    folded = text.translate(_WIDTH)
    context = _Context(now.astimezone(LOCAL), year_hint)
    found: list[tuple[int, int, Moment]] = []
    if (digits := _LONG_DIGITS.fullmatch(folded.strip())) is not None:
        moment = _build(digits, _ymd, context, digits, text.strip())
        return [(0, 0, moment)] if moment else []
    taken = bytearray(len(folded))  # 1 where a form has claimed the character
    bare = folded.strip(_BARE)
    for form in _FORMS:
        for match in form.pattern.finditer(folded):
            if 1 in taken[match.start() : match.end()]:
                continue
            hour, start, end = _extent(folded, form, match, taken)
            if form.needs_time and hour is None:
                continue
            if form.whole and folded[match.start() : end].strip() != bare:
                continue
            taken[start:end] = b"\1" * (end - start)
            moment = _build(match, form.read, context, hour, text[start:end].strip())
            if moment is not None:
                found.append((form.rank, start, moment))
    return found


def _extent(
    folded: str, form: _Form, match: re.Match[str], taken: bytearray
) -> tuple[re.Match[str] | None, int, int]:
    """Return the time beside a date, and where the date begins and ends with it."""
    start, end = match.span()
    if not form.timed:
        return None, start, end
    if hour := clock.AFTER_DAY.match(folded, end):
        return hour, start, hour.end()
    hour = clock.BEFORE_DAY.search(folded, max(0, start - _LONGEST_CLOCK), start)
    if hour is None or 1 in taken[hour.start() : start]:  # another date's time
        return None, start, end
    return hour, hour.start(), end


def _build(
    match: re.Match[str], read: _Read, context: _Context, hour: re.Match[str] | None, raw: str
) -> Moment | None:
    """Join day and time; None for a day that does not exist. An impossible time leaves the day."""
    try:
        result = read(match, context)
        if result is None:
            return None
        day, precision = result
        at = _truncated(day, precision)
        if precision is Precision.DAY and hour is not None and (exact := clock.join(day, hour)) is not None:
            at, precision = exact, Precision.SECOND if hour["S"] else Precision.MINUTE
        return Moment(at.astimezone(UTC), precision, raw)
    except (ValueError, OverflowError):
        return None


def _truncated(day: date, precision: Precision) -> datetime:
    if isinstance(day, datetime):
        if precision is Precision.MINUTE:
            return day.replace(second=0, microsecond=0)
        day = day.date()
    first = {Precision.YEAR: day.replace(month=1, day=1), Precision.MONTH: day.replace(day=1)}
    return datetime.combine(first.get(precision, day), time(), LOCAL)
