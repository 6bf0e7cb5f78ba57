"""Undo text that was decoded with the wrong encoding, as a whole or in places.

A chain names what happened: ``utf-8>cp1252`` is UTF-8 that was read as code page 1252 (or latin-1). Undoing encodes
with the wrong codec and decodes with the right one; readings are compared by the character language model. A text
about encodings, which quotes such strings, stays as it is. What is lost for good is flagged and never guessed.
"""

from __future__ import annotations

import re

from crawler.text import misread, topic
from crawler.text.repairs import Repair

STEP = "mojibake"

CHAINS = {
    "utf-8>cp1252": misread.utf8_as_single,
    "gb18030>cp1252": misread.chinese_as_single("gb18030"),
    "big5hkscs>cp1252": misread.chinese_as_single("big5hkscs"),
    "utf-8>gb18030": misread.utf8_as_gb,
    "gb18030>big5hkscs": misread.pair_by_pair("big5hkscs", "gb18030"),
    "big5hkscs>gb18030": misread.pair_by_pair("gb18030", "big5hkscs"),
}
# Misreadings that leave few characters whole: tried only where a line looks wrong.
RARE = {
    f"{right}>{wrong}": misread.whole_lines(wrong, right)
    for right in ("utf-8", "gb18030", "big5hkscs")
    for wrong in ("big5hkscs", "cp932", "cp949", "euc_jp", "cp1251", "mac_roman", "cp437", "cp850")
    if right != wrong
}
# Text can be misread more than once.
_ROUNDS = 4
_EXAMPLE = 60
_LOSSES = (
    ("kunjinkao", re.compile("锟斤拷|锟截|斤拷锟")),
    ("tangtang", re.compile("烫{3,}")),
    ("tuntun", re.compile("屯{3,}")),
    ("replacement-characters", re.compile("\ufffd")),
)
_QUESTIONS = re.compile(r"\?{2,}")


def undo(text: str) -> tuple[str, tuple[Repair, ...], tuple[str, ...]]:
    """Undo misreadings in a text, line by line and in runs inside lines.

    Gives the text, a ``Repair`` for each chain in the order taken, and flags for what is lost: ``kunjinkao``,
    ``tangtang``, ``tuntun``, ``replacement-characters``, ``question-marks``.
    """
    if text.isascii():
        return text, (), _flags(text)
    repairs: list[Repair] = []
    new = text
    for _ in range(_ROUNDS):
        before = new
        new = _round(new, repairs)
        if new == before:
            break
    if repairs and _quotes(text, new):
        return text, (), _flags(text)
    return new, tuple(repairs), _flags(new)


def apply(repair: Repair, text: str) -> str:
    """Undo on a text the chain that a repair of this module names."""
    chain = CHAINS.get(repair.detail) or RARE.get(repair.detail)
    return chain(text, True)[0] if chain else text


def _round(text: str, repairs: list[Repair]) -> str:
    for name, chain in {**CHAINS, **RARE}.items():
        new, count, before, after = chain(text, False)
        if count:
            # Once a chain is known, what is too short to tell by itself follows it.
            new, more, _, _ = chain(new, True)
            repairs.append(Repair(STEP, count + more, before[:_EXAMPLE], after[:_EXAMPLE], name))
            text = new
    return text


def _quotes(text: str, new: str) -> bool:
    """Tell whether the text is sound apart from a few places, and about encodings."""
    healthy = [line for line in misread.lines(text)]
    changed = sum(len(line) for line in healthy if line not in new)
    return changed < len(text) and topic.about_encodings(text) and _share(text, new) < 0.5


def _share(text: str, new: str) -> float:
    same = set(misread.HAN.findall(text)) & set(misread.HAN.findall(new))
    every = set(misread.HAN.findall(new))
    return 1 - len(same) / max(1, len(every))


def _flags(text: str) -> tuple[str, ...]:
    flags = [name for name, pattern in _LOSSES if pattern.search(text)]
    if flags and flags != ["replacement-characters"] and topic.about_encodings(text):
        flags = [flag for flag in flags if flag == "replacement-characters"]
    lost = [found.group() for found in _QUESTIONS.finditer(text)]
    if sum(map(len, lost)) >= 4 and max(map(len, lost)) >= 3:
        flags.append("question-marks")
    return tuple(flags)
