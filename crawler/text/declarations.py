"""What a page's declarations say its encoding is: HTTP header, meta tags, XML.

gb2312 and gbk always mean gb18030, and big5 means big5hkscs: both are supersets, and pages use what the
smaller sets lack.
"""

from __future__ import annotations

import codecs
import re

_SUPERSETS = {
    "gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "gb18030": "gb18030",
    "big5": "big5hkscs", "cp950": "big5hkscs", "big5hkscs": "big5hkscs",
    "utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "cp1252",
}  # fmt: skip
_ALIASES = {
    "x-gbk": "gbk",
    "gb_2312-80": "gb2312",
    "chinese": "gb2312",
    "x-x-big5": "big5",
    "utf8mb4": "utf-8",
}
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_HTTP = re.compile(r"""(?:^|charset\s*=)\s*["']?\s*([\w.:-]+)\s*["']?\s*(?:;|,|$)""", re.IGNORECASE)
# Bytes in which declarations are looked for.
_READ = 65_536


def codec_name(name: str | None) -> str | None:
    """Give the Python codec that reads a declared ``name``, widened to its superset; None if unknown."""
    if not name:
        return None
    name = name.strip().lower()
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
        "".encode(found)
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(found, found)


def declared(body: bytes, http: str | None) -> list[str]:
    """Give the declared encodings as Python codec names: HTTP first, then meta and XML in turn."""
    names: list[str | None] = []
    if http and (found := _HTTP.search(http)):
        names.append(codec_name(found.group(1)))
    matches = _DECLARED.finditer(body[:_READ])
    names.extend(codec_name((match.group(1) or match.group(2)).decode("ascii")) for match in matches)
    return list(dict.fromkeys(name for name in names if name))
