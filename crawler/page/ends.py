"""The ends of an article's text: what stands in front of it and behind it in the same container."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import roles, runs, worth
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.page.runs import Run
    from crawler.page.walk import Line

MIN_TITLE = 8  # characters from which a headline may stand among others in a line
TITLE_SLACK = 6
TITLE_LINES = 3
ISSUER_CHARS = 16
LIKE_SHARE = 0.7
HEAD_SHARE = 0.1  # of the text may stand above the headline of a page without structure
SOLID = 25.0  # the value of a line that is text for certain
NEXT_ARTICLE_CHARS = 100  # of text, before a headline and a date can begin another article
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
        if not wanted or line.link_density >= worth.LINKED or line.chars > 2 * len(wanted) + TITLE_SLACK:
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
            (line.chrome == "crumb" and values[line.index] <= 0)
            or (line.link_density >= worth.LINKED and not line.heading)
            or worth.is_meta(line)
            or worth.is_furniture(line)
            or _is_like(line, title.text)
        ):
            begin = line.index + 1
        else:
            before += max(values[line.index], 0.0)
        if before >= min(SOLID, HEAD_SHARE * total):
            break
    return begin


def _is_like(line: Line, wanted: str) -> bool:
    """Whether a line repeats the headline with the issuing body in front, or most of it."""
    if len(wanted) < MIN_TITLE or line.chars > len(wanted) + ISSUER_CHARS:
        return False
    text = line.folded
    return wanted in text or (text in wanted and len(text) >= LIKE_SHARE * len(wanted))


def before_tail(lines: Sequence[Line], run: Run, start: int, stop: int) -> int:
    """Return where what follows the article in its container starts for certain."""
    chars = 0
    for line in lines[start : min(run.last, stop)]:
        chars += line.chars
        if chars > NEXT_ARTICLE_CHARS and (
            worth.is_comments(line) or (line.heading in {1, 2} and _begins_article(lines, line.index))
        ):
            return line.index
    for line in lines[run.last + 1 : stop]:
        if worth.is_comments(line) or (worth.is_closing(line) and _links_follow(lines, line.index + 1, stop)):
            stop = line.index
            break
    while (
        stop > run.last + 1 and lines[stop - 1].link_density >= worth.LINKED and not _is_file(lines[stop - 1])
    ):
        stop -= 1
    return stop


def _begins_article(lines: Sequence[Line], index: int) -> bool:
    """Whether a headline has a date line under it, as another article below the first one has.

    A bare date is not enough: chronicles have those under their headings.
    """
    return any(worth.is_dated(line) and _TIME.search(line.folded) for line in lines[index + 1 : index + 3])


def with_files(lines: Sequence[Line], run: Run, stop: int) -> int:
    """Return the end of the text with the signature and attachments right behind its container."""
    outer = run.container.getparent()
    if outer is not None and outer.tag in {"body", "html"}:
        outer = None
    for node, _ in zip(run.container.iterancestors(), range(runs.NAMED_STEPS), strict=False):
        if roles.is_content(f"{node.get('class', '')} {node.get('id', '')}"):
            outer = node
    while outer is not None and stop < len(lines):
        line = lines[stop]
        told = _is_file(line) or worth.is_attachment(line) or worth.is_signature(line)
        if line.chrome or not told or not runs.is_in(line.element, outer):
            break
        stop += 1
    return stop


def _is_file(line: Line) -> bool:
    """Whether a line of links offers a file: attachments are listed at the end of notices."""
    return any(_FILE.search(link.get("href") or "") for link in line.element.iter("a"))


def _links_follow(lines: Sequence[Line], index: int, stop: int) -> bool:
    following = lines[index : min(index + 3, stop)]
    return bool(following) and sum(line.link_density >= worth.LINKED for line in following) * 2 >= len(
        following
    )
