"""Where on a page the article's text begins and ends: the best run of blocks, its ends trimmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.page import children, ends, forms, inserts, lead, roles, runs, unfold, walk, worth
from crawler.page.blocks import Layout, Line, layout
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.page.children import Item
    from crawler.page.document import Page
    from crawler.page.headed import Place
    from crawler.page.runs import Run

MIN_TEXT = 40  # characters below which what styles hide is looked at too
WEAK = 60.0  # the score of a run below which what stands right behind the headline goes first
PLACE_SHARE = 0.4  # of the run's length, from which on lines behind headline and date go first
FAR = 15  # lines behind that place from which on less is enough
FAR_SHARE = 0.1
ENTRIES = 3
SHORT_TEXT = 200  # below which so it is where the text does not follow the headline
HIDDEN_TIMES = 3.0  # the length of a shown text that a hidden one has at least
FOLLOWS = 6  # lines between a headline and a text that follows it
MARK_CHARS = 80  # longer comments are code or text that was taken out
MARKED_SHARE = 0.6
TWICE_CHARS = 20
TWICE_SHARE = 0.3
COPY_SHARE = 0.7
SIGNATURE_LINES = 4
ALIKE_LINES = 3
_DROPPED_ROLES = frozenset({"share", "pager", "advert", "comment", "related", "nav", "footer", "tools"})


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of an article: ``lines`` in order, ``start`` and ``stop`` of their range in the page.

    ``titles`` are the indices of lines that display the headline, ``container`` is the element that holds
    the run, ``layout`` all that the page displays. ``how`` names what decided (``marks``, ``run``), ``sure``
    is the share (0 to 1) of the text in the range that was taken for the article's. ``abstract`` is the text
    of an abstract that stood above the lines.
    """

    lines: list[Line]
    start: int
    stop: int
    titles: tuple[int, ...]
    container: HtmlElement
    layout: Layout
    how: str
    sure: float
    abstract: str = ""


def find(page: Page, title: str = "") -> Body | None:
    """Return the lines of the page's article, or None where it displays none.

    ``title`` is the headline as read; runs behind it are preferred, and what stands above it is cut off.
    """
    shown = layout(page)
    body = _find(shown, title)
    if body is not None and shown.hidden:
        folded = unfold.parts(shown.lines, body.stop, body.lines, shown.hidden)
        if folded:
            return _find(walk.walk(page.root, unfolded=folded), title)
    if not is_doubtful(body):
        return body
    wanted = max(2.0 * MIN_TEXT, HIDDEN_TIMES * _chars_of(body))
    if sum(_chars_in(element) for element in shown.hidden) > wanted:
        hidden = _find(walk.walk(page.root, hidden=True), title)
        if _chars_of(hidden) > wanted:
            return hidden
    return body


def is_doubtful(body: Body | None) -> bool:
    """Return whether what was found is so little that the article may be elsewhere: hidden, in a script."""
    chars = _chars_of(body)
    return body is None or chars < MIN_TEXT or (chars < SHORT_TEXT and not _follows(body))


def is_short(body: Body | None) -> bool:
    """Return whether so little was found that a longer text which the page carries is the article."""
    return _chars_of(body) < SHORT_TEXT


def _chars_of(body: Body | None) -> int:
    return 0 if body is None else sum(line.chars for line in body.lines)


def _chars_in(element: HtmlElement) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _follows(body: Body) -> bool:
    """Whether a text stands right behind its headline."""
    return any(0 < body.start - index <= FOLLOWS for index in body.titles)


def _find(shown: Layout, title: str) -> Body | None:
    lines = shown.lines
    headline = ends.headline(lines, title)
    titles = headline.lines
    run, values, place = runs.find(lines, titles)
    if place is not None and (run is None or (not place.holds(run.first) and _beats(lines, place, run))):
        return _headed(shown, titles, place)
    if run is None:
        return None
    marked = _marked(shown, values, run)
    start, stop = marked or _range_of(lines, values, run)
    start = ends.after_head(lines, values, start, stop, headline)
    last = min(run.last, stop)
    end = ends.next_article(lines, start, last, titles)
    stop = end if end < last else ends.before_tail(lines, values, run, min(stop, len(lines)))
    if not marked and stop > run.last:
        stop = ends.with_files(lines, run, stop)
    inside = inserts.without(_inside(lines[start:stop], run, titles))
    kept = [*lead.without_quotes(lead.above(lines, start, titles), inside), *inside]
    kept, abstract = lead.without_abstract(forms.without_labels(_once(kept, titles)))
    total = sum(line.chars for line in lines[start:stop]) or 1
    sure = sum(line.chars for line in kept) / total
    how = "marks" if marked else "run"
    return Body(kept, start, stop, titles, run.container, shown, how, sure, abstract)


def _beats(lines: Sequence[Line], place: Place, run: Run) -> bool:
    """Whether what stands behind the headline is the article, though a run elsewhere is more like text."""
    if run.score < WEAK:
        return True
    own = sum(
        line.chars - line.link_chars
        for line in lines[place.first : place.last + 1]
        if not (worth.is_furniture(line) or worth.is_meta(line))
    )
    far = run.last < place.first or run.first > place.last + FAR
    share = FAR_SHARE if far else PLACE_SHARE
    return place.closed and own >= share * sum(line.chars for line in lines[run.first : run.last + 1])


def _headed(shown: Layout, titles: tuple[int, ...], place: Place) -> Body | None:
    """Return what stands behind headline and date line where no text does: links, files, short lines."""
    lines = shown.lines[place.first : place.last + 1]
    kept = [line for line in lines if not (worth.is_furniture(line) or worth.is_meta(line))]
    kept = _listed_once(kept)
    if not kept or (len(kept) >= ENTRIES and 2 * sum(map(_is_entry, kept)) > len(kept)):
        return None
    sure = sum(line.chars for line in kept) / sum(line.chars for line in lines)
    how = "behind headline and date"
    return Body(kept, place.first, place.last + 1, titles, place.container, shown, how, sure)


def _listed_once(lines: Sequence[Line]) -> list[Line]:
    """Return lines without the files that those above them link, and without the label of a list of these."""
    seen: set[str] = set()
    kept: list[Line] = []
    for line in lines:
        linked = {link.get("href") or "" for link in line.element.iter("a")} - {""}
        if linked and linked <= seen and worth.is_link(line):
            if kept and kept[-1].folded.endswith(":"):
                kept.pop()
            continue
        seen |= linked
        kept.append(line)
    return kept


def _is_entry(line: Line) -> bool:
    """Whether a line is a link with a date, as the entries of a section page are."""
    return worth.is_link(line) and worth.has_date(line)


def _range_of(lines: Sequence[Line], values: Sequence[float], run: Run) -> tuple[int, int]:
    """Return the range of the run with the pieces of text beside it in the same container."""
    items = run.items
    final = len(items) - 1  # lines deeper than runs.MAX_STEPS are in no item
    first = next((i for i, item in enumerate(items) if item.last >= run.first), final)
    last = next((i for i, item in enumerate(items) if item.last >= run.last), final)
    start, stop = items[first].first, items[last].last + 1
    for item in reversed(items[:first]):
        if item.lines > 1 and not _is_piece(lines, item):
            break
        start = item.first
    kinds = {children.kind_of(item) for item in items[first : last + 1] if not item.links}
    signature = 0
    for item in items[last + 1 :]:
        if not (_is_piece(lines, items[last]) and _is_piece(lines, item)):
            alike = children.kind_of(item) in kinds and _continues(lines, values, item)
            signature += 1
            if not (alike or (max(signature, item.lines) <= SIGNATURE_LINES and _is_signature(lines, item))):
                break
        stop = item.last + 1
    return start, stop


def _is_piece(lines: Sequence[Line], item: Item) -> bool:
    """Whether a container's child is text (a paragraph, a line, a table of data) and no section."""
    if item.node is None or children.is_text(item.node):
        return True
    return all(line.table is not None for line in lines[item.first : item.last + 1])


def _continues(lines: Sequence[Line], values: Sequence[float], item: Item) -> bool:
    """Whether a section that is like those of the text may go on with it: no links, no furniture."""
    if item.links or item.lines > ALIKE_LINES or (item.node is not None and item.node.tag == "tr"):
        return False
    return not any(
        line.chrome
        or values[line.index] <= worth.NOTICE_VALUE
        or worth.is_furniture(line)
        or worth.is_closing(line)
        or worth.is_meta(line)
        for line in lines[item.first : item.last + 1]
    )


def _is_signature(lines: Sequence[Line], item: Item) -> bool:
    """Whether a section below the text may be its signature: one to three short lines, no furniture."""
    return not item.links and all(
        not line.chrome and worth.is_signature(line) for line in lines[item.first : item.last + 1]
    )


def _marked(shown: Layout, values: Sequence[float], run: Run) -> tuple[int, int] | None:
    """Return the range between the CMS's own marks when most of the run's text stands there."""
    total = sum(max(value, 0.0) for value in values[run.first : run.last + 1])
    names = [(index, fold(text)) for index, text in shown.marks if len(text) <= MARK_CHARS]
    for start_mark, end_mark in worth.MARKS:
        opened: int | None = None
        for index, name in names:
            if start_mark.search(name):
                opened = index
            elif opened is not None and end_mark.search(name):
                taken = values[max(opened, run.first) : min(index, run.last + 1)]
                if sum(max(value, 0.0) for value in taken) >= MARKED_SHARE * total:
                    return opened, index
                opened = None
    return None


def _inside(lines: Sequence[Line], run: Run, titles: Sequence[int]) -> list[Line]:
    """Return the lines without what the page's own names say is no text of an article."""
    own = _role(run.container)
    total = sum(line.chars for line in lines)
    named: dict[str, int] = {}
    for line in lines:
        named[line.chrome] = named.get(line.chrome, 0) + line.chars
    dropped = {
        role for role in _DROPPED_ROLES if role != own and named.get(role, 0) <= runs.TRUSTED_SHARE * total
    }
    return [
        line
        for line in lines
        if line.chrome not in dropped and not (line.index in titles and line.index <= run.first)
    ]


def _role(node: HtmlElement | None) -> str:
    for _ in range(runs.MAX_STEPS):
        if node is None:
            return ""
        role = roles.TAGS.get(str(node.tag), "") or roles.role_of(
            f"{node.get('class', '')} {node.get('id', '')}"
        )
        if role:
            return role
        node = node.getparent()
    return ""


def _once(lines: Sequence[Line], titles: Sequence[int]) -> list[Line]:
    """Return the lines without a second copy of the text, such as for phones or for printing."""
    seen: set[str] = set()
    again: list[bool] = []
    for line in lines:
        again.append(line.text in seen)
        seen.add(line.text)
    long = [
        line.chars if twice and line.chars >= TWICE_CHARS else 0
        for line, twice in zip(lines, again, strict=True)
    ]
    if not any(long) or sum(long) < TWICE_SHARE * sum(line.chars for line in lines):
        return list(lines)
    copy = next(i for i, chars in enumerate(long) if chars)
    rest = sum(line.chars for line in lines[copy:])
    if sum(long[copy:]) >= COPY_SHARE * rest:
        while copy and (again[copy - 1] or lines[copy - 1].index in titles or worth.is_meta(lines[copy - 1])):
            copy -= 1
        return list(lines[:copy])
    return [line for line, chars in zip(lines, long, strict=True) if not chars]
