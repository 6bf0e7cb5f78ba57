"""The generic reader: any article page → what stands on it, raw, with where each field came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.page import (
    attachments,
    body,
    breadcrumb,
    byline,
    carried,
    forms,
    hinted,
    images,
    meta,
    number,
    published,
    runs,
    title,
    walk,
    worth,
)
from crawler.page.blocks import lines, to_blocks
from crawler.page.labels import values
from crawler.page.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lxml.html import HtmlElement

    from crawler.items import Attachment, Block, Image
    from crawler.page.document import Page
    from crawler.page.layout import Line

# Lines above the headline, between it and the text, and below the text that may tell about the article.
ABOVE = 6
BETWEEN = 15
BELOW = 15
HEAD_CHARS = 200
NEAR_END = 4  # lines behind the text where its people may stand in what looks like a footer
PEOPLE = ("author", "editor", "photo")
TITLE_WITHIN = 2000  # lines: navigation can be long, but a headline stands near the top
_BEYOND = frozenset({"comment", "related", "footer"})


@dataclass(slots=True)
class Reading:
    """What was read from a page. All texts are raw: in the page's script, with whatever is wrong with them.

    ``blocks`` is the body in order, still with the notices and recommendations that stand in it; ``head`` the
    displayed lines about the article that are not body, ``hints`` what the class names in them say (see
    ``crawler.page.hinted``). ``origins`` tells for each field where its value came from and how sure that is,
    such as ``h1, like <title> (0.95)``.
    """

    title: str = ""
    head: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    breadcrumb: list[str] = field(default_factory=list)
    abstract: str = ""
    document_number: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)


def read(page: Page, *, now: datetime, shared: Sequence[str] = ()) -> Reading:
    """Read an article page; a page without an article gives a reading without blocks.

    ``now`` (aware) is when the page was fetched, for dates such as 昨天; ``shared`` are endings that the
    site's ``<title>`` elements share.
    """
    shown = lines(page)
    reading = Reading(meta=meta.tags(page))
    headline = title.find(page, shown[:TITLE_WITHIN], reading.meta, shared)
    if headline is not None:
        reading.title = headline.value
        reading.origins["title"] = headline.said
    found = body.find(page, reading.title)
    doubtful = body.is_doubtful(found)
    if (doubtful or body.is_short(found)) and (
        fuller := carried.displayed(page, scripts=doubtful)
    ) is not None:
        whole = read(fuller, now=now, shared=shared)
        if _chars(whole) > body.HIDDEN_TIMES * _chars_of(found):
            return whole
    if found is None:
        reading.head = [line.parted or line.text for line in shown[: ABOVE + BETWEEN] if _is_told(line)]
        return reading
    reading.blocks = to_blocks(found.lines)
    reading.abstract = found.abstract
    reading.origins["body"] = f"{found.how} ({found.sure:.2f})"
    told = head_lines(found)
    reading.head = [line.parted or line.text for line in told]
    reading.head += published.stamps([line.text for line in found.lines[-NEAR_END:]])
    reading.hints = hinted.read(line.element for line in told)
    reading.origins["head"] = "displayed around headline and text"
    date = published.parse(reading.head, now=now, url=page.url, meta=reading.meta)
    if date is not None:
        reading.origins["published"] = date.said
    _add_extras(reading, found, page)
    return reading


def _chars(reading: Reading) -> int:
    return sum(len(block.text) for block in reading.blocks)


def _chars_of(found: body.Body | None) -> int:
    return 0 if found is None else sum(line.chars for line in found.lines)


def _add_extras(reading: Reading, found: body.Body, page: Page) -> None:
    """Add what stands around or inside the body: section, number, files and pictures."""
    shown = found.layout.lines
    path = breadcrumb.find(shown[: found.start + 1], reading.title)
    if path is not None:
        reading.breadcrumb = path.value
        reading.origins["breadcrumb"] = path.said
    opening = [line.text for line in found.lines[:ABOVE]]
    paper = number.find([*reading.head, *opening], reading.title)
    if paper is not None:
        reading.document_number, reading.origins["document_number"] = paper.value, paper.said
    around = {line.element: None for line in shown[found.start : found.stop + BELOW]}
    reading.attachments = attachments.find(around, page.url)
    inside = [
        (index, picture)
        for index, picture in found.layout.pictures
        if found.start <= index <= found.stop and runs.is_in(picture, found.container)
    ]
    reading.images = images.find(inside, shown, page.url)
    if reading.attachments:
        reading.origins["attachments"] = "links to files in and right behind the body (0.90)"
    if reading.images:
        reading.origins["images"] = "pictures in the body (0.90)"


def head_lines(found: body.Body) -> list[Line]:
    """Return the displayed lines about the article around its headline and below its text, in order."""
    shown = found.layout.lines
    headline = max((index for index in found.titles if index < found.start), default=None)
    if headline is None or headline < found.start - 3 * BETWEEN:
        above: Sequence[Line] = shown[max(found.start - ABOVE, 0) : found.start]
    else:
        between = shown[headline + 1 : min(found.start, headline + 1 + BETWEEN)]
        above = [*shown[max(headline - ABOVE, 0) : headline], *between]
    taken = {line.index for line in found.lines}
    below = []
    replies = {line.index for line in shown[found.stop : found.stop + BELOW] if worth.is_reply_mark(line)}
    for line in shown[found.start : found.stop + BELOW]:
        if line.index in replies and len(replies) > 1:  # 甲 3小时前; one alone may tell of the article
            continue
        near = line.index < found.stop + NEAR_END and bool(values(line.text, *PEOPLE))
        if line.index >= found.stop and not near and (line.chrome in _BEYOND or worth.is_closing(line)):
            break
        if line.index not in taken and (byline.is_about(line.text) or forms.is_label(line)):
            below.append(line)
    return [line for line in [*above, *below] if _is_told(line)]


def _is_told(line: Line) -> bool:
    return line.chars <= HEAD_CHARS and (line.link_density < worth.LINKED or byline.is_about(line.text))


def blocks_of(element: HtmlElement, page: Page) -> list[Block]:
    """Return the blocks of a container that a spider chose; ``page`` is the page that it belongs to.

    Everything displayed in the container is returned, and what styles hide when nothing is displayed.
    """
    chosen = layout_of(element, page).lines or walk.walk(element, hidden=True).lines
    return to_blocks(chosen)


def layout_of(element: HtmlElement, page: Page) -> Layout:
    """Return what is displayed in a container of ``page``, looked at once."""
    known = page.cache.setdefault("containers", {})
    assert isinstance(known, dict)
    if element not in known:
        known[element] = walk.walk(element)
    found = known[element]
    assert isinstance(found, Layout)
    return found
