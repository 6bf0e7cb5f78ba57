"""How likely a text is as Chinese: a character trigram model, loaded when it is first asked.

The model knows Simplified characters; a Traditional character counts as its Simplified one (a plain character
table), so both scripts score alike. ``bench/build_model.py`` builds the data from word lists;
``data/README.md`` names their licences.

Text is taken as a stream of independent words. With S(a) and E(a) the frequency of words that begin and end
with a, and I(…) the frequency of characters standing in a row inside words, characters in a row have the
frequency

    F(a b)   = I(a b) + E(a)·S(b)
    F(a b c) = I(a b c) + E(a b)·S(c) + E(a)·S(b c) + E(a)·(b is a word)·S(c)
"""

from __future__ import annotations

import math
import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC = b"PWLM1\n"
STEPS = 12
NEVER = 255
# Shares of trigram and bigram, the rest being what is shorter; a floor for what was never seen.
TRIGRAM = 0.85
BIGRAM = 0.97
FLOOR = 1e-7
REMEMBERED = 60_000

# Log-probability of characters that are no Han characters of the model.
RARE_HAN = -17.0
COMMON_OTHER = -4.0
ASCII = -4.5
FOREIGN = -9.0
NOISE = -18.0
_COMMON = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％℃　％．～「」『』﹁﹂＂－／①②③④⑤⑥⑦⑧⑨⑩")


class CharacterModel:
    """The tables of ``model.bin`` and the probabilities that follow from them."""

    def __init__(self, data: bytes) -> None:
        """Take the content of ``model.bin``; raise ``ValueError`` where it is not one."""
        parts = _parts(data)
        characters = parts[0].decode("utf-16-le")
        folded = parts[1].decode("utf-16-le")
        self.ids = {char: at for at, char in enumerate(characters)}
        pairs = zip(folded[::2], folded[1::2], strict=True)
        self.ids.update([(char, self.ids[simple]) for char, simple in pairs])
        self._unit, self._start, self._end, self._single = (_floats(part) for part in parts[2:6])
        self._rows = _integers("I", parts[6])
        self._second = _integers("H", parts[7])
        self._pair, self._head, self._tail = parts[8:11]
        self._parents = _integers("I", parts[11])
        self._triple_rows = _integers("I", parts[12])
        self._third = _integers("H", parts[13])
        self._triple = parts[14]
        self._frequency = [math.exp(-step / STEPS) for step in range(NEVER)] + [0.0]
        self._length = sum(self._unit)
        self._known: dict[int, float] = {}

    def log_probability(self, before: int, previous: int, char: int) -> float:
        """Give log P(char | before previous) for character numbers; -1: a phrase begins."""
        key = ((before + 1) << 32) | ((previous + 1) << 16) | char
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[key] = math.log(self._probability(before, previous, char))
        return known

    def log_probabilities(self, before: int, previous: int, chars: Sequence[int]) -> list[float]:
        """Give ``log_probability`` of many characters at one place: what they share is worked out once."""
        if previous < 0:
            return [self.log_probability(before, previous, char) for char in chars]
        unit, start, frequency, log = self._unit, self._start, self._frequency, math.log
        second, low, high = self._second, self._rows[previous], self._rows[previous + 1]
        single, shorter = self._single[previous], (1 - BIGRAM) / self._length
        of_pair, end = BIGRAM / unit[previous], self._end[previous]
        parent = self._row(before, previous) if before >= 0 else -1
        tail = frequency[self._tail[parent]] if parent >= 0 else 0.0
        triples = self._triples(parent) if parent >= 0 else range(0)
        end_before, context = 1.0, start[previous]
        if before >= 0:
            end_before = self._end[before]
            context = (frequency[self._pair[parent]] if parent >= 0 else 0.0) + end_before * context
        found = []
        for char in chars:
            begins = start[char]
            at = bisect_left(second, char, low, high)
            inside = head = 0.0
            if at < high and second[at] == char:
                inside, head = frequency[self._pair[at]], frequency[self._head[at]]
            probability = of_pair * (inside + end * begins) + shorter * unit[char] + FLOOR
            if context > 0:
                triple = tail * begins + end_before * (head + single * begins)
                if triples:
                    triple += self._third_of(triples, char)
                triple = TRIGRAM * triple / context if triple < context else TRIGRAM
                probability = triple + (1 - TRIGRAM) * probability
            found.append(log(probability))
        return found

    def log_end(self, before: int, previous: int) -> float:
        """Give log P(a word ends here | before previous) for character numbers; -1: a phrase begins."""
        key = -1 - (((before + 1) << 16) | previous)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[key] = math.log(self._ends(before, previous))
        return known

    def _ends(self, before: int, previous: int) -> float:
        alone = (self._end[previous] + FLOOR) / (self._unit[previous] + 2 * FLOOR)
        end, context = self._single[previous], self._start[previous]
        if before >= 0:
            row = self._row(before, previous)
            end, context = self._end[before] * end, self._end[before] * context
            if row >= 0:
                end += self._frequency[self._tail[row]]
                context += self._frequency[self._pair[row]]
        if context <= 0:
            return alone
        return TRIGRAM * min(1.0, end / context) + (1 - TRIGRAM) * alone

    def inside_words(self, first: str, second: str) -> float:
        """Give how frequent two characters in a row inside words are, as a share; 0.0 where never seen."""
        left, right = self.ids.get(first, -1), self.ids.get(second, -1)
        row = self._row(left, right) if left >= 0 and right >= 0 else -1
        return self._frequency[self._pair[row]] if row >= 0 else 0.0

    def _probability(self, before: int, previous: int, char: int) -> float:
        single = self._unit[char] / self._length
        start = self._start[char]
        if previous < 0:
            return BIGRAM * start + (1 - BIGRAM) * single + FLOOR
        row = self._row(previous, char)
        inside, head = (
            (self._frequency[self._pair[row]], self._frequency[self._head[row]]) if row >= 0 else (0.0, 0.0)
        )
        follows = inside + self._end[previous] * start
        pair = BIGRAM * follows / self._unit[previous] + (1 - BIGRAM) * single + FLOOR
        if before < 0:
            context = self._start[previous]
            triple = head + self._single[previous] * start
        else:
            parent = self._row(before, previous)
            tail = inside_before = 0.0
            if parent >= 0:
                inside_before = self._frequency[self._pair[parent]]
                tail = self._frequency[self._tail[parent]]
            context = inside_before + self._end[before] * self._start[previous]
            triple = tail * start + self._end[before] * (head + self._single[previous] * start)
            if parent >= 0:
                triple += self._inside(parent, char)
        if context <= 0:
            return pair
        return TRIGRAM * min(1.0, triple / context) + (1 - TRIGRAM) * pair

    def _row(self, first: int, second: int) -> int:
        low, high = self._rows[first], self._rows[first + 1]
        at = bisect_left(self._second, second, low, high)
        return at if at < high and self._second[at] == second else -1

    def _inside(self, parent: int, third: int) -> float:
        return self._third_of(self._triples(parent), third)

    def _triples(self, parent: int) -> range:
        """Give the rows of the triples that begin with the pair of this row."""
        at = bisect_left(self._parents, parent)
        if at == len(self._parents) or self._parents[at] != parent:
            return range(0)
        return range(self._triple_rows[at], self._triple_rows[at + 1])

    def _third_of(self, rows: range, third: int) -> float:
        row = bisect_left(self._third, third, rows.start, rows.stop)
        return self._frequency[self._triple[row]] if row < rows.stop and self._third[row] == third else 0.0


def log_probability(previous: str, char: str) -> float:
    """Give the natural logarithm of P(char | previous).

    ``previous`` is what stands before, of any length and script; its last two characters count, and an empty
    string or a character that is not Han stands for the beginning of a phrase. ``char`` is one character.
    After a Han character, one that is not Han scores better where a word may end.
    """
    model = load()
    number = model.ids.get(char, -1)
    last = model.ids.get(previous[-1:], -1)
    before = model.ids.get(previous[-2:-1], -1) if last >= 0 else -1
    if number < 0:
        return _other(char) + (model.log_end(before, last) if last >= 0 else 0.0)
    return model.log_probability(before, last, number)


def log_probabilities(previous: str, chars: Sequence[str]) -> list[float]:
    """Give ``log_probability`` of many characters behind one text, in much less time."""
    model = load()
    numbers = [model.ids.get(char, -1) for char in chars]
    last = model.ids.get(previous[-1:], -1)
    before = model.ids.get(previous[-2:-1], -1) if last >= 0 else -1
    found = iter(model.log_probabilities(before, last, [number for number in numbers if number >= 0]))
    ends = model.log_end(before, last) if last >= 0 else 0.0
    return [
        next(found) if number >= 0 else _other(char) + ends
        for number, char in zip(numbers, chars, strict=True)
    ]


def log_total(text: str, previous: str = "") -> float:
    """Give the sum of ``log_probability`` over the characters of a text that stands after ``previous``."""
    model = load()
    ids = model.ids
    last = ids.get(previous[-1:], -1)
    before = ids.get(previous[-2:-1], -1) if last >= 0 else -1
    total = 0.0
    for char in text:
        number = ids.get(char, -1)
        if number >= 0:
            total += model.log_probability(before, last, number)
            before, last = last, number
        else:
            total += _other(char) + (model.log_end(before, last) if last >= 0 else 0.0)
            before = last = -1
    return total


def score(text: str) -> float:
    """Give the mean natural log-probability of a character; 0.0 for an empty text.

    Chinese prose of either script reaches -4 to -6, mojibake made of Han characters -10 and less.
    """
    return log_total(text) / len(text) if text else 0.0


@cache
def load() -> CharacterModel:
    """Read the model once."""
    return CharacterModel(resources.files(__package__).joinpath("data/model.bin").read_bytes())


@cache
def _other(char: str) -> float:
    if char in _COMMON:
        return COMMON_OTHER
    if " " <= char <= "~" or char in "\n\r\t":
        return ASCII
    if "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff" or "\uf900" <= char <= "\ufaff":
        return RARE_HAN
    if char.isprintable() and char != "\ufffd":
        return FOREIGN
    return NOISE


def _parts(data: bytes) -> list[bytes]:
    if not data.startswith(MAGIC):
        raise ValueError("model.bin: not a character model")
    (count,) = struct.unpack_from("<I", data, len(MAGIC))
    lengths = struct.unpack_from(f"<{count}I", data, len(MAGIC) + 4)
    raw = zlib.decompress(data[len(MAGIC) + 4 + 4 * count :])
    parts, at = [], 0
    for length in lengths:
        parts.append(raw[at : at + length])
        at += length
    return parts


def _integers(code: Literal["H", "I"], raw: bytes) -> array[int]:
    values = array(code, raw)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _floats(raw: bytes) -> array[float]:
    values = array("f", raw)
    if sys.byteorder == "big":
        values.byteswap()
    return values
