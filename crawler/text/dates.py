"""Dates as Chinese portals write them.

Portals show local time: whatever carries no offset of its own is read as +08:00. The forms are kept in an
order of trust; a stretch of text that one form has claimed, even for an impossible date such as 2024-02-30,
is not offered to a weaker one, so that a wrong date never turns into another date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from crawler.text import clock
from crawler.text.clock import LOCAL
from crawler.text.dateforms import FORMS, YEAR, Context, Form, Precision, Read, ymd

__all__ = ["Moment", "Precision", "find_all", "local", "parse"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A displayed date: aware ``at`` in UTC, the ``precision`` the page had, and the ``raw`` string."""

    at: datetime
    precision: Precision
    raw: str


# One character for one, so that positions in the folded text are positions in the text as displayed.
_WIDTH = str.maketrans("０１２３４５６７８９：．／－—–〜（）［］　\xa0，", "0123456789:./---~()[]  ,")
_LONGEST_CLOCK = 12  # 08:30:15 and blanks
_LONG_DIGITS = re.compile(rf"{YEAR}(?P<m>\d\d)(?P<d>\d\d)(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?")
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
    context = Context(now.astimezone(LOCAL), year_hint)
    found: list[tuple[int, int, Moment]] = []
    if (digits := _LONG_DIGITS.fullmatch(folded.strip())) is not None:
        moment = _build(digits, ymd, context, digits, text.strip())
        return [(0, 0, moment)] if moment else []
    taken = bytearray(len(folded))  # 1 where a form has claimed the character
    bare = folded.strip(_BARE)
    claimed = 0
    for form in FORMS:
        if claimed < (claimed := sum(taken)) and not _ANY_HINT.search(_free(folded, taken)):
            break  # what no form has claimed yet holds no date
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


def _free(folded: str, taken: bytearray) -> str:
    return "".join(character for character, claimed in zip(folded, taken, strict=True) if not claimed)


def _extent(
    folded: str, form: Form, match: re.Match[str], taken: bytearray
) -> tuple[re.Match[str] | None, int, int]:
    """Return the time beside a date, and where the date begins and ends with it."""
    start, end = match.span()
    if "H" in match.re.groupindex:
        return match, start, end
    if not form.timed:
        return None, start, end
    if hour := clock.AFTER_DAY.match(folded, end):
        return hour, start, hour.end()
    hour = clock.BEFORE_DAY.search(folded, max(0, start - _LONGEST_CLOCK), start)
    if hour is None or 1 in taken[hour.start() : start]:  # another date's time
        return None, start, end
    return hour, hour.start(), end


def _build(
    match: re.Match[str], read: Read, context: Context, hour: re.Match[str] | None, raw: str
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
