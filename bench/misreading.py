"""Read text with the wrong encoding, or leave its escapes in."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

Misread = Callable[[str], str]


def _latin1(raw: bytes) -> str:
    return raw.decode("latin-1")


def _cp1252(raw: bytes) -> str:
    """Browsers read the five undefined bytes of code page 1252 as control characters."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in b"\x81\x8d\x8f\x90\x9d" else chr(byte) for byte in raw
    )


def _percent_u(text: str) -> str:
    return "".join(char if char.isascii() else f"%u{ord(char):04X}" for char in text)


def _backslash_u(text: str) -> str:
    return "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in text)


def _indent(text: str) -> str:
    return "\n".join("? ? ? ?" + line for line in text.split("\n"))


CHAINS: dict[str, Misread] = {
    "utf-8 as gb18030": lambda text: text.encode().decode("gb18030", "replace"),
    "utf-8 as gbk": lambda text: text.encode().decode("gbk", "replace"),
    "utf-8 as latin-1": lambda text: _latin1(text.encode()),
    "utf-8 as cp1252": lambda text: _cp1252(text.encode()),
    "utf-8 twice": lambda text: _cp1252(_cp1252(text.encode()).encode()),
    "utf-8 as big5": lambda text: text.encode().decode("big5hkscs", "replace"),
    "gbk as latin-1": lambda text: _latin1(text.encode("gbk", "replace")),
    "gbk as cp1252": lambda text: _cp1252(text.encode("gbk", "replace")),
    "gbk as big5": lambda text: text.encode("gbk", "replace").decode("big5hkscs", "replace"),
    "big5 as gbk": lambda text: text.encode("big5hkscs", "replace").decode("gb18030", "replace"),
    "big5 as cp1252": lambda text: _cp1252(text.encode("big5hkscs", "replace")),
    "decimal entities": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    "hexadecimal entities": lambda text: "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in text),
    "entities twice": lambda text: text.encode("ascii", "xmlcharrefreplace").decode().replace("&", "&amp;"),
    "%u": _percent_u,
    "\\u": _backslash_u,
    "percent": lambda text: urllib.parse.quote(text, safe="\n ，。"),
    "blanks as ?": _indent,
    "zero-width": "\u200b".join,
    "private use": lambda text: text.replace("，", "，\ue5e5").replace("。", "。\ue004"),
    "half of it": lambda text: "".join(
        line if number % 2 else _cp1252(line.encode()) for number, line in enumerate(text.split("\n"))
    ),
    "锟斤拷": lambda text: "锟斤拷".join(text[at : at + 9] for at in range(0, len(text), 9)),
    "烫烫烫": lambda text: text + "烫烫烫烫烫烫",
    "question marks": lambda text: text[: len(text) // 2] + "?" * (len(text) // 2),
    "U+FFFD": lambda text: "\ufffd".join(text[at : at + 9] for at in range(0, len(text), 9)),
}
_LOSSES = {"锟斤拷", "烫烫烫", "question marks", "U+FFFD"}


def of(number: int) -> list[str]:
    """Return which chains are tried on a text: each on a third of the texts."""
    return [name for at, name in enumerate(CHAINS) if (number + at) % 3 == 0]


def misread(name: str, text: str) -> tuple[str | None, bool]:
    """Return the text after a chain, None where it cannot be taken, and whether bytes were lost."""
    if name == "half of it" and "\n" not in text:
        return None, False
    right = name.split(" as ", maxsplit=1)[0]
    if right in {"gbk", "big5"} and not _fits(text, right):
        return None, False
    damaged = CHAINS[name](text)
    return damaged, name in _LOSSES or "\ufffd" in damaged


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode("big5hkscs" if encoding == "big5" else encoding)
    except UnicodeEncodeError:
        return False
    return True
