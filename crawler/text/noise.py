"""Undo escapes left in text, and strip characters that nobody sees.

Escapes must go before mojibake is undone (``undo_escapes``), invisible characters after it
(``strip``): a soft hyphen, for one, is a byte of many a garbled character. Full-width letters and
digits stay.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING

from crawler.text import blanks, escaped_bytes, escapes, together
from crawler.text.repairs import Repair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]+"
)
# Variants and tags that choose among shapes of a character, and marks struck through it or put on it.
_VARIANTS = re.compile(
    "(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])[\ufe00-\ufe0f\u0300-\u036f\u20d0-\u20e2\u20e4-\u20f0]+"
    "|(?<=[\n -~\u2014-\u2026])[\ufe00-\ufe0f]+(?!\u20e3)|^[\ufe00-\ufe0f]+"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
# Selectors of the shapes that names are written with: one behind a character, in Japanese or of few of them.
_SELECTORS = re.compile("[\U000e0100-\U000e01ef]+")
_SHAPE = re.compile("(?s:.)?[\U000e0100-\U000e01ef]+")
_FEW, _LOOKED_AT = 2, 40
_STRAY_SELECTORS = re.compile(
    "(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]+"
    "|(?<=[\U000e0100-\U000e01ef])[\U000e0100-\U000e01ef]+"
)
# Joiners are bytes of Arabic and Hebrew code pages, and nothing between letters of a Western one.
_WESTERN = "[\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_NO_BYTE = re.compile(f"[\u200b\u2060\ufeff]+|(?<={_WESTERN})[\u200c\u200d]+(?={_WESTERN})")
_NEVER_A_BYTE = re.compile("[\u200b-\u200d\u2060\ufeff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
# What a text says that is about such characters.
_ON_VARIANTS = re.compile("变体选择|變體選擇|异体字选择|異體字選擇|标准化变体|標準化變體")
_ON_PRIVATE_USE = re.compile(
    "私用[区區字]|私有[区區]|造字[区區]|(?<![A-Za-z])PUA(?![A-Za-z])|U\\+[Ee][0-9A-Fa-f]{3}"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]+")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
# Every character that any of the above takes: most texts have none.
_SUSPECTS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U0010fffd]"
)
_BESIDE = 2
_EXAMPLE = 60
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
# Scripts and signs in which joiners and direction marks mean something.
_JOINING = re.compile(
    "[\u0590-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u18af\u200d\ufe0f\u2600-\u27bf\U0001f000-\U0001faff]"
)
# Scripts in which what has no width parts words or endings: Thai and its neighbours, and Mongolian.
_SEPARATED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u18af\u19e0-\u19ff\u1a20-\u1aaf\ua9e0-\uaa7f]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
_LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SIGHT, _NEAR = 24, 200
_LATIN = re.compile("[\u00a1-\u00ff]")
# A hyphen that shows at a line's end only, within a word of letters; and where there is none.
_HYPHENATED = re.compile("(?<=[A-Za-z\u00c0-\u024f])\u00ad(?=[A-Za-z\u00c0-\u024f])")
_NOT_HYPHENATED = re.compile("\u00ad(?![A-Za-z\u00c0-\u024f])|(?<![A-Za-z\u00c0-\u024f])\u00ad")
_MEANINGFUL = re.compile("[\u200c-\u200f\u202a-\u202e\u2066-\u2069]")

Undone = tuple[str, tuple[Repair, ...], tuple[str, ...]]


def undo(text: str) -> Undone:
    """Run ``undo_escapes`` and ``strip``: the text, what was done, and no flags."""
    text, first, _ = undo_escapes(text)
    text, second, _ = strip(text)
    return text, first + second, ()


def undo_escapes(text: str) -> Undone:
    r"""Decode entities, ``%uXXXX``, ``\uXXXX``, percent-encoded text, and blanks that became ``?``.

    What a text about such escapes, a code sample or a URL shows stays. Gives the text, a repair with the step
    ``escape`` for each kind found, and no flags.
    """
    return _run("escape", _ESCAPES, text)


def undo_escapes_all(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[Repair, ...], tuple[str, ...]]:
    """Do ``undo_escapes`` on all texts of one page, deciding over all of them; same order and number."""
    return together.undo_all(undo_escapes, texts)


def strip(text: str) -> Undone:
    """Strip zero-width, control and private-use characters; to be called after mojibake is undone.

    Joiners stay in emoji and in scripts that need them. Surrogates become characters where they are pairs and
    U+FFFD where they are alone. Gives the text, a repair with the step ``noise`` for each kind found,
    and no flags.
    """
    if not _SUSPECTS.search(text):
        return text, (), ()
    return _run("noise", _STRIPPERS, text)


def strip_zero_width(text: str) -> Undone:
    """Strip what has no width, before anything is looked for in a text; bytes of misreadings wait."""
    if not _NEVER_A_BYTE.search(text):
        return text, (), ()
    joined = "\u200c" in text and _LEFTWARD.search(text)
    kind = "no-byte" if "\u00ad" in text or joined else "zero-width"
    return _run("noise", {kind: _STRIPPERS[kind]}, text)


def apply(repair: Repair, text: str) -> str:
    """Repeat on a text what a repair of this module names; sound text comes back unchanged."""
    kinds = _ESCAPES if repair.step == "escape" else _STRIPPERS
    run = kinds.get(repair.detail)
    return run(text)[0] if run else text


def _run(step: str, kinds: dict[str, Callable[[str], tuple[str, int, str, str]]], text: str) -> Undone:
    repairs: list[Repair] = []
    for name, run in kinds.items():
        text, count, before, after = run(text)
        if count:
            repairs.append(Repair(step, count, before[:_EXAMPLE], after[:_EXAMPLE], name))
    return text, tuple(repairs), ()


def _stripper(
    pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]
) -> Callable[[str], tuple[str, int, str, str]]:
    def run(text: str) -> tuple[str, int, str, str]:
        found = pattern.search(text)
        if not found:
            return text, 0, "", ""
        around = text[max(0, found.start() - 8) : found.end() + 8]
        new, count = pattern.subn(replace, text)
        if new == text:
            return text, 0, "", ""
        return new, count, around, pattern.sub(replace, around)

    return run


def _unless(
    explained: re.Pattern[str], run: Callable[[str], tuple[str, int, str, str]]
) -> Callable[[str], tuple[str, int, str, str]]:
    """Strip, unless the text explains such characters, and so means to have them."""

    def checked(text: str) -> tuple[str, int, str, str]:
        result = run(text)
        return (text, 0, "", "") if result[1] and explained.search(text) else result

    return checked


def _hidden(found: re.Match[str]) -> str:
    """Strip, unless the neighbour shows that the character is a byte of mojibake that was left as it is."""
    text, start, end = found.string, found.start(), found.end()
    near = max(0, start - _NEAR), end + _NEAR
    if _HYPHENATED.match(text, start) and not _NOT_HYPHENATED.search(text, *near):
        return found.group()
    return found.group() if _LATIN.search(text[max(0, start - 1) : start] + text[end : end + 1]) else ""


def _joined(found: re.Match[str]) -> str:
    if "\u00ad" in found.group():
        return _hidden(found)
    text, start, end = found.string, found.start(), found.end()
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    if _SEPARATED.search(beside) or (_DIRECTION.search(found.group()) and _is_leftward(text, start, end)):
        return found.group()
    return found.group() if _MEANINGFUL.search(found.group()) and _JOINING.search(beside) else ""


def _is_leftward(text: str, start: int, end: int) -> bool:
    """Say whether what is written from right to left stands near by: marks of direction order the two."""
    return _LEFTWARD.search(text, max(0, start - _SIGHT), end + _SIGHT) is not None


def _character(found: re.Match[str]) -> str:
    pair = found.group()
    return pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le") if len(pair) > 1 else "\ufffd"


def _private(found: re.Match[str]) -> str:
    if "\ufffd" in found.string[max(0, found.start() - _BESIDE) : found.end() + _BESIDE]:
        # What stands among lost characters is no noise but half of some.
        return found.group()
    return "".join(_formerly_private().get(char, "") for char in found.group())


@cache
def _formerly_private() -> dict[str, str]:
    lines = resources.files(__package__).joinpath("data/private_use.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {chr(int(old, 16)): chr(int(new, 16)) for old, new in rows}


def _strip_selectors(text: str) -> tuple[str, int, str, str]:
    shown = [found[0][0] for found in islice(_SHAPE.finditer(text), _LOOKED_AT)]
    if not shown:
        return text, 0, "", ""
    # A text that compares shapes has each character more than once.
    named = len(shown) <= _FEW or len(shown) >= 2 * len(set(shown)) or _KANA.search(text)
    return _stripper(_STRAY_SELECTORS if named else _SELECTORS, lambda _: "")(text)


_ESCAPES = escapes.UNICODE | escaped_bytes.KINDS | {"blank": blanks.undo}
_STRIPPERS = {
    "surrogate": _stripper(_SURROGATES, _character),
    "zero-width": _stripper(_ZERO_WIDTH, _joined),
    "variant": _unless(_ON_VARIANTS, _stripper(_VARIANTS, lambda _: "")),
    "selector": _strip_selectors,
    "control": _stripper(_CONTROLS, _hidden),
    "private-use": _unless(_ON_PRIVATE_USE, _stripper(_PRIVATE, _private)),
    # What is left of zero-width where it is asked for alone.
    "no-byte": _stripper(_NO_BYTE, _joined),
}
