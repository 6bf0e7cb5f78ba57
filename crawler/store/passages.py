"""What differs between two passages that stand at the same place, and whether it says something else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from crawler.store import synonyms, wording
from crawler.store.equivalents import figures, is_lost, is_rounded, is_same_day
from crawler.store.furniture import surnames
from crawler.text import model
from crawler.text.readings import toneless_readings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHANGE = 1
"""A passage of more characters that was changed may be a name, which is all that parts some notices."""
GIVEN = 2
"""A changed character so many behind a family name may be of a given name."""
INNER = 4
"""An addition inside a sentence up to so many tokens is a changed word; a longer one is an added clause."""
USUAL = -6.5
"""A character less likely behind the two ahead, in nats, goes on no usual word (宫丽 with 萍 has -7.6)."""
ENDING = -3.0
"""A character more likely behind the two ahead ends their word: 地方 has -1.9, 镇长方 -6.1."""
LIKELIER = 1.0
"""A text that is so much likelier with one more character, in nats, lacks it."""
WORDS = 16
"""What differs in more characters, on both sides together, is no word in the place of another."""

_VALUE = re.compile(r"[\d.%‰°℃年月日]+")


@cache
def _never_named() -> frozenset[str]:
    """Return the characters and signs of no name, which may be there or not wherever they stand."""
    return wording.slips() | synonyms.unnamed()


@cache
def _tokens() -> re.Pattern[str]:
    relative = "|".join(sorted(wording.relative_words(), key=len, reverse=True))
    day = r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|\d{4}年"
    return re.compile(rf"{day}|{relative}|[0-9][0-9.]*[%‰°℃]*|[a-z]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A pair of what stands at the same place, with what stands around it in the left passage."""

    left: str
    right: str
    before: str
    after: str

    @property
    def counts(self) -> bool:
        """Whether figures, or words that count or oppose, differ."""
        return figures(self.left) != figures(self.right)

    @property
    def name(self) -> bool:
        """Whether it may be in a person's name."""
        if self._is_slip():
            return False
        return not surnames().isdisjoint(self.left + self.right + self.before)

    @property
    def place(self) -> bool:
        """Whether it may be in the name of a place, an office or the like."""
        if self._is_slip():
            return False
        return bool(self.left and self.right) and self.after[:1] in wording.named()

    @property
    def unit(self) -> bool:
        """Whether it may be what a figure counts."""
        return bool(self.left and self.right) and self.before[-1:].isdigit() and not self.sounds_alike

    @property
    def opposed(self) -> bool:
        """Whether one character says the opposite of the other."""
        return synonyms.opposed(self.left, self.right)

    def _is_slip(self) -> bool:
        return self.left in wording.slips() and self.right in wording.slips()

    @property
    def says_else(self) -> bool:
        """Whether it says something else and is no slip of one character."""
        if self.opposed or self.unit or self.place:
            return True
        return self.counts or self.name or max(len(self.left), len(self.right)) > CHANGE

    @property
    def sounds_alike(self) -> bool:
        """Whether one character became another of the same sound, or was left out, as in typing."""
        if self._is_left_out():
            return True
        if len(self.left) != 1 or len(self.right) != 1 or self.counts or self.name or self.place:
            return False
        if self._is_mistyped():
            return True
        if toneless_readings(self.left).isdisjoint(toneless_readings(self.right)):
            return False
        if self._is_slip():
            return True
        # Of a slip one side is a word that everybody writes; of two names neither is.
        ahead = self.before[-2:]
        return max(model.log_probability(ahead, each) for each in (self.left, self.right)) > USUAL

    def _is_left_out(self) -> bool:
        """Whether one side lacks a character without which its words are no words, or has one typed twice."""
        char = self.left + self.right
        if len(char) != 1 or (self.left and self.right) or self.counts or self.name:
            return False
        if not char.isalpha() or char.isascii() or not self.before or not self.after:
            return False
        gain = model.log_total(char + self.after, self.before) - model.log_total(self.after, self.before)
        twice = char in {self.before[-1:], self.after[:1]}
        return gain < -LIKELIER if twice else gain > LIKELIER

    def _is_mistyped(self) -> bool:
        """Whether one of two characters that many take for each other makes a word that everybody uses."""
        if not synonyms.mistaken(self.left, self.right):
            return False
        return any(
            synonyms.known(self.before[-1:] + one) or synonyms.known(one + self.after[:1])
            for one in (self.left, self.right)
        )

    @property
    def other_value(self) -> bool:
        """Whether both sides are figures or dates: if they are not the ``same`` day, the values differ."""
        return bool(_VALUE.fullmatch(self.left) and _VALUE.fullmatch(self.right))

    @property
    def same(self) -> bool:
        """Whether both sides say the same: a lost character, 昨日 and 5月3日, 我市 and the city's name."""
        return (
            is_lost(self.left, self.right)
            or is_lost(self.right, self.left)
            or is_same_day(self.left, self.right)
            or self._is_same_place()
            or is_rounded(self.left, self.right)
            or self._is_wording()
        )

    def _is_wording(self) -> bool:
        """Whether words differ that are no facts, and that are not inside a name."""
        if self.other_value or len(self.left) + len(self.right) > WORDS:
            return False
        one_sided = not (self.left and self.right)
        if one_sided and self.after[:1].isdigit() and synonyms.before_date(self.left + self.right):
            return True
        if one_sided and self._is_doubled():
            return True
        if not self._looks_alike() and not synonyms.same(self.left, self.right):
            return False
        return _never_named().issuperset(synonyms.fold(self.left + self.right)) or not (
            any(one in surnames() for one in self.before)
            or self.after[:1] in tuple(wording.data()["relative"]["places"])
        )

    def _looks_alike(self) -> bool:
        """Whether the eye took one character for the other; a family name, only where it ends a word."""
        if not synonyms.looks_alike(self.left, self.right):
            return False
        if surnames().isdisjoint(self.left + self.right):
            return True
        return max(model.log_probability(self.before, each) for each in (self.left, self.right)) > ENDING

    def _is_doubled(self) -> bool:
        """Whether a word that is no fact was typed twice."""
        word = self.left + self.right
        return synonyms.is_word(word) and (self.before.endswith(word) or self.after.startswith(word))

    def _is_same_place(self) -> bool:
        data = wording.data()["relative"]
        short, long = sorted((self.left, self.right), key=len)
        return (
            self.after[:1] in tuple(data["places"])
            and short in data["here"]
            and 1 < len(long) <= INNER
            and long.isalpha()
        )


def overlap(left: str, right: str) -> int:
    """Return how many characters two passages could share at the most."""
    return (Counter(left) & Counter(right)).total()


@dataclass(frozen=True, slots=True)
class Differences:
    """How two passages differ: the pairs of what differs, what is shared, and the share of the words alone.

    ``first`` and ``last`` are the pairs with which both passages begin and end, if those differ: what stands
    there may be no part of the text.
    """

    spans: tuple[Span, ...]
    shared: int  # characters
    alike: float  # 0 to 1, of the shorter passage without figures
    length: int  # of the shorter passage
    first: tuple[str, str] | None = None
    last: tuple[str, str] | None = None

    def agreeing(self, differing: Sequence[Span]) -> float:
        """Return how much of the shorter passage is shared or says the same in other words, 0 to 1.

        ``differing`` are those of the spans that do not say the same.
        """
        if not self.length:
            return 1.0
        unequal = [span for span in self.spans if span not in differing]
        explained = sum(min(len(span.left), len(span.right)) for span in unequal)
        return min(1.0, (self.shared + explained) / self.length)


def words(text: str) -> int:
    """Return the number of characters of ``text`` that are in no figure."""
    return len(wording.FIGURE.sub("", text))


@lru_cache(maxsize=4096)
def differences(left: str, right: str) -> Differences:
    """Return how two passages differ; clauses that only one side has are left out."""
    a, b = _tokens().findall(left), _tokens().findall(right)
    found: list[Span] = []
    shared = shared_words = 0
    first = last = None
    for equal, a1, a2, b1, b2 in _opcodes(a, b):
        if equal:
            same = "".join(a[a1:a2])
            shared += len(same)
            shared_words += words(same)
            continue
        begins, ends = a1 == 0 and b1 == 0, a2 == len(a) and b2 == len(b)
        one_sided = a1 == a2 or b1 == b2
        if one_sided and (begins or ends or max(a2 - a1, b2 - b1) > INNER):
            continue
        pair = "".join(a[a1:a2]), "".join(b[b1:b2])
        if begins and not ends:
            first = pair
        elif ends and not begins:
            last = pair
        before = "".join(a[max(0, a1 - GIVEN) : a1])[-GIVEN:]
        after = "".join(a[a2 : a2 + GIVEN])[:GIVEN]
        found.append(Span(*pair, before, after))
    least = min(words(left), words(right))
    return Differences(
        tuple(found), shared, shared_words / least if least else 1.0, min(len(left), len(right)), first, last
    )


def _opcodes(a: list[str], b: list[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield whether slices of both are equal, and their ends: first what both begin with, which is cheap."""
    least = min(len(a), len(b))
    start = next((at for at in range(least) if a[at] != b[at]), least)
    end = next((at for at in range(least - start) if a[-1 - at] != b[-1 - at]), least - start)
    if start:
        yield True, 0, start, 0, start
    inner = a[start : len(a) - end], b[start : len(b) - end]
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, *inner, autojunk=False).get_opcodes():
        yield kind == "equal", a1 + start, a2 + start, b1 + start, b2 + start
    if end:
        yield True, len(a) - end, len(a), len(b) - end, len(b)
