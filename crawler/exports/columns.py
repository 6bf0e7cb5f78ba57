"""The columns of an export, the same in all formats. docs/data.md has the table of them, made from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from crawler.store.contents import published_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawler.store.models import Article, Version
    from crawler.store.packing import Content


@dataclass(frozen=True, slots=True)
class Row:
    """One version of an article with what is known around it; ``story`` is the id of the story it is in."""

    article: Article
    version: Version
    content: Content
    portal: str
    region: str
    list_url: str | None
    story: int | None


class Kind(Enum):
    """What the values of a column are; ``None`` is possible for each."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "yes or no"
    MOMENT = "time"
    NAMES = "list of texts"
    RECORDS = "list of records"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``value`` reads it from a row. ``fields`` names the fields of a record with their kinds."""

    name: str
    kind: Kind
    meaning: str
    value: Callable[[Row], Any]
    fields: tuple[tuple[str, Kind], ...] = ()


def published(row: Row) -> tuple[datetime | None, str | None, str | None]:
    """Return the date of a row's version, its precision and the page's own string."""
    return published_of(row.article, row.version.number, row.content)


_FILE = (("name", Kind.TEXT), ("url", Kind.TEXT), ("kind", Kind.TEXT), ("order", Kind.NUMBER))
_IMAGE = (("url", Kind.TEXT), ("caption", Kind.TEXT))
_REPAIR = (("step", Kind.TEXT), ("count", Kind.NUMBER), ("before", Kind.TEXT), ("after", Kind.TEXT))

COLUMNS = (
    Column("portal", Kind.TEXT, "name of the portal's spider", lambda row: row.portal),
    Column("region", Kind.TEXT, "the place that the portal is about, or empty", lambda row: row.region),
    Column("url", Kind.TEXT, "address that was fetched last", lambda row: row.article.url),
    Column(
        "address",
        Kind.TEXT,
        "canonical address: what makes an article itself",
        lambda row: row.article.address,
    ),
    Column("list_url", Kind.TEXT, "list page that named the article", lambda row: row.list_url),
    Column("section", Kind.NAMES, "栏目, outermost first, page's script", lambda row: row.content.section),
    Column("title", Kind.TEXT, "headline, restored, page's script", lambda row: row.content.title),
    Column(
        "body", Kind.TEXT, "text, a paragraph a line, restored, page's script", lambda row: row.content.body
    ),
    Column(
        "canonical_title",
        Kind.TEXT,
        "headline in canonical Simplified",
        lambda row: row.content.canonical_title,
    ),
    Column(
        "canonical_body", Kind.TEXT, "text in canonical Simplified", lambda row: row.content.canonical_body
    ),
    Column("abstract", Kind.TEXT, "what the page gives as its summary", lambda row: row.content.abstract),
    Column("published", Kind.MOMENT, "when the page says it was published", lambda row: published(row)[0]),
    Column(
        "published_precision",
        Kind.TEXT,
        "`year`, `month`, `day`, `minute` or `second`: what the page said of it",
        lambda row: published(row)[1],
    ),
    Column("published_raw", Kind.TEXT, "the date as the page wrote it", lambda row: published(row)[2]),
    Column("source", Kind.TEXT, "来源, page's script", lambda row: row.content.source),
    Column(
        "canonical_source",
        Kind.TEXT,
        "source in canonical Simplified",
        lambda row: row.content.canonical_source,
    ),
    Column("authors", Kind.NAMES, "who wrote it", lambda row: row.content.authors),
    Column("editors", Kind.NAMES, "who edited it", lambda row: row.content.editors),
    Column(
        "document_number",
        Kind.TEXT,
        "发文字号 of an official document",
        lambda row: row.content.document_number,
    ),
    Column("views", Kind.NUMBER, "readers, as the page counts them", lambda row: row.content.views),
    Column(
        "attachments", Kind.RECORDS, "files it offers, in order", lambda row: row.content.attachments, _FILE
    ),
    Column("images", Kind.RECORDS, "pictures in the text", lambda row: row.content.images, _IMAGE),
    Column("state", Kind.TEXT, "`live` or `withdrawn`", lambda row: row.article.state),
    Column("version", Kind.NUMBER, "number of this version, from 1", lambda row: row.version.number),
    Column("versions", Kind.NUMBER, "how many the article has", lambda row: row.article.latest),
    Column(
        "change",
        Kind.TEXT,
        "`first`, `minor` (punctuation, widths, counters), `major` (words) or `reread` (by other rules)",
        lambda row: row.version.change,
    ),
    Column("fetched", Kind.MOMENT, "when this version was fetched", lambda row: row.version.fetched_at),
    Column("first_seen", Kind.MOMENT, "first time the article was seen", lambda row: row.article.first_seen),
    Column("last_seen", Kind.MOMENT, "last time it was seen", lambda row: row.article.last_seen),
    Column("story", Kind.NUMBER, "the same piece has the same number", lambda row: row.story),
    Column("charset", Kind.TEXT, "encoding that was decided", lambda row: row.version.charset),
    Column("charset_reason", Kind.TEXT, "why that one", lambda row: row.content.charset_reason),
    Column(
        "repairs", Kind.RECORDS, "what was undone, with one example", lambda row: row.content.repairs, _REPAIR
    ),
    Column("flags", Kind.NAMES, "losses that nothing can undo", lambda row: row.content.flags),
    Column("digest", Kind.TEXT, "hash of what makes a version", lambda row: row.version.digest),
)


def values(row: Row) -> dict[str, Any]:
    """Return the values of all columns in order; of a record only its named fields."""
    return {column.name: _value(column, row) for column in COLUMNS}


def _value(column: Column, row: Row) -> Any:
    found = column.value(row)
    if column.kind is Kind.RECORDS:
        return [{name: one.get(name) for name, _ in column.fields} for one in found]
    return found
