"""How what is kept of an article's text is packed into a few bytes: a pure codec, no database.

A packed record is a format byte and a zstandard frame. Inside stand the small fields as JSON (those that are
empty are left out) and then the texts as UTF-16, which makes Chinese a tenth smaller than UTF-8 does. The
canonical copy of a text is kept as what differs from the text that was read: which character became which,
and the lines that this does not explain. It is exact whatever later programs make of the same text.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FORMAT = 1
LEVEL = 3
_LENGTH = 4  # bytes that say how long the JSON is
_BETWEEN = "\0"  # between two texts, which hold none
_ONE_BY_ONE = 24
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TEXTS = ("title", "body", "abstract")


class PackingError(ValueError):
    """A record that cannot be read: damaged, or of a format that this program does not know."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a version keeps of an article besides what is queried.

    ``title``, ``body``, ``source``, ``abstract`` and the names are in the page's own script, restored;
    ``canonical_*`` are canonical Simplified. ``published`` is the date as ISO 8601 (aware), its precision
    and the page's own string. The dictionaries are the fields of the classes in ``crawler.items``.
    """

    title: str = ""
    body: str = ""
    canonical_title: str = ""
    canonical_body: str = ""
    source: str | None = None
    canonical_source: str | None = None
    abstract: str = ""
    document_number: str = ""
    published: tuple[str, str, str] | None = None
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    breadcrumb: list[str] = field(default_factory=list)
    views: int | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    charset_reason: str = ""
    origins: dict[str, str] = field(default_factory=dict)
    fallbacks: list[str] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)


_DERIVED = {"canonical_title", "canonical_body"}
_SMALL = [one.name for one in fields(Content) if one.name not in {*_TEXTS, *_DERIVED}]


def pack(content: Content) -> bytes:
    """Return ``content`` as bytes. Characters that UTF-16 cannot hold (halves of pairs) become ``?``."""
    values = {name: getattr(content, name) for name in _SMALL}
    small = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    read = f"{content.title}\n{content.body}"
    canonical = f"{content.canonical_title}\n{content.canonical_body}"
    if difference := _difference(read, canonical):
        small["canonical"] = difference
    head = _JSON.encode(small).encode("utf-8", "replace")
    texts = _BETWEEN.join(getattr(content, name).replace(_BETWEEN, "") for name in _TEXTS)
    return compress(len(head).to_bytes(_LENGTH, "big") + head + texts.encode("utf-16-le", "replace"))


def unpack(packed: bytes) -> Content:
    """Return what ``pack`` packed. Raises ``PackingError``."""
    data = decompress(packed)
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    try:
        small = json.loads(data[_LENGTH:end])
        texts = data[end:].decode("utf-16-le").split(_BETWEEN)
        found: dict[str, Any] = dict(zip(_TEXTS, texts, strict=True))
    except ValueError as error:
        message = f"a stored text is damaged: {error}"
        raise PackingError(message) from error
    read = f"{found['title']}\n{found['body']}"
    canonical = _applied(read, small.pop("canonical", {}))
    title, _, body = canonical.partition("\n")
    if small.get("published"):
        small["published"] = tuple(small["published"])
    return Content(**found, canonical_title=title, canonical_body=body, **small)


def compress(data: bytes) -> bytes:
    """Return ``data`` as a format byte and a zstandard frame."""
    if not hasattr(_local, "compressor"):
        _local.compressor = zstd.ZstdCompressor(level=LEVEL)
    made: bytes = _local.compressor.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)
    return bytes([FORMAT]) + made


def decompress(packed: bytes) -> bytes:
    """Return what ``compress`` compressed. Raises ``PackingError``."""
    if packed[:1] != bytes([FORMAT]):
        message = f"a stored text has the format {packed[:1].hex() or 'nothing'}, known is {FORMAT:02x}"
        raise PackingError(message)
    try:
        return zstd.decompress(packed[1:])
    except zstd.ZstdError as error:
        message = f"a stored text is damaged: {error}"
        raise PackingError(message) from error


_local = threading.local()  # making a compressor takes longer than compressing a text


def _difference(read: str, canonical: str) -> dict[str, Any]:
    """Return what makes ``canonical`` of ``read``: exchanged characters, and lines by number.

    Texts with different numbers of lines have nothing in common here: ``all`` is the canonical one.
    """
    if read == canonical:
        return {}
    lines, wanted = read.split("\n"), canonical.split("\n")
    if len(lines) != len(wanted):
        return {"all": canonical}
    table = _exchanged(lines, wanted)
    explained = _translated(read, table).split("\n")
    others = {number: goal for number, goal in enumerate(wanted) if explained[number] != goal}
    return {"exchanged": "".join(old + new for old, new in table.items()), "lines": others}


def _exchanged(lines: list[str], wanted: list[str]) -> dict[str, str]:
    """Return the characters that became another one in most places, by lines that kept their length."""
    of_length = [both for both in zip(lines, wanted, strict=True) if len(both[0]) == len(both[1])]
    if not of_length:
        return {}
    old, new = map("".join, zip(*of_length, strict=True))
    changes = Counter([(old[at], new[at]) for at in np.flatnonzero(_codes(old) != _codes(new)).tolist()])
    return {one: other for (one, other), times in changes.items() if 2 * times > old.count(one)}


def _codes(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _applied(read: str, difference: dict[str, Any]) -> str:
    if not difference:
        return read
    if "all" in difference:
        return str(difference["all"])
    pairs = difference["exchanged"]
    lines = _translated(read, dict(zip(pairs[::2], pairs[1::2], strict=True))).split("\n")
    for number, line in difference["lines"].items():
        lines[int(number)] = line
    return "\n".join(lines)


def _translated(text: str, table: dict[str, str]) -> str:
    """Exchange characters. A few of them are exchanged faster one by one, unless one becomes another."""
    if len(table) > _ONE_BY_ONE or not table.keys().isdisjoint(table.values()):
        return text.translate({ord(old): new for old, new in table.items()})
    for old, new in table.items():
        text = text.replace(old, new)
    return text
