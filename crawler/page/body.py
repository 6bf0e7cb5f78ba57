"""Where on a page the article stands: the best run of sibling blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import roles, walk, worth
from crawler.page.blocks import Layout, Line, layout
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.document import Page

MIN_TEXT = 40  # characters below which what styles hide is looked at too
GAP = 30.0  # what joining one more container to a run costs
NEAR_TITLE = 12  # lines behind the headline within which a run is expected to start
HEAD_SHARE = 0.1  # of the text may stand above the headline of a page without structure
SOLID = 25.0  # the value of a line that is text for certain
TRUSTED_SHARE = 0.3
NEVER_TRUSTED = frozenset({"comment", "footer"})
MAX_STEPS = 80  # ancestors of a line that are looked at
MARKED_SHARE = 0.6
TEASER_CHARS = 200
TWICE_CHARS = 20
MIN_TITLE = 8  # characters from which a headline may stand among others in a line
TITLE_SLACK = 6
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z|pptx?|txt|jpe?g)(?:$|[?#&])", re.IGNORECASE)
_DROPPED_ROLES = frozenset({"share", "pager", "advert", "comment", "related", "nav", "footer"})


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of an article: ``lines`` in order, ``start`` and ``stop`` of their range in the page.

    ``titles`` are the indices of lines that display the headline, ``container`` is
    the element that holds the run, ``layout`` all that the page displays.
    ``how`` names what decided (``marks``, ``run``), ``sure`` is the share (0 to 1) of the text in the
    container that was taken for the article's.
    """

    lines: list[Line]
    start: int
    stop: int
    titles: list[int]
    container: HtmlElement
    layout: Layout
    how: str
    sure: float


@dataclass(slots=True)
class _Item:
    """One child of a container: the lines ``first`` to ``last`` and what they are worth together."""

    node: HtmlElement | None
    value: float
    first: int
    last: int
    links: int
    lines: int


@dataclass(frozen=True, slots=True)
class _Run:
    container: HtmlElement
    first: int
    last: int
    score: float


def find(page: Page, title: str = "") -> Body | None:
    """Return the lines of the page's article, or None where it displays none.

    ``title`` is the headline as read; runs behind it are preferred, and what stands above it is cut off.
    """
    shown = layout(page)
    body = _find(shown, title)
    if body is None or sum(line.chars for line in body.lines) < MIN_TEXT:
        hidden = _find(walk.walk(page.root, hidden=True), title)
        if hidden is not None and sum(line.chars for line in hidden.lines) > 2 * MIN_TEXT:
            return hidden
    return body


def _find(shown: Layout, title: str) -> Body | None:
    lines = shown.lines
    titles = _title_lines(lines, title)
    run, items, values = _trusting_run(lines, titles)
    if run is None:
        return None
    marked = _marked(shown, values, run)
    if marked is not None:
        start, stop, how = *marked, "marks"
    else:
        start, stop = _range_of(lines, items[run.container], run)
        how = "run"
    start = _after_head(lines, values, start, stop, titles)
    stop = _before_tail(lines, run, min(stop, len(lines)))
    kept = _once(_inside(lines[start:stop], run, titles))
    total = sum(line.chars for line in lines[start:stop]) or 1
    return Body(
        kept, start, stop, titles, run.container, shown, how, sum(line.chars for line in kept) / total
    )


def _trusting_run(
    lines: Sequence[Line], titles: Sequence[int]
) -> tuple[_Run | None, dict[HtmlElement, list[_Item]], list[float]]:
    """Return the best run, the containers' children and the lines' values.

    Class and id names count first. Where they leave out a text that is much longer and stands behind the
    headline, the names must mean something else, and are not believed.
    """
    plain = worth.values(lines)
    for index in titles:
        plain[index] = 0.0
    values = worth.distrust(lines, plain, frozenset())
    items = _items(lines, values)
    run = _best_run(items, values, titles)
    whole = _best_run(_items(lines, plain), plain, titles)
    if whole is None or (run is not None and run.score >= TRUSTED_SHARE * whole.score):
        return run, items, values
    named = {line.chrome for line in lines[whole.first : whole.last + 1] if plain[line.index] > 0}
    trusted = frozenset(named - NEVER_TRUSTED if run is not None else named)
    values = worth.distrust(lines, plain, trusted)
    items = _items(lines, values)
    other = _best_run(items, values, titles)
    return other or run, items, values


def _title_lines(lines: Sequence[Line], title: str) -> list[int]:
    """Return the indices of the lines that display the headline."""
    wanted = fold(title)
    found = []
    for line in lines:
        if wanted and line.link_density < worth.LINKED and line.chars <= 2 * len(wanted) + TITLE_SLACK:
            shown = fold(line.text)
            if shown == wanted or (
                len(wanted) >= MIN_TITLE and wanted in shown and len(shown) <= len(wanted) + TITLE_SLACK
            ):
                found.append(line.index)
    return found or [line.index for line in lines if line.heading == 1 and line.chars > TITLE_SLACK // 2]


def _items(lines: Sequence[Line], values: Sequence[float]) -> dict[HtmlElement, list[_Item]]:
    """Return each container's children that display something, in order."""
    found: dict[HtmlElement, list[_Item]] = {}
    for line, value in zip(lines, values, strict=True):
        link = int(line.link_density >= worth.LINKED)
        child: HtmlElement | None = None
        node: HtmlElement | None = line.element
        for _ in range(MAX_STEPS):
            if node is None:
                break
            items = found.setdefault(node, [])
            if items and child is not None and items[-1].node is child:
                last = items[-1]
                last.value += value
                last.last = line.index
                last.links += link
                last.lines += 1
            else:
                items.append(_Item(child, value, line.index, line.index, link, 1))
            child, node = node, node.getparent()
    return found


def _best_run(
    found: dict[HtmlElement, list[_Item]], values: Sequence[float], titles: Sequence[int]
) -> _Run | None:
    best: _Run | None = None
    for container, items in found.items():
        run = _best_of(container, items)
        if run is None:
            continue
        score = run.score * _nearness(run.first, titles)
        if best is None or score > best.score:
            best = _Run(container, run.first, run.last, score)
    if best is None:
        return None
    first = next((i for i in range(best.first, best.last + 1) if values[i] > 0), best.first)
    last = next((i for i in range(best.last, best.first - 1, -1) if values[i] > 0), best.last)
    return _Run(_section(best.container), first, last, best.score)


def _best_of(container: HtmlElement, items: Sequence[_Item]) -> _Run | None:
    """Return the run of a container's children that is worth most: a maximum subsequence."""
    best: _Run | None = None
    total, start = 0.0, 0
    for item in items:
        value = item.value
        if item.lines > 1 and item.links and value < TEASER_CHARS:
            value = min(value, -20.0)
        if total > 0 and item.lines > 1:
            value -= GAP
        if total <= 0:
            total, start = 0.0, item.first
        total += value
        if total > 0 and (best is None or total > best.score):
            best = _Run(container, start, item.last, total)
    return best


def _nearness(first: int, titles: Sequence[int]) -> float:
    """Return a factor for a run by where it starts: behind a headline is where articles are."""
    if not titles:
        return 1.0
    if any(0 <= first - title <= NEAR_TITLE for title in titles):
        return 1.5
    return 1.0 if first > titles[0] else 0.6


def _section(node: HtmlElement) -> HtmlElement:
    """Return the nearest element that holds a section and not a piece of text."""
    while _is_text(node):
        parent = node.getparent()
        if parent is None or str(parent.tag) in {"html", "body"}:
            return parent if parent is not None else node
        node = parent
    return node


def _is_text(node: HtmlElement) -> bool:
    """Whether an element is a piece of text by its name, and by holding no sections."""
    return (
        str(node.tag) in roles.PIECES
        and next(node.iterdescendants("div", "section", "article"), None) is None
    )


def _range_of(lines: Sequence[Line], items: Sequence[_Item], run: _Run) -> tuple[int, int]:
    """Return the range of the run with the pieces of text beside it in the same container."""
    first = next(i for i, item in enumerate(items) if item.last >= run.first)
    last = next(i for i, item in enumerate(items) if item.last >= run.last)
    start, stop = items[first].first, items[last].last + 1
    for item in reversed(items[:first]):
        if item.lines > 1 and not _is_piece(lines, item):
            break
        start = item.first
    if _is_piece(lines, items[last]):
        for item in items[last + 1 :]:
            if not _is_piece(lines, item):
                break
            stop = item.last + 1
    return start, stop


def _is_piece(lines: Sequence[Line], item: _Item) -> bool:
    """Whether a container's child is text (a paragraph, a line, a table of data) and no section."""
    if item.node is None or _is_text(item.node):
        return True
    return all(line.table is not None for line in lines[item.first : item.last + 1])


def is_in(node: HtmlElement | None, container: HtmlElement) -> bool:
    """Whether a node is the container or stands in it."""
    for _ in range(MAX_STEPS):
        if node is None:
            return False
        if node is container:
            return True
        node = node.getparent()
    return False


def _marked(shown: Layout, values: Sequence[float], run: _Run) -> tuple[int, int] | None:
    """Return the range between the CMS's own marks when most of the run's text stands there."""
    total = sum(max(value, 0.0) for value in values[run.first : run.last + 1])
    for start_mark, end_mark in worth.MARKS:
        opened: int | None = None
        for index, text in shown.marks:
            name = fold(text)
            if start_mark.search(name):
                opened = index
            elif opened is not None and end_mark.search(name):
                inside = sum(
                    max(value, 0.0) for value in values[max(opened, run.first) : min(index, run.last + 1)]
                )
                if inside >= MARKED_SHARE * total:
                    return opened, index
                opened = None
    return None


def _after_head(
    lines: Sequence[Line], values: Sequence[float], start: int, stop: int, titles: Sequence[int]
) -> int:
    """Return where the text starts: behind headline, date, source and what else precedes it."""
    total = sum(max(value, 0.0) for value in values[start:stop])
    before, begin = 0.0, start
    for line in lines[start:stop]:
        if line.index in titles:
            begin = line.index + 1
        before += max(values[line.index], 0.0)
        if before >= HEAD_SHARE * total:
            break
    before = 0.0
    for line in lines[begin:stop]:
        if (
            (line.chrome == "crumb" and values[line.index] <= 0)
            or line.link_density >= worth.LINKED
            or worth.is_meta(line)
            or worth.is_furniture(line)
        ):
            begin = line.index + 1
        else:
            before += max(values[line.index], 0.0)
        if before >= min(SOLID, HEAD_SHARE * total):
            break
    return begin


def _before_tail(lines: Sequence[Line], run: _Run, stop: int) -> int:
    """Return where what follows the article in its container starts for certain."""
    for line in lines[run.last + 1 : stop]:
        if worth.is_closing(line) and _links_follow(lines, line.index + 1, stop):
            stop = line.index
            break
    while (
        stop > run.last + 1 and lines[stop - 1].link_density >= worth.LINKED and not _is_file(lines[stop - 1])
    ):
        stop -= 1
    return stop


def _is_file(line: Line) -> bool:
    """Whether a line of links offers a file: attachments are listed at the end of notices."""
    return any(_FILE.search(link.get("href") or "") for link in line.element.iter("a"))


def _links_follow(lines: Sequence[Line], index: int, stop: int) -> bool:
    following = lines[index : min(index + 3, stop)]
    return bool(following) and sum(line.link_density >= worth.LINKED for line in following) * 2 >= len(
        following
    )


def _inside(lines: Sequence[Line], run: _Run, titles: Sequence[int]) -> list[Line]:
    """Return the lines without what the page's own names say is no text of an article."""
    own = _role(run.container)
    total = sum(line.chars for line in lines)
    named: dict[str, int] = {}
    for line in lines:
        named[line.chrome] = named.get(line.chrome, 0) + line.chars
    dropped = {role for role in _DROPPED_ROLES if role != own and named.get(role, 0) <= TRUSTED_SHARE * total}
    return [
        line
        for line in lines
        if line.chrome not in dropped and not (line.index in titles and line.index <= run.first)
    ]


def _role(node: HtmlElement | None) -> str:
    for _ in range(MAX_STEPS):
        if node is None:
            return ""
        role = roles.TAGS.get(str(node.tag), "") or roles.role_of(
            f"{node.get('class', '')} {node.get('id', '')}"
        )
        if role:
            return role
        node = node.getparent()
    return ""


def _once(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without a second copy of the text, such as for phones or for printing."""
    seen: dict[str, int] = {}
    twice = 0
    for line in lines:
        if line.chars >= TWICE_CHARS:
            twice += line.chars if line.text in seen else 0
            seen.setdefault(line.text, line.index)
    total = sum(line.chars for line in lines)
    if not lines or twice < 0.3 * total:
        return list(lines)
    taken: set[str] = set()
    kept = []
    for line in lines:
        if line.chars >= TWICE_CHARS and line.text in taken:
            continue
        taken.add(line.text)
        kept.append(line)
    return kept
