"""Checks a spider's definition and its arguments before a request is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from crawler.monitor.duetimes import Bounds
from crawler.monitor.hours import Hours
from crawler.monitor.verdict import expected_of
from crawler.query import regions
from crawler.selectors import SelectorInvalid, compile_selector
from crawler.text import dates
from crawler.text.clock import LOCAL
from crawler.tls import PROFILES

REQUIRED = ("portal", "base", "sections")
READ = ("entries", "title", "body")  # the generic reader finds these too, for a spider that leaves them to it
SELECTORS = (
    "entries",
    "entry_date",
    "next_page",
    "title",
    "body",
    "byline",
    "published",
    "source",
    "authors",
    "editors",
    "breadcrumb",
    "abstract",
)


class DefinitionError(ValueError):
    """A spider that cannot be started; the sentence names the spider and the attribute."""


def check(spider: type[Any]) -> None:
    """Raise DefinitionError if ``spider``, a PortalSpider, lacks an attribute or has an invalid selector."""
    name = getattr(spider, "name", None) or spider.__name__
    for attribute in (*REQUIRED, *(() if getattr(spider, "generic", False) else READ)):
        if not getattr(spider, attribute, None):
            raise DefinitionError(f"Spider {name}: the attribute {attribute!r} is missing.")
    if not isinstance(spider.sections, dict):
        raise DefinitionError(f"Spider {name}: 'sections' has to be a dict of section name to path.")
    if not spider.base.startswith(("http://", "https://")):
        raise DefinitionError(
            f"Spider {name}: 'base' has to begin with http:// or https://: {spider.base!r}."
        )
    if spider.region and not regions.code(spider.region):
        raise DefinitionError(
            f"Spider {name}: 'region' has to be one province, city or county: {spider.region!r}."
        )
    if (profile := getattr(spider, "tls", "")) not in PROFILES:
        raise DefinitionError(f'Spider {name}: \'tls\' has to be "legacy" or "": {profile!r}.')
    for attribute in SELECTORS:
        _check_selector(name, attribute, getattr(spider, attribute, None))
    try:
        Hours.parse(getattr(spider, "window", ""))
        Bounds().within((getattr(spider, "expect", None) or {}).get("every"))
    except (ValueError, TypeError, IndexError) as error:
        raise DefinitionError(f"Spider {name}: 'window' or 'every' in 'expect': {error}.") from error
    try:
        expected_of(getattr(spider, "expect", None))
    except (ValueError, TypeError) as error:
        raise DefinitionError(f"Spider {name}: 'expect' cannot be used: {error}.") from error


def _check_selector(name: str, attribute: str, rule: Any) -> None:
    if rule is None or callable(rule):
        return
    if isinstance(rule, tuple) and rule:
        for one in rule:
            _check_selector(name, attribute, one if isinstance(one, str) else repr(one))
        return
    if not isinstance(rule, str):
        raise DefinitionError(f"Spider {name}: {attribute!r} has to be a selector or a method, not {rule!r}.")
    try:
        compile_selector(rule)
    except SelectorInvalid as error:
        raise DefinitionError(f"Spider {name}: the selector {attribute!r} is not valid: {error}") from error


def parse_flag(name: str, value: str) -> bool:
    """Return a spider argument as a truth value; raises DefinitionError on anything but 1 or 0, yes or no."""
    word = str(value).strip().lower()
    if word in {"1", "yes", "true"}:
        return True
    if word in {"", "0", "no", "false"}:
        return False
    raise DefinitionError(f"Argument {name}: {value!r} is neither 1 nor 0.")


@dataclass(frozen=True, slots=True)
class Window:
    """The days, portal time, between which articles are wanted; both ends inclusive, None is open."""

    since: date | None = None
    until: date | None = None

    @classmethod
    def parse(cls, since: str | None, until: str | None) -> Window:
        """Make a window from two ISO dates; raises DefinitionError."""
        window = cls(_day("since", since), _day("until", until))
        if window.since and window.until and window.since > window.until:
            raise DefinitionError(f"Argument since ({window.since}) is after until ({window.until}).")
        return window

    def may_contain(self, text: str) -> bool:
        """Tell whether an entry with the date ``text`` can lie in the window; an unread date can."""
        day = _displayed_day(text)
        return day is None or self.contains(day)

    def contains(self, day: date) -> bool:
        """Tell whether ``day`` lies in the window."""
        return not ((self.since and day < self.since) or (self.until and day > self.until))

    def is_before(self, text: str) -> bool:
        """Tell whether an entry with the date ``text`` is older than the window."""
        day = _displayed_day(text)
        return bool(self.since and day and day < self.since)


def _day(name: str, value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise DefinitionError(f"Argument {name}: {value!r} is not a date such as 2026-05-01.") from error


def _displayed_day(text: str) -> date | None:
    moment = dates.parse(text, now=datetime.now(UTC)) if text else None
    return moment.at.astimezone(LOCAL).date() if moment else None
