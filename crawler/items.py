"""The one record that flows from a spider through the pipelines into the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from crawler.text.deadline import Budget

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.text.dates import Moment
    from crawler.text.repairs import Repair


class BlockKind(StrEnum):
    """What a block of an article is in the page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CAPTION = "caption"
    TABLE = "table"
    LIST = "list"


class Tells(Protocol):
    """What a page tells about its article somewhere else on it, looked for when asked."""

    def get(self, kind: str) -> str:
        """Return what the page tells of a ``kind``, empty for nothing."""


@dataclass(slots=True)
class Block:
    """One block of an article's body: a paragraph, a heading, a caption, a table or a list.

    ``link_density`` is the share (0 to 1) of the text's characters that stand inside links.
    ``place`` is where the block stood in the document, such as ``body/div#content/p[3]``.
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    link_density: float = 0.0
    place: str = ""


@dataclass(slots=True)
class Dropped:
    """A block that a pipeline took out, with the name of the rule that did it."""

    block: Block
    pipeline: str
    rule: str


@dataclass(slots=True)
class Attachment:
    """A file that an article offers; ``kind`` is its extension in lower case, ``order`` counts from 0."""

    name: str
    url: str
    kind: str
    order: int


@dataclass(slots=True)
class Image:
    """A picture inside an article with its caption, empty where it has none."""

    url: str
    caption: str = ""


@dataclass(slots=True)
class RawPage:
    """A page as the server sent it, transfer encoding (gzip) undone; ``headers`` without cookies."""

    url: str
    fetched: datetime  # aware, UTC
    status: int
    headers: dict[str, str]
    charset: str
    charset_reason: str
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Article:
    """An article as read from one page.

    What a spider or the generic reader found stands in the fields down to ``abstract`` as raw strings in
    the page's own script. The pipelines restore those, take blocks out of ``blocks`` (into ``dropped``)
    and fill the normalised fields below them. ``canonical_*`` are Simplified Chinese, see
    ``crawler.text.canonical``.
    """

    portal: str
    url: str
    fetched: datetime  # aware, UTC

    site: str = ""  # the portal's name as it writes it; 本网 means it
    region: str = ""  # the place that the portal is about

    # As read.
    read_title: str = ""  # the headline before anything was repaired
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    head: list[str] = field(default_factory=list)  # displayed lines about the article: date, source, editor
    published_text: str = ""
    source_text: str = ""
    authors_text: str = ""
    editors_text: str = ""
    breadcrumb: list[str] = field(default_factory=list)
    abstract: str = ""
    document_number: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)  # meta tags by lower-case name
    told: Tells | None = field(
        default=None, repr=False
    )  # labelled values anywhere on the page, if not in meta
    canonical_url: str = ""  # the address that the page states as its own, else that it was fetched from
    following: str = ""  # address of the next part of an article that stands on several pages
    is_part: bool = False  # its page bar leads back to the first part

    # Normalised by the pipeline `fields`.
    published: Moment | None = None
    source: str | None = None
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    views: int | None = None

    # How it came to be so.
    list_url: str = ""  # the section page that named the article
    charset: str = ""
    charset_reason: str = ""
    origins: dict[str, str] = field(default_factory=dict)  # field -> where its value came from
    fallbacks: list[str] = field(default_factory=list)  # fields that the generic reader had to supply
    repairs: list[Repair] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)  # losses that nothing can undo
    dropped: list[Dropped] = field(default_factory=list)

    budget: Budget = field(default_factory=Budget, repr=False)  # the time that its page may take
    raw: list[RawPage] = field(default_factory=list, repr=False)  # the page, or one for each part

    # Made by the pipeline `canonical`.
    canonical_title: str = ""
    canonical_body: str = ""
    canonical_source: str | None = None

    @property
    def body(self) -> str:
        """The text of the blocks that are left, a block a line, in the page's own script."""
        return "\n".join(block.text for block in self.blocks)
