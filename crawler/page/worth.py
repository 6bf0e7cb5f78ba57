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

    from crawler.page.layout import Line

_DATA = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted((re.escape(fold(word)) for word in words), key=len, reverse=True))


_FURNITURE = re.compile(rf"{_any(_DATA['furniture'])}|^(?:{_any(_DATA['whole'].split())}|[\W\d_])+$")
_CONTROLS = re.compile(_any(_DATA["controls"]))
_LABEL = re.compile(rf"^[\W_]*(?:{_any(_DATA['labels'].split())})(?:[:|/\]】]|$)")
_SIGNATURE = re.compile(_DATA["signature"])
_CLOSING = re.compile(_DATA["closing"].replace("\n", ""))
_LEGAL = re.compile(_DATA["legal"])
_NOTICE = re.compile(_DATA["notice"].strip())
_ABOUT_SITE = re.compile(_DATA["about_site"])
_COMMENTS = re.compile(_DATA["comments"])
_COMMENT = re.compile(_DATA["comment"])
_META = re.compile(_DATA["meta"].replace("\n", ""))
_DATE = re.compile(_DATA["date"])
_DATE_TIME = re.compile(_DATA["date_time"])
_LABELLED = re.compile(_any(_DATA["labelled"].split()))
_GIVEN = re.compile(_DATA["given"])
_CAPTIONED = re.compile(_DATA["captioned"])
_REPLY = re.compile(_DATA["reply"])
MARKS = tuple((re.compile(start), re.compile(end)) for start, end in _DATA["marks"])

# Roles around an article that its text never has.
OUTSIDE = frozenset({"nav", "crumb", "footer", "comment", "related", "share", "pager", "tools", "advert"})
OUTSIDE_VALUE = -20.0
NOTICE_VALUE = -10.0  # of lines that are no text for certain, or worse
LINKED = 0.5  # from this link density on a line is a link
LINKED_SENTENCE_CHARS = 16  # from which a line that ends like a sentence is none, whatever is linked in it
LINKED_SENTENCE_VALUE = -8.0
FURNITURE_CHARS = 80
CONTROL_CHARS = 30
CLOSING_CHARS = 16
LABEL_CHARS = 120
LONE_LABEL_CHARS = 12
DATE_LINE_CHARS = 40
SENTENCE_CHARS = 12
CAP = 300
TITLE_CHARS = 8
END_CHARS = 16  # of a line are enough to see how it ends

_STOPS = re.compile("[。！？；，、：“”…,;!?]")
_ENDS = re.compile("[。！？；，!?”）」』;,.]$")
_URL = re.compile(r"https?://[a-z0-9./-]+")
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


def is_link(line: Line) -> bool:
    """Whether a line is a link: to another article, a section, a file. Linked sentences of a text are not."""
    chars, linked = line.chars, line.link_chars
    if not linked or linked / chars < LINKED:
        return False
    return chars < LINKED_SENTENCE_CHARS or not line.folded.endswith(("。", "。”", "!", "?"))


def gives_address(folded: str) -> bool:
    """Whether a line, folded, gives an address that belongs to the text: 论文链接：https://…, 报名网址：…."""
    return _GIVEN.match(folded) is not None


def is_closing(line: Line) -> bool:
    """Whether a line opens what follows an article: related articles, comments, sharing."""
    return line.chars <= CLOSING_CHARS and _CLOSING.search(line.folded) is not None


def is_reply(line: Line) -> bool:
    """Whether a line heads or labels the answer of an authority to a letter."""
    return line.chars <= CLOSING_CHARS and _REPLY.search(line.folded) is not None


def is_comments(line: Line) -> bool:
    """Whether a line heads the readers' comments."""
    return line.chars <= CLOSING_CHARS and _COMMENTS.search(line.folded) is not None


def is_reply_mark(line: Line) -> bool:
    """Whether a line stands around readers' comments: how long ago, reply, support."""
    return line.chars <= FURNITURE_CHARS and _COMMENT.search(line.folded) is not None


def is_about_site(line: Line) -> bool:
    """Whether a line heads what a page says of its site or of an author."""
    return line.chars <= CLOSING_CHARS and _ABOUT_SITE.search(line.folded) is not None


def is_meta(line: Line) -> bool:
    """Whether a line tells date, source, editor or views of the article."""
    if line.chars > LABEL_CHARS:
        return False
    if line.table is not None:
        return _LABEL.search(fold(line.text.split("\t", 1)[0])) is not None
    folded = line.folded
    if (_LABEL.search(folded) and not folded.endswith("。")) or _META.search(folded):
        return True
    return is_dated(line) or (not folded.endswith("。") and _is_date_line(folded))


def _is_date_line(folded: str) -> bool:
    """Whether a line has a time of day, and labels of the article somewhere, such as 稿源： or 字号."""
    return _DATE_TIME.search(folded) is not None and _LABELLED.search(folded) is not None


def is_sentence(line: Line) -> bool:
    """Whether a line is long, or has the signs of a sentence."""
    return line.chars > DATE_LINE_CHARS or _SENTENCE.search(line.folded) is not None


def is_value(lines: Sequence[Line], index: int) -> bool:
    """Whether a line is the short value of a label that stands alone in the line above: 索引号： / 0001."""
    line, label = lines[index], lines[index - 1] if index else None
    return (
        label is not None
        and label.folded.endswith(":")
        and label.chars <= LONE_LABEL_CHARS
        and line.chars <= DATE_LINE_CHARS
        and _SENTENCE.search(line.folded) is None
        and is_meta(label)
        and not is_furniture(label)  # 分享到： has buttons behind it
    )


def is_dated(line: Line) -> bool:
    """Whether a short line has a date and no sentence: a date line, not one of the text."""
    folded = (
        line.folded if "://" not in line.folded else _URL.sub("", line.folded)
    )  # the site's own, in front
    if not folded or len(folded) > DATE_LINE_CHARS:
        return False
    if (folded[0] == "(" and not _CLOCK.search(folded)) or _SENTENCE.search(folded) or _HELD.search(folded):
        return False
    return _DATE.search(folded) is not None


def has_date(line: Line) -> bool:
    """Whether a date stands anywhere in a line."""
    return _DATE.search(line.folded) is not None


def is_attachment(line: Line) -> bool:
    """Whether a short line announces attachments."""
    return line.chars <= LABEL_CHARS and line.folded.startswith("附件")


def is_caption(line: Line) -> bool:
    """Whether a line ends with who took or gave the picture that it describes, in brackets."""
    return _CAPTIONED.search(line.folded) is not None


def is_signature(line: Line) -> bool:
    """Whether a line looks like the signature of a notice: a public body or a date, alone."""
    if line.chars > DATE_LINE_CHARS or line.link_chars:
        return False
    return _SIGNATURE.search(line.folded) is not None and not is_furniture(line)


def values(lines: Sequence[Line]) -> list[float]:
    """Return a value for each line: positive for text of an article, negative for what surrounds one.

    What class and id names say of a line is left out of account here, see ``distrust``.
    """
    return [_value(line) for line in lines]


def stands_in(line: Line, element: HtmlElement) -> bool:
    """Whether a line stands in an element, at any depth."""
    node: HtmlElement | None = line.element
    while node is not None and node is not element:
        node = node.getparent()
    return node is not None


def distrust(lines: Sequence[Line], plain: Sequence[float], trusted: frozenset[str]) -> list[float]:
    """Return the values with those of lines in roles outside articles (but ``trusted``) made negative."""
    return [
        min(value, OUTSIDE_VALUE) if line.chrome and line.chrome not in trusted else value
        for line, value in zip(lines, plain, strict=True)
    ]


def _value(line: Line) -> float:
    own = line.chars - line.link_chars
    if line.link_chars and line.link_density >= LINKED:
        return -min(10.0 + line.link_chars, 40.0) if is_link(line) else LINKED_SENTENCE_VALUE
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
    return line.chars <= CAP and (
        _LEGAL.search(line.folded) is not None or _NOTICE.search(line.folded) is not None
    )


def _opens_with_link(line: Line) -> bool:
    """Whether a line starts with a linked headline, as a summary of another article does."""
    if line.link_chars < TITLE_CHARS:
        return False
    link = next(line.element.iter("a"), None)
    linked = "" if link is None else "".join("".join(link.itertext()).split())
    return len(linked) >= TITLE_CHARS and "".join(line.text.split()).startswith(linked)
