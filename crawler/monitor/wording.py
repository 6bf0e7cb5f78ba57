"""What is told about a portal, in words. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from crawler.monitor.alarm import Notice
from crawler.text.clock import LOCAL

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.monitor.health import Noted


def told(noted: Noted, site: str, at: datetime, language: str = "zh") -> tuple[str, str]:
    """Return title and text of a notice about a portal that calls itself ``site``; moments at +08:00."""
    words = _words()[language]
    alarm = noted.notice is Notice.ALARM
    state = words.get(noted.verdict.state.value, noted.verdict.state.value)
    title = words["alarm" if alarm else "recovered"].format(site=site, portal=noted.portal, state=state)
    standing = noted.standing
    lines = [words["since" if alarm else "over"].format(runs=standing.bad_runs, at=_local(at))]
    reasons = noted.verdict.reasons if alarm else [words.get(one, one) for one in noted.alarm]
    lines += [f"- {reason}" for reason in reasons]
    if alarm and standing.wait_until:
        lines.append(words["wait"].format(until=_local(standing.wait_until)))
    lines.append(words["look"].format(portal=noted.portal))
    return title, "\n".join(lines)


def _local(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


@cache
def _words() -> dict[str, dict[str, str]]:
    text = resources.files("crawler.monitor").joinpath("data/words.toml").read_text("utf-8")
    return tomllib.loads(text)
