"""Tells the challenge and block pages that stand in front of portals from pages. Pure.

The marks stand in ``data/blocking.toml``. Nothing here breaks a challenge; it only says that there is one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from crawler.monitor.days import is_dated
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOOKED_AT = 400_000
"""Characters that are looked at: some challenges carry their program with them."""
_PIECE = 4_000
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style|noscript|template|head)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL
)
_OPENS = re.compile(r"<(?:!--|((?i:script|style|noscript|template|head))\b)")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript[^>]*>(.*?)</noscript", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>?")
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_LINK = re.compile(r"<a\b[^>]*\bhref", re.IGNORECASE)
_SETS_COOKIE = re.compile(r"document\s*(?:\.\s*cookie|\[\s*['\"]cookie['\"]\s*\])\s*=", re.IGNORECASE)
_RELOADS = re.compile(r"location\s*(?:\.\s*(?:reload|href|replace|assign)|\[|=)", re.IGNORECASE)
_MARKUP = re.compile(r"<\s*(?:!doctype|html|head|body|script|meta|title|div|p|h\d|center)\b", re.IGNORECASE)


def _unknown() -> None:
    """Tell that nobody knows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: ``headers`` by lower-case name, the decoded ``text``, and its ``size`` in bytes.

    ``found`` tells whether it has what the spider expects of it (its list, its text), None if nobody knows;
    it is asked only where the answer displays as little as a challenge.
    """

    status: int
    text: str
    size: int
    headers: Mapping[str, str] = field(default_factory=dict)
    found: Callable[[], bool | None] = _unknown


@dataclass(frozen=True, slots=True)
class Block:
    """Why an answer is no page: ``kind`` for counters, ``mark`` what told it.

    Not ``sure``: a small page without what is expected, which may be something else.
    """

    kind: str
    mark: str
    sure: bool = True


def block(answer: Answer, *, small: int = 4096) -> Block | None:
    """Return why ``answer`` is a challenge, None for a page; ``small`` is in bytes.

    What has the list or the text that is expected is a page whatever its words; so is what displays more
    than a challenge does.
    """
    data = _data()
    for name, value in data["headers"].items():
        if value in answer.headers.get(name, "").lower():
            return Block("header", f"{name}: {value}")
    text = answer.text[:LOOKED_AT]
    if _displays(text, 2 * data["longest"]) or not _MARKUP.search(text):
        return None
    shown = fold(_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    if len(shown) >= data["longest"]:
        return None
    if found := answer.found():
        return None
    return (
        _marked(text, shown, data, unknown=found is None)
        or _scripted(answer, text, shown)
        or (_small(answer, text, shown, small) if found is False else None)
    )


def _displays(text: str, enough: int) -> bool:
    """Return whether the first parts of a page display that many characters: most pages need no more."""
    at = length = 0
    while at < len(text):
        hidden = _OPENS.search(text, at)
        end = hidden.start() if hidden else len(text)
        while at < end:
            cut = text.find("<", min(at + _PIECE, end), end)  # never within a tag
            piece = _TAG.sub(" ", text[at : cut if cut > 0 else end])
            if _chinese(enough).match(piece):  # each stays one when it is folded
                return True
            length += len(fold(piece))
            if length >= enough:
                return True
            at = cut if cut > 0 else end
        if hidden is None:
            break
        closed = _closing(hidden[1]).search(text, hidden.end())
        at = closed.end() if closed else len(text)
    return False


@cache
def _chinese(count: int) -> re.Pattern[str]:
    """Return what matches the start of a text up to that many Chinese characters."""
    return re.compile(rf"(?:[^\u4e00-\u9fff]*+[\u4e00-\u9fff]){{{count}}}")


@cache
def _closing(tag: str | None) -> re.Pattern[str]:
    return re.compile(rf"</(?i:{tag})\s*>" if tag else "-->")


def _marked(text: str, shown: str, data: Mapping[str, Any], *, unknown: bool) -> Block | None:
    title = fold(" ".join(_TITLE.findall(text)[:1]))
    said = f"{title}\n{shown}"
    if any(phrase in said for phrase in data["gone"]):
        return None
    # Where nobody knows the container, a day makes a short piece about such things.
    if not (unknown and is_dated(shown)) and (hit := _said(text, title, shown, data)):
        return Block("challenge", hit)
    if len(shown) < data["longest_with_script"] and len(_LINK.findall(text)) <= data["most_links"]:
        lower = text.lower()
        if hit := next((mark for mark in data["scripts"] if mark in lower), ""):
            return Block("challenge", hit)
    return None


def _said(text: str, title: str, shown: str, data: Mapping[str, Any]) -> str:
    """Return the words of a challenge in a page, empty where there are none."""
    if title in data["titles"]:
        return title
    said = f"{title}\n{shown}"
    aside = fold(" ".join(_TAG.sub(" ", one) for one in _NOSCRIPT.findall(text))) if len(shown) < BARE else ""
    if hit := next((phrase for phrase in data["phrases"] if phrase in said or phrase in aside), ""):
        return hit
    found = _patterns().search(said)
    return found[0] if found else ""


BARE = 40
"""Characters; what displays less displays nothing."""
_ANSWERS_WITH_SCRIPT = frozenset({202, 403, 405, 412, 418, 429, 503, 521, 567})


def _scripted(answer: Answer, text: str, shown: str) -> Block | None:
    """Recognise a page that is nothing but a script."""
    if len(shown) >= BARE or not _SCRIPT.search(text) or _LINK.search(text):
        return None
    if answer.status in _ANSWERS_WITH_SCRIPT:
        return Block("script-only", f"status {answer.status} with a script only")
    if _SETS_COOKIE.search(text) and _RELOADS.search(text):
        return Block("cookie", "a script that sets a cookie and loads the page again")
    return None


def _small(answer: Answer, text: str, shown: str, small: int) -> Block | None:
    if answer.size >= small or not _SCRIPT.search(text) or len(shown) >= BARE:
        return None
    return Block("no-container", f"{answer.size} bytes, a script, and not what is expected", sure=False)


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(_data()["patterns"]))


@cache
def _data() -> dict[str, Any]:
    text = resources.files("crawler.monitor").joinpath("data/blocking.toml").read_text("utf-8")
    return tomllib.loads(text)
