"""Blanks that became ``?``, or a character of Chinese: no-break spaces on their way through an encoding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BLANKS = re.compile(
    # Behind a character, a question mark on either side of a wide blank may as well be lost bytes.
    r"(?:(?<![?\w])(?:\?[ \u3000]){2,}|(?<![^\n])\? (?=\?[\u3400-\u9fff“「《])"
    r"|(?<=[\u2e80-\u9fff])(?:\? ){2,}|(?<=[0-9])(?:\?[ \u3000]){2,})\??"
)
_INDENT = re.compile(
    r"^(?:\?[ \u3000]\?|(?:[ \u3000]\?){2}|\?{2}|\?{4,6}|\?{8}|？{2}|？{4})[ \u3000]?"
    r"(?=[\u3400-\u9fff“《0-9（【])",
    re.MULTILINE,
)
# One blank of two became a question mark, or one ahead of a paragraph did four times.
_HALF_INDENT = re.compile(r"^(?:[ \u3000]\?|\?[ \u3000])(?=[\u3400-\u9fff“「《0-9（【])", re.MULTILINE)
_OF_PARAGRAPH = re.compile(r"^\?{2,12}(?=[\u3400-\u9fff“「《][^?\n]{39,}[。！”」]$)", re.MULTILINE)
_BEHIND_MARK = re.compile(r"(?<=[，。；、])\?[ \u3000]+(?=[\u3400-\u9fff“「《0-9（])")
_NEARLY_ALL = 0.8
_SPOKEN_OF = re.compile("问号|問號")
_WIDE_RUN = re.compile(r"\?\?|？？")
_NBSP_AS_HAN = re.compile(
    "^(?:聽{3,}|牋{2,}|聽聽(?=[ \u3000])|[聽牋 ]{4,}(?<=[聽牋]))|(?:聽{3,}|牋{2,})$", re.MULTILINE
)


def undo(text: str) -> tuple[str, int, str, str]:
    """Give back blanks that became ``?``: in turn with real blanks, or as an indent that paragraphs share."""
    count, example = 0, ""
    if ("?" in text or "\n？？" in text) and not _SPOKEN_OF.search(text):
        text, count, example = _taken_back(text, _BLANKS, _blank)
        text, more, first = _taken_back(text, _BEHIND_MARK, "")
        count, example = count + more, example or first
        if shared := _shared_indent(text):
            text, more, first = _taken_back(text, shared, "")
            count, example = count + more, example or first
    if "聽" in text or "牋" in text:
        text, more, first = _taken_back(text, _NBSP_AS_HAN, "")
        count, example = count + more, example or first
    return text, count, example, " " if count else ""


def _taken_back(
    text: str, pattern: re.Pattern[str], put: str | Callable[[re.Match[str]], str]
) -> tuple[str, int, str]:
    """Give the text without what is found, how often it was there, and how it looked first."""
    found = pattern.search(text)
    return (*pattern.subn(put, text), found.group()) if found else (text, 0, "")


def _shared_indent(text: str) -> re.Pattern[str] | None:
    """Give what finds the indents of a text; where question marks stand elsewhere they may be lost bytes."""
    indents = _INDENT.findall(text)
    most = text.count("\n") / 2
    if len(indents) > 1 and (indents[0][0] == "?" or len(indents) > most):
        return None if _WIDE_RUN.search(_INDENT.sub("", text)) else _INDENT
    halves = len(_HALF_INDENT.findall(text))
    if halves > 1 and halves > _NEARLY_ALL * (text.count("\n") + 1):
        return _HALF_INDENT
    return None if _WIDE_RUN.search(_OF_PARAGRAPH.sub("", text)) else _OF_PARAGRAPH


def _blank(found: re.Match[str]) -> str:
    start = found.start()
    return "" if start == 0 or found.string[start - 1] == "\n" else " "
