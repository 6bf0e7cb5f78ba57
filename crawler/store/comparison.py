"""Telling whether two texts are the same piece, one a part of the other, or only look alike.

No threshold on a similarity can tell: a notice with another name and date is nearer to the last one than a
shortened repost is to its original. So the texts are aligned, and it counts what stands at the same place
in both and differs: a figure that differs parts them, so does a passage that another took the place of, and
so do words beyond what re-editing does. What only one of them has was added or left out, and parts nothing.
Two reposts that each left out something else are not the same by themselves; their original joins them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.store import synonyms, vocabulary, wording
from crawler.store.alignment import align
from crawler.store.entries import figures, is_entry
from crawler.store.fingerprints import plain
from crawler.store.furniture import bare
from crawler.store.tally import EXTRA, Tally

if TYPE_CHECKING:
    from crawler.store.alignment import Alignment, Gap

SAME_LONGER = 0.55
"""How much of the longer text the same piece shares at least; below, one is a part of the other."""
CONTAINED = 0.88
"""How much of one of the two texts must be found in the other one …"""
CONTAINED_CERTAIN = 0.72
"""… or so much if what they share is of one piece for certain."""
CERTAIN_FIGURES = 6
"""Texts that share so many figures of several digits are no two notices of one wording …"""
CERTAIN_CHARACTERS = 700
"""… nor are texts that share so many characters and differ in no word."""
EXCHANGED = 0.15
"""So much of a text for certain the same may be a passage in the place of another one (added, left out)."""
EXCHANGED_PLAINLY = 0.06
"""So much of another text, where one of the passages is plainly shorter …"""
ENOUGH_CHARACTERS = 200
"""Texts that share so many and have nothing in the place of something else may each lack a part."""
PART_CHARACTERS = 60
"""A part that is shorter could be a phrase that everybody uses."""
ENOUGH_FOR_AN_ENTRY = 40
"""Texts that share so many word for word may share more in the words of Taiwan."""
LONGEST_DIGEST = 12_000
"""A longer text is no digest; exchanging its words takes too long."""
CORRECTED_CHARACTERS = 250
"""Texts that share so many and differ in one thing alone may be a piece and its correction."""
SENTENCES = 4000
"""So many sentences of a text are compared; a longer one is a table."""

CORRECTIONS = 2
"""A new version of an article may correct so many facts and stay the piece it was."""
REWRITTEN = 0.5
"""A version that keeps less of what was there is another piece."""

_ENDS = re.compile(f"[。！!；;…\n]+|(?<={wording.LOST})")


class Relation(StrEnum):
    """What two texts are to each other."""

    SAME = "same"
    PART = "part"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict with its reasons: the shares of both texts found in the other, and what differs."""

    relation: Relation
    cover_shorter: float
    cover_longer: float
    shared: int = 0  # characters found in both
    changed: tuple[tuple[str, str], ...] = ()  # pairs of what stands in the one and in the other
    facts: tuple[tuple[str, str], ...] = ()  # those of the pairs that say something else
    unlike: tuple[tuple[str, str], ...] = ()  # passages that stand at the same place and share little
    equivalents: tuple[
        tuple[str, str], ...
    ] = ()  # pairs that differ and say the same, such as 昨日 and 5月3日

    @property
    def contradicts(self) -> bool:
        """Whether the texts say different things at the same place, so that no third text can join them.

        One fact alone in a long text may have been corrected; ask after a ``thorough`` comparison only.
        """
        corrected = len(self.facts) <= 1 and self.shared >= CORRECTED_CHARACTERS
        return bool(self.facts or self.changed) and not corrected

    @property
    def another_piece(self) -> bool:
        """Whether a text that became another one says something else now, and not the same corrected.

        Ask after a ``thorough`` comparison only.
        """
        if self.relation is not Relation.DIFFERENT:
            return False
        return len(self.facts) > CORRECTIONS or self.cover_shorter < REWRITTEN


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready for comparing; build it with ``prepare``."""

    sentences: tuple[str, ...]
    length: int
    cut: bool = False  # it sends its readers on to the rest


def prepare(canonical_body: str) -> Text:
    """Return a canonical body as the sentences that count, without furniture and punctuation.

    Numerals and units are folded, see ``crawler.store.wording``; the sentences are for comparing only.
    """
    own, cut = bare(canonical_body)
    parts = map(plain, _ENDS.split(wording.fold(own)))
    found = tuple(part for part in parts if part.strip(wording.LOST))[:SENTENCES]
    return Text(found, sum(map(len, found)), cut)


def compare(one: Text, other: Text, *, thorough: bool = False) -> Comparison:
    """Compare two prepared texts; the order of the two does not matter for the relation.

    The first fact that differs ends it, with the shares found up to there, unless ``thorough``.
    """
    shorter, longer = sorted((one, other), key=lambda text: (text.length, text.sentences))
    if not shorter.length:
        return Comparison(Relation.DIFFERENT, 0.0, 0.0)
    aligned = align(shorter.sentences, longer.sentences)
    tally = Tally(shared=sum(map(len, aligned.shared)))
    # What is short is weighed soonest, and a name or a figure in a line of its own ends it.
    for gap in aligned.gaps if thorough else sorted(aligned.gaps, key=_size):
        tally.weigh(gap)
        if tally.facts and not thorough:
            break
    cover_shorter = min(1.0, tally.shared / shorter.length)
    cover_longer = min(1.0, tally.shared / longer.length)
    return Comparison(
        _relation(tally, aligned, shorter, longer),
        cover_shorter,
        cover_longer,
        tally.shared,
        tuple(tally.changed),
        tuple(tally.facts),
        tuple((left, right) for left, right, _ in tally.unlike),
        tuple(tally.equivalents),
    )


def _size(gap: Gap) -> int:
    return sum(map(len, gap.left)) * sum(map(len, gap.right))


def _relation(tally: Tally, aligned: Alignment, shorter: Text, longer: Text) -> Relation:
    if tally.facts or tally.too_many_changes():
        return Relation.DIFFERENT
    certain = tally.shared >= CERTAIN_CHARACTERS or figures(aligned.shared) >= CERTAIN_FIGURES
    if not tally.exchanged_only(
        (EXCHANGED if certain else EXCHANGED_PLAINLY) * shorter.length, certain=certain
    ):
        return Relation.PART if _is_entry(aligned, shorter, longer) else Relation.DIFFERENT
    enough = tally.shared >= ENOUGH_CHARACTERS and not tally.unlike
    if tally.shared < (CONTAINED_CERTAIN if certain or enough else CONTAINED) * shorter.length:
        return Relation.PART if _is_entry(aligned, shorter, longer) else Relation.DIFFERENT
    extra = tally.extra if shorter.cut else max(tally.extra, tally.behind)
    if tally.shared >= SAME_LONGER * longer.length and not tally.cut and extra <= EXTRA * longer.length:
        return Relation.SAME
    return Relation.PART if shorter.length >= PART_CHARACTERS else Relation.DIFFERENT


def _is_entry(aligned: Alignment, shorter: Text, longer: Text) -> bool:
    """Whether a digest has a piece's beginning, perhaps in other words such as those of Taiwan."""
    if is_entry(aligned, shorter.sentences, longer.sentences):
        return True
    if sum(map(len, aligned.shared)) < ENOUGH_FOR_AN_ENTRY or longer.length > LONGEST_DIGEST:
        return False
    folded = _taiwanese(shorter.sentences), _taiwanese(longer.sentences)
    return folded != (shorter.sentences, longer.sentences) and is_entry(align(*folded), *folded)


@lru_cache(maxsize=200)
def _taiwanese(sentences: tuple[str, ...]) -> tuple[str, ...]:
    # Sentence by sentence: the end of one and the beginning of the next would make words.
    folded = vocabulary.fold("\n".join(sentences)).split("\n")
    return tuple(synonyms.fold(sentence) for sentence in folded)
