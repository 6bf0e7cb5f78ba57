"""How much a displayed line looks like text of an article, for finding where the article stands."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.walk import Line

_DATA = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted((re.escape(fold(word)) for word in words), key=len, reverse=True))


_FURNITURE = re.compile(rf"{_any(_DATA['furniture'])}|^(?:{_any(_DATA['whole'].split())}|[\W\d_])+$")
_CONTROLS = re.compile(_any(_DATA["controls"]))
_LABEL = re.compile(rf"^[\W_]*(?:{_any(_DATA['labels'].split())})(?:[:|/]|$)")
_SIGNATURE = re.compile(_DATA["signature"])
_CLOSING = re.compile(_DATA["closing"].replace("\n", ""))
_LEGAL = re.compile(_DATA["legal"])
_COMMENTS = re.compile(_DATA["comments"])
_COMMENT = re.compile(_DATA["comment"])
_META = re.compile(_DATA["meta"].replace("\n", ""))
_DATE = re.compile(_DATA["date"])
MARKS = tuple((re.compile(start), re.compile(end)) for start, end in _DATA["marks"])

OUTSIDE_VALUE = -20.0
COMMENTS_MARKED = 2
LINKED = 0.5  # from this link density on a line is a link
FURNITURE_CHARS = 80
CONTROL_CHARS = 30
CLOSING_CHARS = 16
LABEL_CHARS = 120
DATE_LINE_CHARS = 40
SENTENCE_CHARS = 12
CAP = 300
TITLE_CHARS = 8
END_CHARS = 16  # of a line are enough to see how it ends

_STOPS = re.compile("[。！？；，、：“”…,;!?]")
_ENDS = re.compile("[。！？；，!?”）」』;,.]$")
_CLOCK = re.compile(r"\d:\d\d")
_HELD = re.compile("在.{2,}上$")  # when and where a speech was held
_SENTENCE = re.compile("[。!?;,“”]")
_TEASER = re.compile(r"(?:\.\.\.|…+|\[详细\]|\[全文\]|【详细】|\[详情\])\s*$")


def is_furniture(line: Line) -> bool:
    """Whether a short line is furniture of the page: a footer, a login, a pager."""
    if line.chars > FURNITURE_CHARS:
        return False
    folded = line.folded
    if _COMMENT.search(folded) or _COMMENTS.search(folded):
        return True
    return _FURNITURE.search(folded) is not None or (
        line.chars <= CONTROL_CHARS and folded[-1] not in "。;,”" and _CONTROLS.search(folded) is not None
    )


def is_closing(line: Line) -> bool:
    """Whether a line opens what follows an article: related articles, comments, sharing."""
    return line.chars <= CLOSING_CHARS and _CLOSING.search(line.folded) is not None


def is_comments(line: Line) -> bool:
    """Whether a line heads the readers' comments."""
    return line.chars <= CLOSING_CHARS and _COMMENTS.search(line.folded) is not None


def is_meta(line: Line) -> bool:
    """Whether a line tells date, source, editor or views of the article."""
    if line.chars > LABEL_CHARS:
        return False
    if line.table is not None:
        return _LABEL.search(fold(line.text.split("\t", 1)[0])) is not None
    folded = line.folded
    if (_LABEL.search(folded) and not folded.endswith("。")) or _META.search(folded):
        return True
    return is_dated(line)


def is_dated(line: Line) -> bool:
    """Whether a short line has a date and no sentence: a date line, not one of the text."""
    if line.chars > DATE_LINE_CHARS:
        return False
    folded = line.folded
    if (folded[0] == "(" and not _CLOCK.search(folded)) or _SENTENCE.search(folded) or _HELD.search(folded):
        return False
    return _DATE.search(folded) is not None


def is_attachment(line: Line) -> bool:
    """Whether a short line announces attachments."""
    return line.chars <= LABEL_CHARS and line.folded.startswith("附件")


def is_signature(line: Line) -> bool:
    """Whether a line looks like the signature of a notice: a public body or a date, alone."""
    if line.chars > DATE_LINE_CHARS or line.link_chars:
        return False
    return _SIGNATURE.search(line.folded) is not None and not is_furniture(line)


def values(lines: Sequence[Line]) -> list[float]:
    """Return a value for each line: positive for text of an article, negative for what surrounds one.

    What class and id names say of a line is left out of account here, see ``distrust``.
    """
    found = [_value(line) for line in lines]
    for line in lines:
        if is_comments(line):
            for index in _discussion(lines, line.index):
                found[index] = min(found[index], OUTSIDE_VALUE)
    return found


def _discussion(lines: Sequence[Line], heading: int) -> range:
    """Return the indices of the readers' comments that a heading opens: it is the first line of an element
    that goes on with several replies; else nothing.
    """  # noqa: D205  one sentence
    around = lines[heading].element.getparent()
    if around is None or (heading and _stands_in(lines[heading - 1], around)):
        return range(0)
    stop = heading + 1
    while stop < len(lines) and _stands_in(lines[stop], around):
        stop += 1
    inside = lines[heading:stop]
    marks = sum(line.chars <= FURNITURE_CHARS and bool(_COMMENT.search(line.folded)) for line in inside)
    holds_article = any(line.heading == 1 for line in inside)  # below the name of a column: 评论
    return range(heading, stop) if marks >= COMMENTS_MARKED and not holds_article else range(0)


def _stands_in(line: Line, element: HtmlElement) -> bool:
    return line.element is element or any(outer is element for outer in line.element.iterancestors())


def distrust(lines: Sequence[Line], plain: Sequence[float], trusted: frozenset[str]) -> list[float]:
    """Return the values with those of lines in roles outside articles (but ``trusted``) made negative."""
    return [
        min(value, OUTSIDE_VALUE) if line.chrome and line.chrome not in trusted else value
        for line, value in zip(lines, plain, strict=True)
    ]


def _value(line: Line) -> float:
    own = line.chars - line.link_chars
    if line.link_density >= LINKED:
        return -min(10.0 + line.link_chars, 40.0)
    if line.table is not None:
        return -3.0 if is_meta(line) else min(own, 60) * 0.4
    end = line.text[-END_CHARS:]
    if _TEASER.search(end) or is_furniture(line) or _opens_with_link(line) or _is_legal(line):
        return -20.0
    stops = len(_STOPS.findall(line.text))
    ended = _ENDS.search(end) is not None
    if own >= SENTENCE_CHARS and stops and not is_meta(line):
        return float(min(own, CAP)) if stops > 1 or ended else own * 0.5
    if stops and ended:
        return own * 0.5
    return min(own * 0.5, 60.0) if own > DATE_LINE_CHARS else -3.0


def _is_legal(line: Line) -> bool:
    return line.chars <= CAP and _LEGAL.search(line.folded) is not None


def _opens_with_link(line: Line) -> bool:
    """Whether a line starts with a linked headline, as a summary of another article does."""
    if line.link_chars < TITLE_CHARS:
        return False
    link = next(line.element.iter("a"), None)
    linked = "" if link is None else "".join("".join(link.itertext()).split())
    return len(linked) >= TITLE_CHARS and "".join(line.text.split()).startswith(linked)
