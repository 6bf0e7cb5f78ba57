"""What a page displays: its lines in document order, with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.page.places import Places
from crawler.text.markers import fold

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.items import BlockKind


@dataclass(slots=True, eq=False)
class Line:
    """One displayed line: text that no block element and no ``<br>`` breaks, or one row of a data table.

    ``element`` is the innermost block element around it, ``heading`` the level of the heading it stands in
    (0 for none), ``chars`` the number of its characters without white space and ``link_chars`` those of
    them in links; ``table`` is the data table that it is a row of (cells joined with tabs), ``chrome`` what
    the nearest telling class, id or element name around it says (``nav crumb footer header comment related
    share pager tools advert``, empty for none). ``parted`` is the text with two blanks between inline
    elements that stand side by side, empty where there are none: styles set them apart (date, source).
    ``index`` counts from 0 over the page.
    """

    index: int
    text: str
    element: HtmlElement
    heading: int
    chars: int
    link_chars: int
    kind: BlockKind
    table: HtmlElement | None
    chrome: str
    parted: str = ""
    _folded: str = ""

    @property
    def folded(self) -> str:
        """The text as ``crawler.text.markers.fold`` writes it, computed once."""
        if not self._folded:
            self._folded = fold(self.text)
        return self._folded

    @property
    def link_density(self) -> float:
        """The share (0 to 1) of the characters that stand inside links."""
        return self.link_chars / self.chars if self.chars else 0.0

    @property
    def in_heading(self) -> bool:
        """Whether the line stands in h1 to h6."""
        return self.heading > 0

    @property
    def place(self) -> str:
        """Where the line stands, such as ``body/div#content/p[3]``."""
        return Places().of(self.element)


@dataclass(slots=True, eq=False)
class Layout:
    """What a page displays, in order.

    ``marks`` are comments and ``ContentStart``-like meta tags, ``pictures`` the ``img`` elements, each with
    the index of the line that follows it; ``hidden`` are the elements that styles hide. ``shown`` are the
    elements that start lines: while somebody holds them, asking for one again costs little.
    """

    lines: list[Line]
    marks: list[tuple[int, str]]
    pictures: list[tuple[int, HtmlElement]]
    hidden: list[HtmlElement]
    shown: list[HtmlElement] = field(default_factory=list, repr=False)
