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
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.store import vocabulary
from crawler.store.fingerprints import sentences
from crawler.store.furniture import bare, surnames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAME_LONGER = 0.55
"""How much of the longer text the same piece shares at least; below, one is a part of the other."""
EXTRA = 0.2
"""A passage that only the longer text has, and which is more of it in one piece, is another article …"""
EXTRA_SENTENCES = 3
"""… if it has so many sentences; one long paragraph may well have been left out of a repost."""
CONTAINED = 0.88
"""How much of one of the two texts must be found in the other one."""
PART_CHARACTERS = 60
"""A part that is shorter could be a phrase that everybody uses."""
ALIKE = 0.5
"""Two passages at the same place that share less than this are two passages, not one that was changed."""
CHARACTERS_A_CHANGE = 500
"""One changed character is allowed for each so many that are shared: editors correct, decoders lose one."""
CHANGE = 1
"""A passage of more characters that was changed may be a name, which is all that parts some notices."""
CLEAR = 20
"""In a passage that is shorter, such as a label with a name, every change says something else."""
GIVEN = 2
"""A changed character so many behind a family name may be of a given name."""
CUT_SHORT = 40
"""A digest ends (or begins) with up to so many characters of its own ("read more") …"""
CUT_LONG = 120
"""… where the original has at least so many."""
UNEVEN = 4
"""Passages of which one is so many times longer share scattered characters by chance."""
LONGEST = 2000
"""Passages that differ are compared in detail up to so many characters: the time grows with the square."""
INNER = 4
"""An addition inside a sentence up to so many tokens is a changed word; a longer one is an added clause."""

_TOKENS = re.compile(r"[0-9][0-9.]*[%‰°℃]*|[a-z]+|.", re.DOTALL)
_NUMERALS = frozenset("0123456789一二三四五六七八九十百千万亿零〇两几甲乙丙丁上中下东南西北")


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
    changed: tuple[tuple[str, str], ...] = ()  # pairs of what stands in the one and in the other
    facts: tuple[tuple[str, str], ...] = ()  # those of the pairs that say something else
    unlike: tuple[tuple[str, str], ...] = ()  # passages that stand at the same place and share little

    @property
    def contradicts(self) -> bool:
        """Whether the texts say different things at the same place, so that no third text can join them."""
        return bool(self.facts or self.changed)


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready for comparing; build it with ``prepare``."""

    sentences: tuple[str, ...]
    length: int


def prepare(canonical_body: str) -> Text:
    """Return a canonical body as the sentences that count, without furniture, punctuation and case."""
    found = tuple(sentence.lower() for sentence in sentences(bare(canonical_body)))
    return Text(found, sum(map(len, found)))


def compare(one: Text, other: Text, *, thorough: bool = False) -> Comparison:
    """Compare two prepared texts; the order of the two does not matter for the relation.

    The first fact that differs ends it, with the shares found up to there, unless ``thorough``.
    """
    shorter, longer = sorted((one, other), key=lambda text: (text.length, text.sentences))
    if not shorter.length:
        return Comparison(Relation.DIFFERENT, 0.0, 0.0)
    tally = _Tally()
    for gap in _gaps(shorter.sentences, longer.sentences, tally):
        _weigh(gap, tally)
        if tally.facts and not thorough:
            break
    cut = tally.judge_edges()
    cover_shorter = min(1.0, tally.shared / shorter.length)
    cover_longer = min(1.0, tally.shared / longer.length)
    relation = _relation(tally, shorter, cover_shorter, cover_longer)
    if relation is Relation.SAME and (cut or tally.extra > EXTRA * longer.length):
        relation = Relation.PART
    return Comparison(
        relation, cover_shorter, cover_longer, tuple(tally.changed), tuple(tally.facts), tuple(tally.unlike)
    )


@dataclass(frozen=True, slots=True)
class _Gap:
    left: str
    right: str
    edge: bool  # at the beginning or the end of both texts


class _Tally:
    __slots__ = ("changed", "edges", "extra", "facts", "shared", "unlike")

    def __init__(self) -> None:
        self.shared = 0
        self.extra = 0  # characters of the longest run of sentences that only the longer text has
        self.changed: list[tuple[str, str]] = []
        self.facts: list[tuple[str, str]] = []
        self.unlike: list[tuple[str, str]] = []
        self.edges: list[tuple[str, str]] = []

    def judge_edges(self) -> bool:
        """Sort out unlike beginnings and ends; return whether one of them is where a digest was cut."""
        cut = False
        for left, right in self.edges:
            short, long = sorted((len(left), len(right)))
            if short <= CUT_SHORT and long >= CUT_LONG and not _figures(min(left, right, key=len)):
                cut = True
                continue
            self.unlike.append((left, right))
        return cut


def _relation(tally: _Tally, shorter: Text, cover_shorter: float, cover_longer: float) -> Relation:
    if tally.facts or tally.unlike or cover_shorter < CONTAINED or _too_many(tally.changed, tally.shared):
        return Relation.DIFFERENT
    if cover_longer >= SAME_LONGER:
        return Relation.SAME
    return Relation.PART if shorter.length >= PART_CHARACTERS else Relation.DIFFERENT


def _too_many(changed: Sequence[tuple[str, str]], shared: int) -> bool:
    repeated = len(set(changed)) < len(changed)  # a name exchanged throughout
    return repeated or len(changed) > shared // CHARACTERS_A_CHANGE


def _gaps(left: Sequence[str], right: Sequence[str], tally: _Tally) -> Iterator[_Gap]:
    """Yield what stands between the sentences that are equal in both, and count those."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            tally.shared += sum(map(len, left[a:b]))
        elif kind == "insert":
            if d - c >= EXTRA_SENTENCES:
                tally.extra = max(tally.extra, sum(map(len, right[c:d])))
        elif kind == "replace":
            edge = (a == 0 and c == 0) or (b == len(left) and d == len(right))
            yield _Gap("".join(left[a:b]), "".join(right[c:d]), edge)


def _weigh(gap: _Gap, tally: _Tally) -> None:
    short, long = sorted((len(gap.left), len(gap.right)))
    spans, shared = _spans(gap.left, gap.right) if long <= LONGEST else ([], 0)
    if shared < ALIKE * short or (spans and long > UNEVEN * short):
        (tally.edges if gap.edge else tally.unlike).append((gap.left, gap.right))
        return
    if spans:
        folded = vocabulary.fold(gap.left), vocabulary.fold(gap.right)
        if folded != (gap.left, gap.right):
            spans, _ = _spans(*folded)
    tally.shared += shared
    for span in spans:
        tally.changed.append((span.left, span.right))
        if short < CLEAR or span.says_else():
            tally.facts.append((span.left, span.right))


@dataclass(frozen=True, slots=True)
class _Span:
    left: str
    right: str
    before: str  # what stands in front of it in the left text

    def says_else(self) -> bool:
        return (
            _figures(self.left) != _figures(self.right)
            or max(len(self.left), len(self.right)) > CHANGE
            or not surnames().isdisjoint(self.left + self.right + self.before)
        )


@lru_cache(maxsize=4096)
def _spans(left: str, right: str) -> tuple[list[_Span], int]:
    """Return the pairs of passages that differ, clauses only one side has left out, and what is shared."""
    a, b = _TOKENS.findall(left), _TOKENS.findall(right)
    spans: list[_Span] = []
    shared = 0
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            shared += sum(map(len, a[a1:a2]))
            continue
        edge = (a1 == 0 and b1 == 0) or (a2 == len(a) and b2 == len(b))
        one_sided = a1 == a2 or b1 == b2
        if one_sided and (edge or max(a2 - a1, b2 - b1) > INNER):
            continue
        before = "".join(a[max(0, a1 - GIVEN) : a1])
        spans.append(_Span("".join(a[a1:a2]), "".join(b[b1:b2]), before))
    return spans, shared


def _figures(text: str) -> str:
    return "".join(character for character in text if character in _NUMERALS)
