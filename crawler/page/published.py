"""Which of the dates on and behind a page is its publication date.

What is displayed goes before the meta tags: PubDate is often the date of a later re-publication or of the
site's migration (6 of 22 government pages differ by a day or more). A meta tag counts where no date is
displayed, and may add the time of day when it names the same day.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.page import meta as metas
from crawler.page.found import Found
from crawler.page.labels import Labelled, fold, labelled
from crawler.page.phrasebook import phrases
from crawler.text import dates
from crawler.text.clock import LOCAL
from crawler.text.dates import Moment, Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TRUST = {"published": 6.0, "": 4.0, "updated": 2.9, "document_date": 2.7, "validity": -20.0}
_OTHER_LABEL = 3.0
_SIGNED = 2.5  # 2024年3月5日 alone is as often the date of the text, 2024年3月5日 星期二 that of the visit
_COARSE = {Precision.YEAR: -4.0, Precision.MONTH: -2.0, Precision.DAY: 0.0}
_FINE_BONUS = 0.05  # as much as five lines: a comment further down shows its minute too
_NEVER = -10.0
_UPDATED = "displayed as last update"
_AHEAD = -5.0  # a date in the future is believed only when nothing else is there to be refused
_LONGEST_LINE = 120
_LONGEST_RELATIVE = 24  # 昨日 in a longer line is a word of a sentence, such as a caption's
_RELATIVE = re.compile(r"[今昨前]")
_WORD_BEHIND = re.compile(r"[\u4e00-\u9fff]")  # 今日要闻
_BARE_DAY = re.compile(r"\s*\d{1,2}\s*")
_BARE_TIME = re.compile(
    r"\s*(?:(?:[(（]?(?:香港|北京|台北|臺北|當地|当地|本地)(?:時間|时间)|HKT|CST)\s?[:：]?\s?)?"
    r"\d{1,2}(?::\d{2}(?::\d{2})?|[时時點点]\d{1,2}分)\s?[)）]?\s*"
)
_ZONE_FIRST = re.compile(r"^\D*")
_WEEKDAY_BEHIND = re.compile(r"\s*[(（]?(?:星期|周|週)[一二三四五六日天][)）]?\s*$")
_ZONE = re.compile(
    r"(?<=\d)\s?(?:HKT|CST|[（(]?(?:香港|北京|台北|臺北)(?:時間|时间)[）)]?)(?=\s?\d{1,2}[:時时])"
)
_BARE_YEAR = re.compile(r"\s*(?:19|20)\d\d\s*年?\s*")
_MONTH_DAY = re.compile(r"\s*\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*")
_SIGNED_LINE = re.compile(
    r"\s*[(（]?\s*\d{4}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}\s?日?\s*[)）]?\s*[(（]?(?:星期|周|週)[一二三四五六日天][)）]?\s*"
    r"|\s*[(（]?\s*\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日\s*[)）]?\s*"
)
_YEAR_MONTH = re.compile(r"\s*(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?月?\s*")
_THREE = re.compile(r"(?P<y>(?:19|20)\d\d)年? (?P<m>\d{1,2})月? (?P<d>\d{1,2})日?")
_THREE_LAST = re.compile(
    r"(?:(?P<m>\d{1,2})月 (?P<d>\d{1,2})日?|(?P<d2>\d{1,2})日? (?P<m2>\d{1,2})月) (?P<y>(?:19|20)\d\d)年?"
)
_THREE_NAMED = re.compile(r"\d{1,2} [A-Za-z]{3,4}\.? (?:19|20)\d\d")
_LONGEST_PART = 5
_LONGEST_STAMP = 30
_BLANKS = re.compile(r"\s+")
_TIME_TOLD = re.compile(r"[^\d:：]{2,8}[:：]\s?(\d{1,2}:\d{2}(?::\d{2})?)")
_DIGITS = re.compile(r"\d")
_SENTENCE = re.compile(r"。.")
_URL_DAY = re.compile(
    r"(?:(?<=/)|(?<=[/_\-a-z=]))((?:19|20)\d\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?=[/_\-.]|\d{4,}|$)"
)
_URL_FOLDERS = re.compile(r"/((?:19|20)\d\d)/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?=/)")  # /2024/3/5/
_URL_YEAR = re.compile(r"[/_\-t=]((?:19|20)\d\d)(?:[-/_.]|(?:0[1-9]|1[0-2])(?:[-/_.]|\d{2}(?!\d)))")
_ONE_DAY = timedelta(days=1)


def parse(
    lines: Sequence[str], *, now: datetime, url: str = "", meta: Mapping[str, str] | None = None
) -> Found[Moment] | None:
    """Return the publication date by displayed ``lines``, else by ``meta``, else by ``url``, else None.

    ``lines`` are those about the article, restored or not; ``now`` is aware. A displayed date more than a day
    ahead of it is returned only if there is no other, a meta tag's never. The confidence is 1 for a
    labelled date.
    """
    hint = year_of(url)
    tags = _from_meta(meta or {}, now)
    indexed = [(meta or {}).get(f"shown:{kind}", "") for kind in ("published", "document_date")]
    shown = displayed([*lines, *filter(None, indexed)], now=now, year_hint=hint)
    if shown is not None:
        if tags and shown.origin != _UPDATED and _adds_time(shown.value, tags.value):
            return Found(tags.value, f"{shown.origin}, time of day from {tags.origin}", shown.confidence)
        return shown
    return tags or _from_url(url, now)


def stamps(lines: Sequence[str]) -> list[str]:
    """Return the lines that are nothing but a date or its time of day: 2024年3月5日（星期二）, 15時30分."""
    kept = [line for line in lines if _SIGNED_LINE.fullmatch(fold(line)) or _BARE_TIME.fullmatch(fold(line))]
    return kept if any(_BARE_TIME.fullmatch(fold(line)) for line in kept) else []


def displayed(lines: Sequence[str], *, now: datetime, year_hint: int | None = None) -> Found[Moment] | None:
    """Return the publication date among the dates of displayed lines."""
    return _displayed(tuple(lines), now, year_hint) if lines else None


@lru_cache(maxsize=8)  # the reader and the fields ask about the same lines
def _displayed(lines: Sequence[str], now: datetime, year_hint: int | None) -> Found[Moment] | None:
    scored: list[tuple[float, Moment, str]] = []
    together = _joined(lines)
    for number, line in enumerate(together):
        for moment, kind in _dates_of(line, now, year_hint):
            kind = "validity" if kind == "published" and _is_event(together, number, moment) else kind  # noqa: PLW2901  the kind of this date from here on
            trust = _SIGNED if _SIGNED_LINE.fullmatch(line) else _TRUST.get(kind, _OTHER_LABEL)
            ahead = _AHEAD if moment.at - now > _ONE_DAY else 0.0
            score = trust + ahead + _COARSE.get(moment.precision, _FINE_BONUS) - number * 0.01
            scored.append((score, moment, kind))
    scored = [hit for hit in scored if hit[0] > _NEVER]
    if not scored:
        return None
    score, best, kind = max(scored, key=lambda item: item[0])
    finer = [moment for _, moment, other in scored if other != "updated" and _adds_time(best, moment)]
    origin = {"published": "displayed, labelled", "updated": _UPDATED}.get(kind, "displayed")
    return Found(finer[0] if finer else best, origin, min(1.0, max(0.1, score / 6)))


def _is_event(lines: Sequence[str], number: int, moment: Moment) -> bool:
    """Return whether a date labelled 时间 tells when something takes place: a place or people follow it."""
    line = lines[number]
    before, _, behind = line.partition(moment.raw)
    following = fold("".join((behind, *lines[number + 1 : number + 2]))).lstrip(" \t\n,;")
    event = following.startswith(phrases("published", "event"))
    return event and fold(before).rstrip(" :").endswith(("时间", "日期"))


def _joined(lines: Sequence[str]) -> list[str]:
    """Return the lines, with a date that is spread over two of them on one: 21 / 2024年02月."""
    joined: list[str] = []
    for line in (_ZONE.sub(" ", line) for line in _in_three(_labelled_below(lines))):
        if joined:
            last = joined[-1]
            if _BARE_YEAR.fullmatch(last) and _MONTH_DAY.fullmatch(line):
                joined[-1] = f"{last.strip().rstrip('年')}-{line.strip().replace('/', '-')}"
                continue
            parts = (_BARE_DAY.fullmatch(last) and _YEAR_MONTH.fullmatch(line)) or (
                _BARE_TIME.fullmatch(last) and dates.parse(line, now=_ANY_NOW)
            )
            if parts:
                joined[-1] = f"{last}\n{line}"
                continue
            if (match := _TIME_TOLD.fullmatch(line)) and labelled(line):  # 发布日期：… over 发布时间：10:22
                line = match[1]  # noqa: PLW2901  its clean form
            if _BARE_TIME.fullmatch(fold(line)) and len(last) <= _LONGEST_LINE and _ends_with_date(last):
                joined[-1] = f"{_WEEKDAY_BEHIND.sub('', last)}\n{_ZONE_FIRST.sub('', line)}"
                continue
            if _YEAR_MONTH.fullmatch(last) and _BARE_DAY.fullmatch(line):
                joined[-1] = f"{line}\n{last}"
                continue
        joined.append(line)
    return joined


def _labelled_below(lines: Sequence[str]) -> list[str]:
    """Return the lines, dates together with the label that has the line above for itself."""
    together: list[str] = []
    for line in lines:
        if together and len(line) <= _LONGEST_STAMP and not labelled(line) and _DIGITS.search(line):
            label = labelled(f"{together[-1].strip().rstrip(':：')}：")
            words = _BLANKS.sub("", fold(together[-1])).rstrip(":").lower()
            if label and label[-1].label == words and label[-1].kind in _TRUST:
                together[-1] = f"{label[-1].label}：{line}"
                continue
        together.append(line)
    return together


def _in_three(lines: Sequence[str]) -> list[str]:
    """Return the lines, a date whose year, month and day have a line each on one."""
    together: list[str] = []
    for line in lines:
        together.append(line)
        parts = [part.strip() for part in together[-3:]]
        if len(parts) == 3 and max(map(len, parts)) <= _LONGEST_PART:
            spaced = " ".join(parts)
            if match := _THREE.fullmatch(spaced):
                together[-3:] = ["-".join(match[name] for name in ("y", "m", "d"))]
            elif match := _THREE_LAST.fullmatch(spaced):
                together[-3:] = [f"{match['y']}-{match['m'] or match['m2']}-{match['d'] or match['d2']}"]
            elif _THREE_NAMED.fullmatch(spaced):
                together[-3:] = [spaced]
    return together


_ANY_NOW = datetime(2000, 1, 1, tzinfo=LOCAL)


def _ends_with_date(line: str) -> bool:
    found = dates.find_all(line, now=_ANY_NOW)
    day = bool(found) and found[-1].precision is Precision.DAY
    return day and _WEEKDAY_BEHIND.sub("", line).rstrip().endswith(_WEEKDAY_BEHIND.sub("", found[-1].raw))


@lru_cache(maxsize=256)
def _dates_of(line: str, now: datetime, year_hint: int | None) -> tuple[tuple[Moment, str], ...]:
    """Return the dates of a line with the kind of the label that each stands behind, '' for none."""
    if len(line) > _LONGEST_LINE and _SENTENCE.search(line):
        return ()
    folded = fold(line)
    items = labelled(line)
    about = any(item.kind in {"published", "source"} for item in items)  # 来源：某天气网
    if not about and any(phrase in folded for phrase in phrases("published", "today")):
        return ()
    found, position = [], 0
    for moment in dates.find_all(line, now=now, year_hint=year_hint):
        position = max(position, line.find(moment.raw, position))
        if _RELATIVE.match(moment.raw) and (
            len(line) > _LONGEST_RELATIVE or _WORD_BEHIND.match(line, position + len(moment.raw))
        ):
            continue
        found.append((moment, _label_before(items, line, position)))
        position += len(moment.raw)
    return tuple(found)


def _label_before(items: Sequence[Labelled], line: str, position: int) -> str:
    """Return the kind of the label that the date stands right behind, '' for none."""
    before = [item for item in items if item.start <= position]
    if not before:
        return ""
    between = line[before[-1].start + len(before[-1].label) : position]
    if len(re.sub(r"[\s:：\u3000]", "", between)) <= 2:
        return before[-1].kind if before[-1].kind in _TRUST or before[-1].kind == "other" else ""
    return ""


def _adds_time(shown: Moment, other: Moment) -> bool:
    if shown.precision is Precision.MINUTE:
        return other.precision is Precision.SECOND and shown.at == other.at.replace(second=0)
    return (
        shown.precision is Precision.DAY
        and other.precision in (Precision.MINUTE, Precision.SECOND)
        and shown.at.astimezone(LOCAL).date() == other.at.astimezone(LOCAL).date()
    )


def _from_meta(meta: Mapping[str, str], now: datetime) -> Found[Moment] | None:
    for name in metas.PUBLISHED:
        moment = dates.parse(value, now=now) if (value := meta.get(name)) else None
        if moment is None or (moment.precision in _COARSE and moment.precision is not Precision.DAY):
            continue
        if moment.at - now <= _ONE_DAY:
            return Found(moment, f"meta {name}", 0.6)
    return None


def _from_url(url: str, now: datetime) -> Found[Moment] | None:
    path = url.partition("//")[2].partition("?")[0].lower()
    for match in (*_URL_DAY.finditer(path), *_URL_FOLDERS.finditer(path)):
        moment = dates.parse("-".join(match.groups()), now=now)
        if moment is not None and moment.at <= now + _ONE_DAY:
            return Found(Moment(moment.at, moment.precision, match[0]), "address", 0.4)
    return None


def year_of(url: str) -> int | None:
    """Return the year that an address names (t20240305_…, /202403/, /2024/03/05/), or None."""
    match = _URL_YEAR.search(url.partition("//")[2].lower())
    return int(match[1]) if match else None
