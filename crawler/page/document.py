"""Decoded text of a page → a parsed tree that the rest of ``crawler.page`` reads."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree, html

from crawler.text import charset, deadline

if TYPE_CHECKING:
    from collections.abc import Iterator

# An article of 3 million characters does not exist; pages of 2 MB with inlined pictures do.
MAX_CHARS = 8_000_000
# Junk in the first characters that tells bytes of a picture or an archive from a page.
SNIFFED = 4096
MAX_JUNK_SHARE = 0.02
MAX_CONTROL_SHARE = 0.05  # of bytes; UTF-16 and UTF-32, which have more, are told first

_SIGNATURES = (
    ("\x89PNG", "a PNG picture"),
    ("GIF87a", "a GIF picture"),
    ("GIF89a", "a GIF picture"),
    ("\xff\xd8\xff", "a JPEG picture"),
    ("RIFF", "a RIFF file (WebP or sound)"),
    ("%PDF-", "a PDF document"),
    ("PK\x03\x04", "a ZIP archive or an office document"),
    ("\x1f\x8b", "gzip data"),
)
_END_TAGS = re.compile(rb"</\s*(?:html|body)\s*>", re.IGNORECASE)
_JUNK = re.compile("[\ufffd\x00-\x08\x0b\x0e-\x1f]")
_HTML_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|div|p|table|h[1-6]|article|span|br|ul|a)\b", re.IGNORECASE
)
_XML_ROOT = re.compile(r"<\s*([A-Za-z][\w:.-]*)")
_XML_OPENING = re.compile(rb"<\?xml\b[^>]{0,200}\?>", re.IGNORECASE)  # bounded: many may be left open
# XML 1.0 forbids these, and libxml2 stops at some of them.
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_BINARY = bytes([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_NO_CHARACTERS = ("\ufffe", "\uffff")
# lxml.html's own lookup asks a Python function for each element, and does so again and again.
_CLASSES = etree.ElementDefaultClassLookup(
    element=html.HtmlElement, comment=html.HtmlComment, entity=html.HtmlEntity
)


class PageError(Exception):
    """A page that cannot be read: its address and the reason in words.

    ``kind`` names the reason for the counters: ``unreadable``, ``too-large``, ``too-slow``.
    """

    def __init__(self, url: str, reason: str, kind: str = "unreadable") -> None:
        super().__init__(f"{url or 'page'}: {reason}")
        self.url = url
        self.reason = reason
        self.kind = kind


@contextmanager
def limited(seconds: float, url: str = "") -> Iterator[None]:
    """Refuse the page at ``url`` when what is done inside takes longer: ``PageError`` of kind ``too-slow``.

    0 is no limit; a limit around this one holds too. See ``crawler.text.deadline``.
    """
    try:
        with deadline.within(seconds):
            yield
    except deadline.TooSlowError as error:
        reason = f"reading the page takes longer than {error.seconds:g} s"
        raise PageError(url, reason, "too-slow") from None


def refuse_binary(body: bytes, url: str = "") -> None:
    """Raise ``PageError`` when bytes are no text; asked before an encoding is looked for in them."""
    start = body[:SNIFFED]
    for signature, name in _SIGNATURES:
        if start.startswith(signature.encode("latin-1")):
            raise PageError(url, f"this is {name}, not an HTML page")
    controls = len(start) - len(start.translate(None, _BINARY))
    if controls > MAX_CONTROL_SHARE * len(start) and not charset.decide(start).encoding.startswith("utf-"):
        raise PageError(url, "these are binary data, not an HTML page")


@dataclass(slots=True, eq=False)
class Page:
    """A parsed page: the root element, its address, and what was computed from it once (``cache``).

    ``source`` is the text that was parsed, empty where that is not known.
    """

    root: html.HtmlElement
    url: str
    cache: dict[str, object] = field(default_factory=dict, repr=False)
    source: str = field(default="", repr=False)


def parse_html(text: str, url: str = "") -> Page:
    """Parse a page's decoded text.

    End tags of ``html`` and ``body`` are ignored, since government pages often close them early and
    libxml2 then drops the rest. Raises ``PageError`` when the text is no HTML page (JSON, a feed or other
    XML, a picture, nothing), is larger than ``MAX_CHARS`` or nested deeper than libxml2 follows (2,048).
    """
    _refuse_other_formats(text, url)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    parser.set_element_class_lookup(_CLASSES)
    try:
        root = html.document_fromstring(_cleaned(text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as problem:
        raise PageError(url, f"the page cannot be parsed as HTML ({problem})") from problem
    if any(entry.type_name in {"ERR_RESOURCE_LIMIT", "ERR_INTERNAL_ERROR"} for entry in parser.error_log):
        raise PageError(url, "the page's elements are nested deeper than any article's", "too-large")
    if root.find("body") is None:
        root.append(html.Element("body"))
    return Page(root, url, source=text)


def _cleaned(text: str) -> bytes:
    """Return a page as UTF-8 without what libxml2 stumbles over. Bytes, as those are searched much faster."""
    for character in _NO_CHARACTERS:
        if character in text:
            text = text.replace(character, "")
    body = text.encode("utf-8", "ignore").translate(None, _CONTROLS)  # ignored: single surrogates
    return _END_TAGS.sub(b"", _XML_OPENING.sub(b"", body, count=1))


def _refuse_other_formats(text: str, url: str) -> None:
    """Raise PageError when the text is empty, too long, or something other than HTML."""
    if len(text) > MAX_CHARS:
        raise PageError(
            url, f"the page has {len(text):,} characters, more than the limit of {MAX_CHARS:,}", "too-large"
        )
    start = text[:SNIFFED].lstrip("\ufeff \t\r\n\u3000")
    if not start:
        raise PageError(url, "the page is empty")
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            raise PageError(url, f"this is {name}, not an HTML page")
    junk = len(_JUNK.findall(start))
    if junk > MAX_JUNK_SHARE * len(start) and not _HTML_TAG.search(start):
        raise PageError(url, "these are binary data, not an HTML page")
    if start[0] in "{[" and _is_json(text):
        raise PageError(url, "this is a JSON document, not an HTML page")
    if start.startswith(("<?xml", "<rss", "<feed", "<urlset", "<sitemapindex")):
        xml_root = _XML_ROOT.search(start)
        if xml_root and xml_root[1].lower() != "html":
            raise PageError(url, f"this is an XML document ({xml_root[1]}), not an HTML page")
    if not _HTML_TAG.search(text):
        raise PageError(url, "the text holds no HTML element")


def _is_json(text: str) -> bool:
    try:
        json.loads(text.lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return False
    return True
