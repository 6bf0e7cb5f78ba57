"""GBK as bytes: which bytes make which character, and which characters a lost byte may have belonged to."""

from __future__ import annotations

from functools import cache, lru_cache

from crawler.text import gloss, model, readings, script

LEAD = range(0x81, 0xFF)
FIRST_TRAIL = 0x40
PUNCTUATION = frozenset("、。·—…“”‘’《》〈〉【】〔〕『』「」（），：；？！％．～\u3000")
SIGNS = frozenset("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ①②③④⑤⑥⑦⑧⑨⑩℃㎡×÷±‰→●■□★☆◆◇○◎△▲※§№￥≥≤≈／＋－＝")

WIDE_LETTERS = frozenset(chr(0xFEE0 + code) for code in range(0x21, 0x7F) if chr(code).isalnum())


@lru_cache(maxsize=65536)
def encode(char: str) -> bytes:
    """Return the one or two bytes of a character, private-use ones included; empty where it has none."""
    try:
        raw = char.encode("gb18030")
    except UnicodeEncodeError:
        return b""
    return raw if len(raw) in {1, 2} else b""


@lru_cache(maxsize=65536)
def decode(lead: int, trail: int) -> str:
    """Return the character of two bytes, empty where they are none."""
    try:
        char = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


def _trails() -> list[int]:
    return [trail for trail in range(FIRST_TRAIL, 0xFF) if trail != 0x7F]


@cache
def plausible(*, traditional: bool) -> frozenset[str]:
    """Return the characters that a lost one may have been: those of the page's script, and usual marks."""
    foreign = script.simplified_only() if traditional else frozenset(script.traditional_only())
    every = {decode(lead, trail) for lead in LEAD for trail in _trails()}
    return frozenset(
        char
        for char in every
        if char in PUNCTUATION
        or char in WIDE_LETTERS
        or ("\u4e00" <= char <= "\u9fa5" and char not in foreign)
    )


@lru_cache(maxsize=1024)
def leads_of(trail: int, *, traditional: bool) -> tuple[int, ...]:
    """Return the first bytes that make a plausible character with this second byte."""
    allowed = plausible(traditional=traditional)
    return tuple(lead for lead in LEAD if decode(lead, trail) in allowed)


@lru_cache(maxsize=1024)
def trails_of(lead: int, *, traditional: bool) -> tuple[int, ...]:
    """Return the second bytes that make a plausible character with this first byte."""
    allowed = plausible(traditional=traditional)
    return tuple(trail for trail in _trails() if decode(lead, trail) in allowed)


@lru_cache(maxsize=1024)
def completed(trail: int, *, traditional: bool) -> dict[int, str]:
    """Return the plausible characters with this second byte by their first byte; signs are among them."""
    allowed = plausible(traditional=traditional) | SIGNS
    return {lead: char for lead in LEAD if (char := decode(lead, trail)) in allowed}


@lru_cache(maxsize=1024)
def begun(lead: int, *, traditional: bool) -> tuple[tuple[int, str], ...]:
    """Return the second bytes that make a plausible character with this first byte, and the characters."""
    return tuple((trail, decode(lead, trail)) for trail in trails_of(lead, traditional=traditional))


@lru_cache(maxsize=8192)
def read_as(lead: int, spelled: str) -> tuple[int, ...]:
    """Return the second bytes that make a character with this first byte and this first reading."""
    reading = gloss.normalise(spelled)
    plain = readings.toneless(reading)
    if plain == reading.replace("ü", "v"):
        characters = readings.characters_read_toneless(plain)
    else:
        characters = readings.characters_read(reading)
    raw = (encode(char) for char in characters)
    return tuple(sorted(each[1] for each in raw if len(each) == 2 and each[0] == lead))


@lru_cache(maxsize=8192)
def also_read_as(lead: int, spelled: str) -> tuple[int, ...]:
    """Return the second bytes that make a character with this first byte and this as a further reading."""
    if lead not in LEAD:
        return ()
    reading = gloss.normalise(spelled)
    found = (trail for trail in _trails() if reading in readings.readings(decode(lead, trail)))
    return tuple(trail for trail in found if trail not in read_as(lead, spelled))


@cache
def private_use() -> dict[int, tuple[int, ...]]:
    """Return the second bytes by first byte of the codes that are left to private use."""
    found = {
        lead: tuple(trail for trail in _trails() if "\ue000" <= decode(lead, trail) <= "\uf8ff")
        for lead in LEAD
    }
    return {lead: trails for lead, trails in found.items() if trails}


@lru_cache(maxsize=256)
def leads_behind(byte: int) -> tuple[int, ...]:
    """Return the first bytes that make a code of private use behind this byte."""
    return tuple(second for second in private_use().get(byte, ()) if second in LEAD)


@lru_cache(maxsize=1024)
def begun_private(lead: int, *, traditional: bool) -> tuple[tuple[int, str], ...]:
    """Return as ``begun`` those second bytes that codes of private use begin with; known characters only."""
    return tuple(
        (trail, char)
        for trail, char in begun(lead, traditional=traditional)
        if trail in private_use() and _is_known(char)
    )


@lru_cache(maxsize=4096)
def completed_private(byte: int, trail: int, *, traditional: bool) -> tuple[tuple[int, str], ...]:
    """Return as ``completed`` those first bytes that make a code of private use behind ``byte``."""
    found = completed(trail, traditional=traditional)
    return tuple(
        (lead, found[lead]) for lead in leads_behind(byte) if lead in found and _is_known(found[lead])
    )


def _is_known(char: str) -> bool:
    """Say whether a character is a mark or one that the language model has: others are no good guess."""
    return char in model.load().ids or not "\u4e00" <= char <= "\u9fff"
