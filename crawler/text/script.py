"""Traditional or Simplified, and from the one to the other."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from opencc import OpenCC

# What OpenCC refuses or takes for the end of the text.
_BEYOND = re.compile("[\U00020000-\U0003ffff]")
_UNCONVERTIBLE = re.compile("([\0\ud800-\udfff]+)")


# GB 2312 has the first two, and yet no Simplified text; OpenCC leaves the others.
_NEVER_SIMPLIFIED = {"後": "后", "麽": "么", "衹": "只", "衞": "卫", "枱": "台", "揹": "背"}


_GOOD_SHARE = 0.2


class ScriptCount(NamedTuple):
    """How many characters of a text are Traditional only and Simplified only."""

    traditional: int
    simplified: int

    @property
    def mostly_traditional(self) -> bool:
        """Say whether Traditional characters clearly outweigh; a text with both side by side is neither."""
        return self.traditional > 3 * self.simplified

    @property
    def mixed(self) -> bool:
        """Say whether both scripts have a good share."""
        return min(self) > _GOOD_SHARE * sum(self)


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def _convert(name: str, text: str) -> str:
    if not _UNCONVERTIBLE.search(text):
        return str(_converter(name).convert(text))
    parts = _UNCONVERTIBLE.split(text)
    return "".join(part if at % 2 else str(_converter(name).convert(part)) for at, part in enumerate(parts))


def traditional_to_simplified(text: str) -> str:
    """Convert Traditional text, Taiwanese forms included, to Simplified by OpenCC's ``tw2s``.

    Characters are converted by phrase, words are not exchanged. Simplified text is mostly left as it is,
    but not always (乾, 著): ask ``count`` first.
    """
    converted = _convert("tw2s", text)
    if not _BEYOND.search(converted):
        return converted
    if len(converted) == len(text):
        pairs = zip(text, converted, strict=True)
        return "".join(char if _BEYOND.match(to) and _in(char, "gbk") else to for char, to in pairs)
    return converted.translate(_hardly_written())


@cache
def _tables() -> dict[str, str]:
    """Read what OpenCC says of single characters (its phrase tables would take 45 MB)."""
    lines = files("crawler.text").joinpath("data/scripts.tsv").read_text(encoding="utf-8").splitlines()
    return {name: characters for name, _, characters in (line.partition("\t") for line in lines)}


@cache
def _pairs() -> dict[str, str]:
    pairs = _tables()["simplified"]
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


@cache
def _hardly_written() -> dict[int, str]:
    """Give the Simplified forms that no encoding of Simplified pages has, with what is written for them.

    鮸魚 and 二噁英 stand so in Simplified text.
    """
    return {ord(to): char for char, to in _pairs().items() if _BEYOND.match(to) and _in(char, "gbk")}


@cache
def _single() -> dict[str, str]:
    return {char: to for char, to in _pairs().items() if ord(to) not in _hardly_written()}


def _in(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@cache
def traditional_only() -> dict[str, str]:
    """Return the characters that no Simplified text has, each with its Simplified form.

    GB 2312 draws the line: 乾, 著, 瞭 or 徵 convert in some words and yet belong to Simplified.
    """
    return {char: to for char, to in _single().items() if not _in(char, "gb2312")} | _NEVER_SIMPLIFIED


@cache
def simplified_only() -> frozenset[str]:
    """Return the characters that no Traditional text has; Big5 draws the line (后, 里, 云 are in it).

    Hong Kong writes 户, 温, 税 and a few others as Simplified does; 麽 is what mainland pages in Traditional
    have for 麼.
    """
    return frozenset(_tables()["simplified only"]) - {"麽"}


@cache
def simplified_of() -> dict[str, str]:
    """Return every character that has another Simplified form by itself, with that form."""
    return {**_single(), "著": "着", **_NEVER_SIMPLIFIED}


@cache
def converted() -> frozenset[str]:
    """Return every character that a table of characters converts; some stay in Simplified (鮸)."""
    return frozenset(simplified_of().keys() | _pairs().keys())


@cache
def merged() -> frozenset[str]:
    """Return the characters of both scripts that Simplified also writes for others: 核 for 覈, 里 for 裏."""
    traditional = simplified_of()
    return frozenset(each for each in traditional.values() if each not in traditional) - simplified_only()


@cache
def usual_traditional() -> frozenset[str]:
    """Return the Traditional forms that a table of characters gives: 鍾 for 钟, and not 鐘."""
    return frozenset(_tables()["usual"])


@cache
def _translation() -> dict[int, str]:
    return str.maketrans(simplified_of())


@cache
def _translation_of_traditional() -> dict[int, str]:
    return str.maketrans(traditional_only())


def fold_traditional(text: str) -> str:
    """Replace each character that no Simplified text has by its Simplified one, and no other."""
    return text.translate(_translation_of_traditional()) if has_traditional(text) else text


@cache
def _unfolded() -> re.Pattern[str]:
    return re.compile(f"[{''.join(simplified_of())}]")


def fold_characters(text: str) -> str:
    """Replace each Traditional character by its Simplified one, blind to the words it stands in.

    One character in, one character out: for comparing, not for reading.
    """
    # Most texts have none, and to find that out is ten times as fast as to look each character up.
    return text.translate(_translation()) if _unfolded().search(text) else text


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(traditional_only())}]")


@cache
def _simplified() -> re.Pattern[str]:
    return re.compile(f"[{''.join(simplified_only())}]")


def has_traditional(text: str) -> bool:
    """Say whether a text has a character that is Traditional only; much faster than to count them."""
    return _traditional().search(text) is not None


def count(text: str) -> ScriptCount:
    """Count the characters of a text that belong to one script only."""
    return ScriptCount(len(_traditional().findall(text)), len(_simplified().findall(text)))
