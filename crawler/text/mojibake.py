"""Undo text that was decoded with the wrong encoding, as a whole or in places.

A chain names what happened: ``utf-8>cp1252`` is UTF-8 that was read as code page 1252 (or latin-1).
Undoing encodes with the wrong codec and decodes with the right one; readings are compared by the
character language model. A text about encodings, which quotes such strings, stays as it is. What is
lost for good is flagged and never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.text import codepages, foreign, losses, misread, singlebyte, together, topic
from crawler.text.repairs import Repair

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP = "mojibake"

# UTF-8 proves itself by its form, so it comes first; single bytes leave more whole than pairs do.
_UTF8: dict[str, misread.Chain] = {
    "utf-8>cp1252": singlebyte.utf8_as_single,
    "utf-8>gb18030": misread.utf8_as_gb,
    "utf-8>cp1252+gb18030": singlebyte.utf8_written_again,
    "gb18030>cp1252+gb18030": singlebyte.gb_written_again,
    **{f"utf-8>{wrong}": foreign.utf8(wrong) for wrong in ("big5hkscs", "cp932", "cp949", "euc_jp")},
    **{
        f"utf-8>{wrong}": codepages.through(wrong, "utf-8", singlebyte.utf8_as_single)
        for wrong in codepages.NAMES
    },
}
_OTHERS: dict[str, misread.Chain] = {
    "gb18030>cp1252": singlebyte.chinese_as_single("gb18030"),
    "big5hkscs>cp1252": singlebyte.chinese_as_single("big5hkscs"),
    "gb18030>big5hkscs": misread.pair_by_pair("big5hkscs", "gb18030"),
    "big5hkscs>gb18030": misread.pair_by_pair("gb18030", "big5hkscs"),
    "utf-16-be>utf-16-le": foreign.exchanged(),
    **{
        f"{right}>{wrong}": (foreign.with_hangul if wrong == "cp949" else foreign.whole_runs)(wrong, right)
        for right in ("gb18030", "big5hkscs")
        for wrong in ("cp949", "euc_jp", "cp932")
    },
    **{
        f"{right}>{wrong}": codepages.through(wrong, right, singlebyte.chinese_as_single(right))
        for wrong in codepages.NAMES
        for right in ("gb18030", "big5hkscs")
    },
}
CHAINS = _UTF8 | _OTHERS
# Text can be misread more than once.
_ROUNDS = 4
_EXAMPLE = 60
# A text about encodings quotes a few strings; from this share on it is garbled itself.
_QUOTED = 0.4
_OPENING = frozenset("“「『‘")


def undo(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Undo misreadings in a text, line by line and in runs inside lines.

    Gives the text, a ``Repair`` for each chain in the order taken (``detail`` is the chain), and flags
    for what is lost: those of ``crawler.text.losses``, and ``lost-bytes`` where a chain that was undone had
    lost some.
    """
    if text.isascii():
        return text, (), losses.flags(text)
    repairs: list[Repair] = []
    changed, lossy, new = 0, False, text
    for _ in range(_ROUNDS):
        before = new
        first = codepages.likeliest(new)
        ordered = {first: CHAINS[first], **CHAINS} if first else CHAINS
        for name, chain in ordered.items():
            if any(repair.detail == _reverse(name) for repair in repairs):
                continue
            tally = misread.Tally()
            undone = chain(new, False, tally)
            if not tally.places:
                continue
            # Once a chain is known, what is too short to tell by itself follows it.
            new = chain(undone, True, tally)
            changed, lossy = changed + tally.characters, lossy or tally.lossy
            repairs.append(Repair(STEP, tally.places, tally.before[:_EXAMPLE], tally.after[:_EXAMPLE], name))
        if new == before:
            break
    quoted = repairs and changed < _QUOTED * len(text) and topic.about_encodings(text)
    if quoted or (repairs and (topic.in_code_order(text) or _is_told(text, new))):
        return text, (), losses.flags(text)
    flags = losses.flags(new)
    lossy = lossy or (bool(repairs) and "?" in new and losses.has_garbled_stretch(new))
    return new, tuple(repairs), (*flags, "lost-bytes") if lossy else flags


def undo_all(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[Repair, ...], tuple[str, ...]]:
    """Do ``undo`` on all texts of one page, deciding over all of them; same order and number.

    So a short title follows its body, and one block of a page about encodings is judged by the others.
    """
    return together.undo_all(undo, texts)


def apply(repair: Repair, text: str) -> str:
    """Undo on a text the chain that a repair of this module names; a sound text comes back unchanged."""
    chain = CHAINS.get(repair.detail)
    if not chain:
        return text
    tally = misread.Tally()
    undone = chain(text, False, tally)
    return chain(undone, True, tally)


def _is_told(text: str, new: str) -> bool:
    """Say whether the one place that was undone is quoted, and what it stands for is quoted as well."""
    start = _same_ahead(text, new)
    end = len(new) - _same_ahead(text[start:][::-1], new[start:][::-1])
    opening, told, closing = new[start - 1 : start], new[start:end], new[end : end + 1]
    return bool(told and closing) and opening in _OPENING and opening + told + closing in text


def _same_ahead(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _reverse(name: str) -> str:
    right, wrong = name.split(">")
    return f"{wrong}>{right}"
