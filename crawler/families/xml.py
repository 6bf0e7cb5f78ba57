"""XML from strangers: parsed without entities, network or unbounded growth."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml import etree
from scrapy.http import TextResponse
from scrapy.utils.gz import gunzip

from crawler.middlewares.charset import decided
from crawler.page.document import MAX_CHARS, PageError
from crawler.text import charset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_ENTRIES = 50_000  # the protocol of sitemaps allows no more in one file
_GZIP = b"\x1f\x8b"
_OPENING = re.compile(r"\s*<\?xml\b[^>]*\?>", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_PROLOG = 20_000  # characters in which a document type stands


def read(response: Response, limit: int, roots: frozenset[str], kind: str) -> tuple[etree._Element, str]:
    """Return the root of an answer, which is one of ``roots``, and what is wrong with it, '' for nothing.

    ``limit`` bounds the unpacked bytes of a gzip file; ``kind`` is what the answer ought to be, in words.
    Raises PageError.
    """
    root, broken = parse_xml(text_of(response, limit), response.url)
    if name_of(root) not in roots:
        raise PageError(response.url, f"this is no {kind} but <{name_of(root)}>")
    return root, broken


def text_of(response: Response, limit: int) -> str:
    """Return the text of a feed or sitemap, unpacked where the *file* is gzip, of at most ``limit`` bytes.

    Raises PageError.
    """
    body = response.body
    if body.startswith(_GZIP):
        try:
            body = gunzip(body, max_size=limit)
        except ValueError as error:  # Scrapy's own exception for it is private
            reason = f"unpacked it is larger than the limit of {limit:,} bytes"
            raise PageError(response.url, reason) from error
        except (OSError, EOFError, zlib.error) as error:
            raise PageError(response.url, f"it cannot be unpacked ({error})") from error
    elif isinstance(response, TextResponse):
        return decided(response).text
    return charset.decode(body, charset.decide(body)).text


def parse_xml(text: str, url: str) -> tuple[etree._Element, str]:
    """Parse a document and return its root and what is wrong with it, '' for nothing.

    A document that is not well-formed is read as far as it can be. Raises PageError where it is too large,
    declares entities (which can grow without bound or name files) or is no XML at all.
    """
    if len(text) > MAX_CHARS:
        raise PageError(url, f"it has {len(text):,} characters, more than the limit of {MAX_CHARS:,}")
    if "<!ENTITY" in text[:_PROLOG].upper():
        raise PageError(url, "it declares entities of its own, which no feed needs")
    cleaned = _CONTROLS.sub("", _OPENING.sub("", text.lstrip("\ufeff"), count=1))
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(cleaned.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PageError(url, f"it is no XML document ({error})") from error
    if root is None:
        raise PageError(url, "it is no XML document")
    broken = parser.error_log[0] if len(parser.error_log) else None
    return root, f"line {broken.line}: {broken.message.strip()}" if broken else ""


def name_of(element: etree._Element) -> str:
    """Return an element's name in lower case without its namespace, '' for comments."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the children of these names, whatever their namespaces."""
    return (child for child in element if name_of(child) in names)


def value(element: etree._Element, *names: str) -> str:
    """Return the text of the first of ``names``, in the order of trust, that has one below ``element``."""
    for name in names:
        for found in element.iter():
            if name_of(found) == name and (text := "".join(found.itertext()).strip()):
                return " ".join(text.split())
    return ""


def local_time(text: str) -> str:
    """Return a date of a feed (RFC 822) or sitemap (W3C) in portal time, ``2026-03-05 10:00``.

    What is neither, such as a date without a zone, is returned as it is.
    """
    moment = instant(text)
    if moment is None or not re.search(r"\d:\d", text):
        return text
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def instant(text: str) -> datetime | None:
    """Return a date of a feed or sitemap as an aware UTC time, None for what cannot be read.

    A date without a zone is taken for portal time.
    """
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
        except (ValueError, TypeError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    return None
