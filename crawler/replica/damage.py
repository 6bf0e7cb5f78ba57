"""What portals do to a clean text, as pure functions: script, injected readings, characters cut in two.

Every function is deterministic, so that a replica article always comes out as the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import opencc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HAN = re.compile(r"[\u3400-\u9fff]")
_LEAD = range(0x81, 0xFF)
_TRAIL = frozenset(range(0x40, 0xFF)) - {0x7F}


class Gloss(StrEnum):
    """How a portal injects readings."""

    NONE = "none"
    TONED = "toned"  # 業(yè)
    TONELESS = "toneless"  # 書(shu) and a blank
    BYTES = "bytes"  # toned, by a blind replacement on the GBK bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a decoder that never fails: ``cuts`` lead bytes that swallowed an opening bracket became ``?``.

    ``losses`` counts the other ``?``, where no reading behind tells which character stood there.
    """

    text: str
    cuts: int
    losses: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that one portal does to its texts.

    ``table`` maps single Simplified characters to what the portal's character table makes of them; all
    others follow OpenCC where ``traditional`` is set. ``share`` (0 to 1) of the converted characters carry
    a gloss, chosen by a hash with ``salt``; ``spared`` never do.
    """

    traditional: bool = False
    table: Mapping[str, str] | None = None
    gloss: Gloss = Gloss.NONE
    share: float = 0.0
    salt: str = ""
    spared: str = ""


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")


@lru_cache(maxsize=8192)
def _traditional_character(char: str) -> str:
    return str(_converter().convert(char))


def traditional(text: str, table: Mapping[str, str] | None = None) -> str:
    """Return text with each Simplified character replaced on its own, ``table`` before OpenCC.

    Character by character on purpose: that is how 面 becomes 麵 and 后 stays as it is on real portals.
    """
    table = table or {}
    return "".join(
        table.get(char) or _traditional_character(char) if _HAN.match(char) else char for char in text
    )


def is_chosen(char: str, share: float, salt: str) -> bool:
    """Return whether the portal with this salt glosses the character: the same answer at every occurrence."""
    digest = hashlib.sha256(f"{salt}:{char}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def gloss(text: str, readings: Mapping[str, str], *, blank: bool = False) -> str:
    """Return text with ``(reading)`` behind every character of ``readings``, and a blank where asked for."""
    tail = ") " if blank else ")"
    return "".join(f"{char}({readings[char]}{tail}" if char in readings else char for char in text)


def gloss_bytes(data: bytes, readings: Mapping[str, str]) -> bytes:
    """Return GBK bytes with readings put in by one blind replacement a character, in code order.

    The replacement knows nothing of character boundaries, so it also fires on the second byte of one
    character and the first of the next, as it did on the seed portal.
    """
    for char in sorted(readings):
        found = char.encode("gbk")
        data = data.replace(found, found + f"({readings[char]})".encode("gbk"))
    return data


def decode_bytes(data: bytes) -> Decoded:
    """Decode GBK as the portals' own software does: a lead byte and what cannot follow it make one ``?``."""
    out: list[str] = []
    cuts = losses = at = 0
    while at < len(data):
        pair = data[at : at + 2]
        if pair[0] < 0x80:
            out.append(chr(pair[0]))
            at += 1
            continue
        at += len(pair)
        char = _character(pair)
        if char is None:
            bracket = pair[1:] == b"("
            cuts += bracket
            losses += not bracket
        out.append(char or "?")
    return Decoded("".join(out), cuts, losses)


def _character(pair: bytes) -> str | None:
    if len(pair) == 1 or pair[0] not in _LEAD or pair[1] not in _TRAIL:
        return None
    try:
        return pair.decode("gbk")
    except UnicodeDecodeError:
        return None


class Damage:
    """A recipe made ready: call it with a text.

    ``reading`` returns the first reading of a character, toned or not, or None where it has none.
    """

    def __init__(self, recipe: Recipe, reading: Callable[[str, bool], str | None]) -> None:
        self.recipe = recipe
        self._reading = reading
        self._known: dict[str, str | None] = {}

    def __call__(self, text: str) -> str:
        """Return the text as the portal shows it."""
        return self.decoded(text).text

    def decoded(self, text: str) -> Decoded:
        """Return the text as the portal shows it, with the number of characters that were cut or lost."""
        if not self.recipe.traditional:
            return Decoded(text, 0, 0)
        shown = traditional(text, self.recipe.table)
        match self.recipe.gloss:
            case Gloss.NONE:
                return Decoded(shown, 0, 0)
            case Gloss.BYTES:
                return self._by_bytes(shown)
            case kind:
                return Decoded(gloss(shown, self.readings(shown), blank=kind is Gloss.TONELESS), 0, 0)

    def readings(self, shown: str) -> dict[str, str]:
        """Return the readings that the portal injects for the characters of a converted text."""
        found = {char: self._chosen(char) for char in set(shown) if _HAN.match(char)}
        return {char: value for char, value in found.items() if value}

    def _by_bytes(self, shown: str) -> Decoded:
        data = shown.encode("gbk", "xmlcharrefreplace")
        pairs = (data[at : at + 2] for at in range(len(data) - 1))
        reachable = "".join(char for pair in pairs if (char := _character(pair)))
        return decode_bytes(gloss_bytes(data, self.readings(reachable)))

    def _chosen(self, char: str) -> str | None:
        if char not in self._known:
            recipe = self.recipe
            wanted = (
                self._converted(char)
                and char not in recipe.spared
                and is_chosen(char, recipe.share, recipe.salt)
            )
            self._known[char] = self._reading(char, recipe.gloss is not Gloss.TONELESS) if wanted else None
        return self._known[char]

    def _converted(self, char: str) -> bool:
        """Only what the table made Traditional is ever glossed."""
        return _simplified_character(char) != char


@lru_cache(maxsize=1)
def _inverter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=16384)
def _simplified_character(char: str) -> str:
    return str(_inverter().convert(char))
