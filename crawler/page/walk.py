"""A parsed page → the lines that it displays, in document order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawler.items import BlockKind
from crawler.page import roles, tables
from crawler.page.layout import Layout, Line
from crawler.text import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TOOLS = ("share", "tools", "comment")  # 来源：某部<span class="share">收藏</span>
_SEAM = "\x1e"
_SPACE = re.compile(r"[ \t\r\n\f]+")
_EDGES = " \t\r\n\f\xa0\u3000\u2002\u2003\ufeff\u200b"
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LISTS = frozenset({"li", "dd", "dt"})
_CAPTIONS = frozenset({"figcaption", "caption"})
# Looking up a member of an enumeration takes longer than all else that is done to find the kind of a line.
_TABLE, _HEADING, _LIST = BlockKind.TABLE, BlockKind.HEADING, BlockKind.LIST
_SUBTITLE, _PARAGRAPH = BlockKind.CAPTION, BlockKind.PARAGRAPH
# What a tag does to the line; all others start and end a block.
_BLOCK, _INLINE, _UNSEEN, _BREAK, _PICTURE, _TAG = range(6)
_KINDS = {
    **dict.fromkeys(roles.INLINE, _INLINE),
    "br": _BREAK,
    "img": _PICTURE,
    "meta": _TAG,
    **dict.fromkeys(roles.UNSEEN, _UNSEEN),
}
_CAPTION = re.compile(
    r"(?<![a-z])(?:caption|figcaption|pic-?(?:info|text|desc|intro)|img-?(?:info|text|desc))(?![a-z])"
)


def walk(
    root: HtmlElement, *, hidden: bool = False, unfolded: frozenset[HtmlElement] = frozenset()
) -> Layout:
    """Return what is displayed below ``root``; with ``hidden`` also what styles hide.

    ``unfolded`` are elements that styles hide and that count as displayed all the same.
    """
    walker = _Walker(hidden=hidden, unfolded=unfolded)
    walker.run(root)
    return walker.layout


class _Walker:
    """Collects the lines of a tree while its elements are entered and left."""

    def __init__(self, *, hidden: bool, unfolded: frozenset[HtmlElement]) -> None:
        self.layout = Layout([], [], [], [])
        self.hidden = hidden
        self.unfolded = unfolded
        self.parts: list[str] = []
        self.linked: list[str] = []
        self.links: list[HtmlElement] = []
        self.pre = 0
        # The open blocks from the outermost on, each with the level of its heading and its role.
        self.blocks: list[tuple[HtmlElement | None, int, str]] = [(None, 0, "")]
        self.table: HtmlElement | None = None

    def run(self, root: HtmlElement) -> None:  # noqa: C901, PLR0912  calls would take longer than what they do
        """Collect what stands below ``root``, with few calls, as a page has thousands of elements."""
        blocks, links, parts, linked = self.blocks, self.links, self.parts, self.linked
        events = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in events:
            if event == "start":
                tag = str(element.tag)
                kind = _KINDS.get(tag, _BLOCK)
                names = element.keys()  # most have none or one, and to ask for four by name takes longer
                styled = names and ("style" in names or "hidden" in names)
                if kind == _UNSEEN or (styled and self._is_hidden(element)):
                    blocks.append((element, *blocks[-1][1:]))
                    events.skip_subtree()
                    continue
                if kind == _BLOCK:
                    if ":" not in tag:
                        self._start_block(element, tag, names)
                elif kind == _INLINE:
                    if parts and self._is_seam(element):
                        parts.append(_SEAM)
                    if tag == "a" and _is_link(element):
                        links.append(element)
                else:
                    self._enter_void(element, kind)
                text = element.text
            elif event == "end":
                if blocks[-1][0] is element:
                    self._leave_block(element)
                elif links and links[-1] is element:
                    links.pop()
                text = element.tail
            else:
                self.comment(element.text, element.tail)
                continue
            if not text:
                continue
            if self.pre:
                self._add(text)
            elif parts or not text.isspace():
                parts.append(text)
                if links:
                    linked.append(text)
        self.flush()

    def _is_hidden(self, element: HtmlElement) -> bool:
        """Whether a style hides an element, and note it."""
        if self.hidden or not is_hidden(element) or element in self.unfolded:
            return False
        self.layout.hidden.append(element)
        return True

    def _enter_void(self, element: HtmlElement, kind: int) -> None:
        """Take a line break, a picture, or a tag of the page's own."""
        lines = self.layout.lines
        if kind == _BREAK:
            if self.table is not None:
                self.parts.append(" ")
            elif self.parts:
                self.flush()
        elif kind == _PICTURE:
            if self.parts and self._is_seam(element):
                self.parts.append(_SEAM)
            self.layout.pictures.append((len(lines), element))
        elif name := element.get("name"):
            self.layout.marks.append((len(lines), name))

    def _leave_block(self, element: HtmlElement) -> None:
        tag = str(element.tag)
        if tag not in roles.UNSEEN:
            if self.table is None and tag != "pre":
                if self.parts:
                    self.flush()
            else:
                self._end_block(element, tag)
        self.blocks.pop()

    def comment(self, text: str | None, tail: str | None) -> None:
        """Take a comment as a mark, and the text behind it."""
        if text:
            self.layout.marks.append((len(self.layout.lines) + bool(self.parts), text.strip()))
        if tail:
            self._add(tail)

    def flush(self) -> None:
        """End the line that is being collected."""
        parts = self.parts
        if not parts:
            return
        deadline.check()
        text = parts[0] if len(parts) == 1 else "".join(parts)
        parts.clear()
        linked = ""
        if self.linked:
            linked = "".join(self.linked)
            self.linked.clear()
        parted = ""
        if text.isprintable() and " " not in text:  # neither blanks nor seams, as most lines of lists
            chars = len(text)
        else:
            if _SEAM in text:
                parted = _SPACE.sub(" ", text).replace(_SEAM, "  ").strip(_EDGES)
                text = text.replace(_SEAM, "")
            text = _SPACE.sub(" ", text).strip(_EDGES) if self.table is None else tables.row_text(text)
            chars = sum(map(len, text.split()))
        element, heading, role = self.blocks[-1]
        if not chars or element is None:
            return
        link_chars = 0
        if linked:
            link_chars = chars if linked == text else min(chars, sum(map(len, linked.split())))
        lines = self.layout.lines
        kind = self._kind(element, heading)
        lines.append(
            Line(len(lines), text, element, heading, chars, link_chars, kind, self.table, role, parted)
        )

    def _is_seam(self, element: HtmlElement) -> bool:
        """Whether an inline element right inside a block follows another one directly, or is of tools."""
        if self.table is not None or self.blocks[-1][0] is not element.getparent():
            return False
        before = element.getprevious()
        if before is not None and not before.tail:
            return str(before.tag) in roles.INLINE
        names = element.get("class")
        return names is not None and roles.role_of(names) in _TOOLS

    def _start_block(self, element: HtmlElement, tag: str, names: Sequence[str]) -> None:
        if self.table is None:
            if self.parts:
                self.flush()
            if tag == "table" and tables.is_data(element):
                self.table = element
        elif tag in {"tr", "caption"}:
            self.flush()
        else:
            self.parts.append(" ")
        if tag == "pre":
            self.pre += 1
        _, heading, outer = self.blocks[-1]
        role = roles.TAGS.get(tag, "")
        if not role and names:
            named, identity = element.get("class"), element.get("id")
            if named or identity:
                role = roles.role_of(f"{named or ''} {identity or ''}")
        self.blocks.append((element, _HEADINGS.get(tag, heading), role or outer))
        self.layout.shown.append(element)

    def _end_block(self, element: HtmlElement, tag: str) -> None:
        if self.table is None or tag in {"tr", "caption", "table"}:
            self.flush()
        elif tag in {"td", "th"}:
            self.parts.append(tables.CELL)
        else:
            self.parts.append(" ")
        if self.table is element:
            self.table = None
        if tag == "pre":
            self.pre -= 1

    def _add(self, text: str) -> None:
        if self.pre and self.table is None and "\n" in text:
            for number, piece in enumerate(text.split("\n")):
                if number:
                    self.flush()
                self._add(piece)
        elif self.parts or not text.isspace():
            self.parts.append(text)
            if self.links:
                self.linked.append(text)

    def _kind(self, element: HtmlElement, heading: int) -> BlockKind:
        if self.table is not None:
            return _TABLE
        if heading:
            return _HEADING
        tag = element.tag
        if tag in _LISTS:
            return _LIST
        if tag in _CAPTIONS or ((names := element.get("class")) and _CAPTION.search(names.lower())):
            return _SUBTITLE
        return _PARAGRAPH


def _is_link(element: HtmlElement) -> bool:
    """Whether an anchor leads or does something; one to another place on the page goes on with the text."""
    href = element.get("href")
    if href and len(href) > 1 and href[0] == "#" and not element.get("onclick"):
        return href[1] in "!/"  # addresses of pages that scripts show
    return bool(href or element.get("onclick"))


def is_hidden(element: HtmlElement) -> bool:
    """Return whether a style or attribute of an element hides it."""
    style = element.get("style")
    return (style is not None and _NOT_DISPLAYED.search(style) is not None) or (
        element.get("hidden") is not None and element.tag != "body"
    )
