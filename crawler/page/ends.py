"""The ends of an article's text: what stands in front of it and behind it in the same container."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import roles, runs, worth
from crawler.page.phrasebook import phrases
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.page.layout import Line
    from crawler.page.runs import Run

MIN_TITLE = 8  # characters from which a headline may stand among others in a line
TITLE_SLACK = 6
TITLE_LINES = 3
ISSUER_CHARS = 16
LIKE_SHARE = 0.7
DATE_LINES = 4
HEAD_SHARE = 0.1  # of the text may stand above the headline of a page without structure
SOLID = 25.0  # the value of a line that is text for certain
NEXT_ARTICLE_CHARS = 100  # of text, before a headline and a date can begin another article
_CREDIT = re.compile(r"^[^:]{1,4}[|丨︱]")  # as the accounts of magazines open their texts
_TIME = re.compile(r"\d:\d\d|来源:|发布|作者:|编辑:")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z|pptx?|txt|jpe?g)(?:$|[?#&])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headline:
    """A page's headline: its folded ``text`` and the indices of the ``lines`` that display it."""

    text: str
    lines: tuple[int, ...]


def headline(lines: Sequence[Line], title: str) -> Headline:
    """Find the lines that display the headline ``title``, also broken over lines; any h1 if none does."""
    wanted = fold(title)
    found: list[int] = []
    parts: list[tuple[int, str]] = []
    for line in lines:
        if not wanted or worth.is_link(line) or line.chars > 2 * len(wanted) + TITLE_SLACK:
            parts.clear()
            continue
        text = line.folded
        if text == wanted or (
            len(wanted) >= MIN_TITLE and wanted in text and len(text) <= len(wanted) + TITLE_SLACK
        ):
            found.append(line.index)
        parts = [*parts, (line.index, text)][-TITLE_LINES:] if text in wanted else []
        for first in range(len(parts) - 1):
            if "".join(text for _, text in parts[first:]) == wanted:
                found += [index for index, _ in parts[first:]]
    shown = found or [line.index for line in lines if line.heading == 1 and line.chars > TITLE_SLACK // 2]
    return Headline(wanted, tuple(shown))


def after_head(lines: Sequence[Line], values: Sequence[float], start: int, stop: int, title: Headline) -> int:
    """Return where the text starts: behind headline, date, source and what else precedes it."""
    total = sum(max(value, 0.0) for value in values[start:stop])
    before, begin = 0.0, start
    for line in lines[start:stop]:
        if line.index in title.lines:
            begin = line.index + 1
        before += max(values[line.index], 0.0)
        if before >= HEAD_SHARE * total:
            break
    before = 0.0
    for line in lines[begin:stop]:
        if (
            worth.is_value(lines, line.index)
            or line.folded in phrases("title", "text_labels")
            or (line.chrome == "crumb" and values[line.index] <= 0)
            or (worth.is_link(line) and not line.heading)
            or (worth.is_meta(line) and not _CREDIT.search(line.folded))
            or worth.is_furniture(line)
            or _is_like(line, title.text)
        ):
            begin = line.index + 1
        else:
            before += max(values[line.index], 0.0)
        if before >= min(SOLID, HEAD_SHARE * total):
            break
    return max(begin, _behind_date(lines, begin, stop))


def _behind_date(lines: Sequence[Line], begin: int, stop: int) -> int:
    """Return where the short lines end that stand in one container with the date above ``begin``."""
    dated = next(
        (line for line in reversed(lines[max(begin - DATE_LINES, 0) : begin]) if worth.is_dated(line)), None
    )
    around = None if dated is None else dated.element.getparent()
    if around is None or not worth.stands_in(lines[begin - 1], around):
        return begin
    end = begin
    while end < stop and worth.stands_in(lines[end], around):
        end += 1
    beside = lines[begin:end]
    if end == stop or any(worth.is_sentence(line) for line in beside):
        return begin
    return end


def _is_like(line: Line, wanted: str) -> bool:
    """Whether a line repeats the headline with the issuing body in front, or most of it."""
    if len(wanted) < MIN_TITLE or line.chars > len(wanted) + ISSUER_CHARS or worth.is_caption(line):
        return False
    text = line.folded
    return wanted in text or (text in wanted and len(text) >= LIKE_SHARE * len(wanted))


def next_article(lines: Sequence[Line], start: int, stop: int, titles: Sequence[int]) -> int:
    """Return where comments or another article begin between ``start`` and ``stop``, else ``stop``.

    ``titles`` index the lines that display the headline; another one like it is an article's too.
    """
    chars = 0
    shapes = {_shape(lines[index]) for index in titles if index < start}
    for line in lines[start:stop]:
        if chars and _shape(line) in shapes and line.index not in titles and _is_headline(lines, line.index):
            return line.index
        chars += line.chars
        if chars > NEXT_ARTICLE_CHARS and (
            worth.is_comments(line) or (line.heading in {1, 2} and _begins_article(lines, line.index))
        ):
            return line.index
    return stop


def before_tail(lines: Sequence[Line], values: Sequence[float], run: Run, stop: int) -> int:
    """Return where what follows the article in its container starts for certain."""
    for line in lines[run.last + 1 : stop]:
        if worth.is_comments(line) or (worth.is_closing(line) and _links_follow(lines, line.index + 1, stop)):
            stop = line.index
            break
    while stop > run.last + 1 and worth.is_link(lines[stop - 1]) and not _is_told(lines[stop - 1]):
        stop -= 1
    return _behind_text(lines, values, run.last + 1, stop)


def _behind_text(lines: Sequence[Line], values: Sequence[float], start: int, stop: int) -> int:
    """Return the first line of furniture behind which no signature or file follows, else ``stop``."""
    cut = stop
    for line in reversed(lines[start:stop]):
        if values[line.index] > worth.NOTICE_VALUE or line.table is not None:
            if _closes_text(line):
                break
        elif _is_told(line):
            break
        else:
            cut = line.index
    return cut


def _closes_text(line: Line) -> bool:
    """Whether a line is what a text ends with behind a notice: who signed it, or its files."""
    return worth.is_signature(line) or worth.is_attachment(line) or _is_told(line)


def _is_told(line: Line) -> bool:
    """Whether a line of links is the text's: a file, or an address that it gives (论文链接：https://…)."""
    return _is_file(line) or worth.gives_address(line.folded)


def _shape(line: Line) -> tuple[str, str, str]:
    """Return what headlines of the articles on one page share: names of the element and of that around."""
    outer = line.element.getparent()
    around = "" if outer is None else f"{outer.tag!s} {outer.get('class', '')}"
    return str(line.element.tag), line.element.get("class", ""), around


def _is_headline(lines: Sequence[Line], index: int) -> bool:
    """Whether a date line stands right under a line that is no sentence."""
    line, following = lines[index], lines[index + 1 : index + 2]
    if str(line.element.tag) in {"tr", "td", "th", "dt", "dd", "li"} or worth.is_meta(line):
        return False  # a row of a form, an entry of a chronicle
    if worth.is_signature(line) and any(map(worth.is_signature, following)):
        return False  # who issued the paper, and when: what it encloses may follow
    return not worth.is_sentence(line) and any(map(worth.is_dated, following))


def _begins_article(lines: Sequence[Line], index: int) -> bool:
    """Whether a headline has a date line under it, as another article below the first one has.

    A bare date is not enough: chronicles have those under their headings.
    """
    return any(worth.is_dated(line) and _TIME.search(line.folded) for line in lines[index + 1 : index + 3])


def with_files(lines: Sequence[Line], run: Run, stop: int) -> int:
    """Return the end of the text with the signature and attachments right behind its container."""
    outer = run.container.getparent()
    if outer is not None and outer.tag in {"body", "html"}:
        outer = run.container
    for node, _ in zip(run.container.iterancestors(), range(runs.NAMED_STEPS), strict=False):
        if roles.is_content(f"{node.get('class', '')} {node.get('id', '')}"):
            outer = node
    while outer is not None and stop < len(lines):
        line = lines[stop]
        if line.chrome or not _closes_text(line) or not runs.is_in(line.element, outer):
            break
        stop += 1
    return stop


def _is_file(line: Line) -> bool:
    """Whether a line of links offers a file: attachments are listed at the end of notices."""
    return any(_FILE.search(link.get("href") or "") for link in line.element.iter("a"))


def _links_follow(lines: Sequence[Line], index: int, stop: int) -> bool:
    following = lines[index : min(index + 3, stop)]
    return bool(following) and sum(worth.is_link(line) for line in following) * 2 >= len(following)
