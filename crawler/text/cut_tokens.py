"""What a text with cuts is made of: lost bytes, with a reading or not, readings in brackets, characters."""

from __future__ import annotations

import re

from crawler.text import gloss

LOST = "?\ufffd"
BLANK = "[ \xa0\u3000]?"
SPELLED = f"[{gloss.LETTERS}\u0300-\u0304\u0308\u030c:]{{1,9}}"


def _tokens(behind: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<cut>[{LOST}][(（]?{BLANK}(?P<cut_reading>{SPELLED}){BLANK}[)）]{behind})"
        rf"|(?P<gloss>{BLANK}[(（]{BLANK}(?P<reading>{SPELLED}){BLANK}[)）]{behind})"
        rf"|(?P<lost>[{LOST}])"
        r"|(?P<char>.)",
        re.DOTALL,
    )


TOKENS = {False: _tokens(""), True: _tokens("[ \xa0]?")}


def visible(tokens: re.Pattern[str], text: str) -> str:
    """Take out the brackets with readings, so that only what a reader sees as text is weighed."""
    return "".join(
        token[0] if token["char"] else "?" if token["cut"] or token["lost"] else ""
        for token in tokens.finditer(text)
    )
