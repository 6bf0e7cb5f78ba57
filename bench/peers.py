"""The libraries that portalwatch is compared with, each as a function from a case to a text.

A library that is not installed is left out, and said to be missing.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.text import charset
from crawler.text.canonical import canonical
from crawler.text.restore import restore

if TYPE_CHECKING:
    from collections.abc import Callable

    from text_cases import Case

TEXT, BYTES = "abcdeg", "f"


@dataclass(frozen=True, slots=True)
class Contender:
    """A name, the families it is for, and how it repairs a case: the texts that count, and its flags."""

    name: str
    families: str
    repair: Callable[[Case], tuple[tuple[str, ...], tuple[str, ...]]]


def portalwatch() -> Contender:
    """Return our own; in the families whose damage goes with a change of script the canonical form counts."""

    def repair(case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if case.body is not None:
            decoded = charset.decode(case.body, charset.decide(case.body, case.http))
            return (decoded.text,), ("replacement-characters",) if decoded.replaced else ()
        restored = restore(case.damaged)
        simplified = canonical(restored.text)
        if case.family in "abcg":
            return (simplified,), restored.flags
        return (restored.text,), restored.flags

    return Contender("portalwatch", TEXT + BYTES, repair)


def contenders() -> tuple[list[Contender], list[str]]:
    """Return all that are installed, portalwatch first, and the names of those that are missing."""
    found, missing = [portalwatch()], []
    for name, families, build in _PEERS:
        try:
            found.append(Contender(name, families, _text_only(build())))
        except ImportError:
            missing.append(name)
    return found, missing


def _text_only(
    repair: Callable[[Case], str],
) -> Callable[[Case], tuple[tuple[str, ...], tuple[str, ...]]]:
    return lambda case: ((repair(case),), ())


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _ftfy() -> Callable[[Case], str]:
    ftfy = _module("ftfy")
    return lambda case: str(ftfy.fix_text(case.damaged))


def _opencc(name: str) -> Callable[[], Callable[[Case], str]]:
    def build() -> Callable[[Case], str]:
        converter = _module("opencc").OpenCC(name)
        return lambda case: str(converter.convert(case.damaged.replace("\0", "")))

    return build


def _detector(module: str) -> Callable[[], Callable[[Case], str]]:
    def build() -> Callable[[Case], str]:
        detect = _module(module).detect
        return lambda case: _decoded(case.body or b"", detect(case.body)["encoding"])

    return build


def _charset_normalizer() -> Callable[[Case], str]:
    from_bytes = _module("charset_normalizer").from_bytes
    return lambda case: str(from_bytes(case.body).best() or "")


def _w3lib() -> Callable[[Case], str]:
    html_to_unicode = _module("w3lib.encoding").html_to_unicode

    def decode(case: Case) -> str:
        header = f"text/html; charset={case.http}" if case.http else "text/html"
        return str(html_to_unicode(header, case.body)[1])

    return decode


def _decoded(body: bytes, encoding: str | None) -> str:
    try:
        return body.decode(encoding or "utf-8", "replace")
    except LookupError:
        return ""


_PEERS: tuple[tuple[str, str, Callable[[], Callable[[Case], str]]], ...] = (
    ("ftfy", TEXT, _ftfy),
    ("OpenCC t2s", TEXT, _opencc("t2s")),
    ("OpenCC tw2s", TEXT, _opencc("tw2s")),
    ("charset-normalizer", BYTES, _charset_normalizer),
    ("chardet", BYTES, _detector("chardet")),
    ("faust-cchardet", BYTES, _detector("cchardet")),
    ("w3lib", BYTES, _w3lib),
)
