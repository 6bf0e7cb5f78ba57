"""The data of a replica portal as read from seeds/replicas: texts, articles, sections, and the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from crawler.replica.damage import Recipe


@dataclass(frozen=True, slots=True)
class Text:
    """One clean text in Simplified Chinese, as its first publisher printed it."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    reporters: tuple[str, ...] = ()
    first_source: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A list of articles. ``trail`` is what the breadcrumb of its articles names, outermost first.

    ``encoding`` is that of its pages where it differs from the portal's, else empty.
    """

    slug: str
    name: str
    trail: tuple[str, ...]
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A later state of an article: from ``at`` on these paragraphs (by number from 0) and this title hold.

    A number one past the last adds a paragraph; an empty title leaves the first one.
    """

    at: datetime
    changes: Mapping[int, str]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A text on one portal: where it stands there, since when, and under which lines."""

    id: str
    text: str
    section: str
    published: datetime
    appears: datetime
    views: int = 0
    source: str = ""
    editors: tuple[str, ...] = ()
    title: str = ""
    changes: Mapping[int, str] = field(default_factory=dict)
    origin: str = ""
    lunar: str = ""
    image: bool = False
    edited: tuple[Edit, ...] = ()
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A first publisher whose page was copied whole: its headlines and footer stand inside the body."""

    headlines: tuple[str, ...]
    footer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A portal as its portal.toml describes it; see seeds/replicas/README.md for each key."""

    name: str
    title: str
    base: str
    directory: Path
    encoding: str
    header_charset: str
    page_size: int
    shows: str  # "minute", "day" or "" where no date is displayed
    shows_source: (
        str  # "line" (beside the date), "end" (bracket at the end), "reporter" (reporter line) or ""
    )
    withdrawn: str  # what stands where a withdrawn article was: "404", "410", "soft" or "home"
    validators: bool  # whether ETag and Last-Modified are sent
    paths: Mapping[str, str]
    sections: tuple[Section, ...]
    recipe: Recipe
    robots: str
    redirects: tuple[str, ...] = ()  # further host names, answered with a redirect to the base
    origins: Mapping[str, Origin] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)  # path of a feed or the like → its template


@dataclass(frozen=True, slots=True)
class Truth:
    """What a perfect crawl stores of an article, in clean Simplified Chinese.

    ``published`` is local time at the precision displayed (``2025-03-22`` or ``2023-03-16T21:20``).
    """

    title: str
    paragraphs: tuple[str, ...]
    published: str | None
    source: str | None
    authors: tuple[str, ...]
    editors: tuple[str, ...]
    section: tuple[str, ...]

    @property
    def body(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)
