"""Undo what garbled a text, and say step by step what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.text import cuts, gloss, injection, script
from crawler.text.gloss import Profile
from crawler.text.repairs import Repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GLOSS = "gloss"
CUT = "cut"


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored text, what was done to it, and what is lost for good (a flag a kind of loss)."""

    text: str
    repairs: tuple[Repair, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoredAll:
    """The restored texts of a page, in the order they came, with the repairs and losses of all."""

    texts: tuple[str, ...]
    repairs: tuple[Repair, ...] = ()
    flags: tuple[str, ...] = ()


def restore(text: str) -> Restored:
    """Restore a text that is a page of its own. Never raises; a healthy text comes back as it is."""
    done = restore_all([text])
    return Restored(done.texts[0], done.repairs, done.flags)


def restore_all(texts: Sequence[str]) -> RestoredAll:
    """Restore all texts of one page; what garbled it is decided over all of them together. Never raises."""
    profile = injection.decide(texts)
    repairs: list[Repair] = []
    if profile is not None:
        removed: list[str] = []
        restored = []
        for text in texts:
            after, taken = gloss.remove(text, profile)
            restored.append(after)
            removed += taken
        texts = restored
        repairs.append(Repair(GLOSS, len(removed), removed[0], removed[0][0], profile.describe()))
    traditional = injection.count_scripts(texts).mostly_traditional
    grams = (
        cuts.page_grams(texts)
        if any("?" in text or "\ufffd" in text or profile for text in texts)
        else frozenset()
    )
    mended = [cuts.mend(text, profile, traditional=traditional, grams=grams) for text in texts]
    if any(each.count for each in mended):
        example = next(each for each in mended if each.count)
        repairs.append(Repair(CUT, sum(each.count for each in mended), example.before, example.after))
    flags = ("lost-byte",) if any(each.lost for each in mended) else ()
    return RestoredAll(tuple(each.text for each in mended), tuple(repairs), flags)


def apply(repairs: Iterable[Repair], text: str) -> str:
    """Repeat repairs on a text of the same page, in their order."""
    for repair in repairs:
        if repair.step == GLOSS:
            text, _ = gloss.remove(text, Profile.parse(repair.detail))
    return text
