"""What stands between an article's date line and its text in boxes of its own: lead, caption, abstract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.items import BlockKind
from crawler.page import worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.page.layout import Line

WITHIN = 15  # lines between a headline and its text
MIN_CHARS = 12
MAX_SHARE = 0.3  # of the text, for what is named an abstract
PIECE = 4
REPEATED_SHARE = 0.5
_LABEL = re.compile(
    r"^[\W_]*(?:摘要|内容摘要|文章摘要|内容提要|提要|导读|核心提示|导语|简介|内容简介)(?:[\W_]|$)"
)
_LEAD = re.compile(
    r"^[\W_]*(?:核心提示|导语)[\W_]"
)  # written for the article, where 摘要 is often made from it
_MARKS = "“”\"'「」『』。!? "
_ENDS = ("。", "!", "?", "”", "…")


def above(lines: Sequence[Line], start: int, titles: Sequence[int]) -> list[Line]:
    """Return the lines right above ``start`` that are text: a lead or a caption outside the text's container.

    They stand below the headline (``titles`` index its lines) and are no links, labels or furniture, and no
    abstract that is labelled as one.
    """
    headline = max((index for index in titles if index < start), default=None)
    if headline is None or start - headline > WITHIN:
        return []
    first = start
    while first > headline + 1 and _is_text(lines[first - 1]):
        first -= 1
    if first > headline + 1 and lines[first - 1].chars < MIN_CHARS and _LABEL.search(lines[first - 1].folded):
        first = start  # an abstract under its label
    return [] if first == headline + 1 and _has_date(lines[start : start + 2]) else list(lines[first:start])


def without_quotes(above: Sequence[Line], text: Sequence[Line]) -> list[Line]:
    """Return the lines of ``above`` that do not stand word for word in the ``text`` below them."""
    if not above:
        return []
    below = "\n".join(line.folded for line in text)
    return [line for line in above if line.folded.strip(_MARKS) not in below]


def _is_text(line: Line) -> bool:
    if line.chars < MIN_CHARS or line.link_chars or line.table is not None:
        return False
    if (
        _LABEL.search(line.folded)
        or line.chrome not in {"", "abstract"}
        or worth.is_furniture(line)
        or worth.is_meta(line)
    ):
        return False
    return line.kind is BlockKind.CAPTION or line.folded.endswith(_ENDS) or worth.is_caption(line)


def _has_date(lines: Sequence[Line]) -> bool:
    return any(worth.is_dated(line) for line in lines)


def without_abstract(lines: Sequence[Line]) -> tuple[list[Line], str]:
    """Return the lines without an abstract at their head, and its text.

    An abstract stands in an element that is named so and is labelled as one or repeats what follows; a lead
    in other words (also 核心提示：) is text of the article.
    """
    count = next((i for i, line in enumerate(lines) if line.chrome != "abstract"), len(lines))
    box, rest = lines[:count], lines[count:]
    chars = sum(line.chars for line in box)
    if not box or chars > MAX_SHARE * sum(line.chars for line in lines):
        return list(lines), ""
    text = "".join(line.folded for line in box)
    if (_LABEL.search(text) and not _LEAD.match(text)) or _repeats(
        text, "\n".join(line.folded for line in rest)
    ):
        return list(rest), "\n".join(line.text for line in box)
    return list(lines), ""


def _repeats(text: str, rest: str) -> bool:
    pieces = [text[i : i + PIECE] for i in range(len(text) - PIECE + 1)]
    return bool(pieces) and sum(piece in rest for piece in pieces) >= REPEATED_SHARE * len(pieces)
