"""Boxes that stand between an article's paragraphs and are none of them: adverts, links, pull quotes."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from crawler.items import BlockKind
from crawler.page import worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.layout import Line

_DATA = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))
_PROMPT = re.compile(_DATA["prompt"])
_OFFER = re.compile("附件|附表|下载.{0,6}(?:表|文件|名单|全文)|\\.(?:pdf|docx?|xlsx?|wps|ofd|zip|rar)")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z|pptx?|txt)(?:$|[?#&])", re.IGNORECASE)
_CREDIT = re.compile(r"\((?:图片?|视频|来源|资料|.{1,20}(?:摄|供图))")  # below pictures and films
INSERT_CHARS = 60
QUOTE_CHARS = 10  # from which on a line is no chance repetition
SOLID_CHARS = 30


def without(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without single lines in boxes of their own that lead away or repeat the text.

    A box is an element in which no paragraph of the text stands and that is not like those around
    paragraphs: a lone link to another article, a prompt (点击订阅, 广告：), a sentence that stands in a
    paragraph too.
    """
    usual = {_shape(line.element) for line in lines if _is_paragraph(line)}
    text = ""
    kept: list[Line] = []
    for number, line in enumerate(lines):
        apart = (
            0 < number < len(lines) - 1
            and line.chars <= INSERT_CHARS
            and line.kind is BlockKind.PARAGRAPH
            and _shape(line.element) not in usual
        )
        if apart and _leads_away(line):
            continue
        if apart and line.chars >= QUOTE_CHARS:
            text = text or "\n".join(other.folded for other in lines if _is_paragraph(other))
            if _is_quote(line, text):
                continue
        kept.append(line)
    return kept


def _shape(element: HtmlElement) -> tuple[str, str, str]:
    """Return what makes paragraphs alike: name, class, and the name of what stands around."""
    outer = element.getparent()
    return str(element.tag), element.get("class", ""), "" if outer is None else str(outer.get("class", ""))


def _is_paragraph(line: Line) -> bool:
    return line.chars >= SOLID_CHARS and worth.is_sentence(line) and not worth.is_link(line)


def _leads_away(line: Line) -> bool:
    if _CREDIT.search(line.folded) or _OFFER.search(line.folded):
        return False
    if worth.is_link(line):
        return not any(_FILE.search(link.get("href") or "") for link in line.element.iter("a"))
    return _PROMPT.search(line.folded) is not None


def _is_quote(line: Line, text: str) -> bool:
    """Whether a line stands in a paragraph of the ``text`` as well, its quotation marks aside."""
    words = line.folded.strip("“”\"'「」『』。!? ")
    return len(words) >= QUOTE_CHARS and text.count(words) > _is_paragraph(line)
