"""Counting what stands between the sentences that two texts share."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from crawler.store import synonyms, vocabulary, wording
from crawler.store.alignment import Gap
from crawler.store.passages import differences, overlap, words
from crawler.store.subsequence import most_in_common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.store.passages import Differences, Span

EXTRA = 0.2
"""A passage that only the longer text has, and which is more of it in one piece, is another article …"""
EXTRA_AT_END = 0.12
"""… or so much at its beginning or end, where pages append another article …"""
EXTRA_SENTENCES_AT_END = 2
EXTRA_SENTENCES = 3
"""… if it has so many sentences; one long paragraph may well have been left out of a repost."""
ALIKE = 0.5
"""Two passages at the same place that share less than this are two passages, not one that was changed."""
CHARACTERS_A_CHANGE = 500
"""One changed character is allowed for each so many that are shared: editors correct, decoders lose one."""
CHARACTERS_A_SLIP = 120
"""One that sounds the same for each so many: that is how typing goes wrong."""
CLEAR = 20
"""In a passage that is shorter, such as a label with a name, every change says something else."""
CUT_SHORT = 40
"""A digest ends (or begins) with up to so many characters of its own ("read more") …"""
CUT_LONG = 120
"""… where the original has at least so many."""
PROSE = 24
"""A passage in the place of another one is no name or company if one of them has so many characters."""
NAME = 4
"""A line of so many characters at the most is a name or a label: one more character makes it another."""
OWN_LINE = 6
"""What both texts begin or end with is a line of its own from so many characters; less is a word of it."""
UNEVEN = 4
"""Passages of which one is so many times longer share scattered characters by chance."""
LONGEST = 1500
"""Passages that differ are compared in detail up to so many characters: the time grows with the square."""
UNEVEN_PLAINLY = 2.5
"""… that is so many times; what fills one place of a form has about one length."""
BESIDE = 8
"""A sentence of so many characters beside a shared one is compared with the other text's."""
BEGUN_LATER = 0.6
"""A passage of which so much ends a longer one stands in its end, and is not strewn over it."""
LABEL = 2
"""Passages that begin with so many equal characters have one label, and are two answers to it."""


@dataclass(slots=True)
class Tally:
    """What was found in the gaps between equal sentences."""

    shared: int
    extra: float = 0.0  # of the longer text: characters of the longest run of sentences it has alone
    behind: float = 0.0  # the same of its end
    slips: int = 0  # changed characters that sound the same
    cut: bool = False  # an end of one text is where a digest was cut
    changed: list[tuple[str, str]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    equivalents: list[tuple[str, str]] = field(default_factory=list)  # what differs and says the same
    unlike: list[tuple[str, str, bool]] = field(default_factory=list)  # True: at an end of both texts

    def too_many_changes(self) -> bool:
        """Whether more was changed than editors and decoders do; or one thing throughout, such as a name."""
        words = len(self.changed) - self.slips
        repeated = len(set(self.changed)) < len(self.changed)
        return (
            repeated
            or words > self.shared // CHARACTERS_A_CHANGE
            or len(self.changed) > max(1, self.shared // CHARACTERS_A_SLIP)
            or (bool(self.changed) and self.shared < CHARACTERS_A_SLIP)
        )

    def exchanged_only(self, most: float, *, certain: bool) -> bool:
        """Whether what shares little was left out here and added there, ``most`` characters in all.

        Of texts that are not the same for ``certain``, the two passages must be of plainly different length.
        """
        told = all(
            _is_exchange(left, right, at_end=at_end, certain=certain) for left, right, at_end in self.unlike
        )
        return told and sum(min(len(left), len(right)) for left, right, _ in self.unlike) <= most

    def weigh(self, gap: Gap) -> None:
        """Count a gap: added or left out, changed, or something else."""
        if not gap.left or not gap.right:
            self._count_extra(gap, sum(map(len, gap.right)))
            return
        left, right = "".join(gap.left), "".join(gap.right)
        short, long = sorted((left, right), key=len)
        if (short in long and len(long) <= NAME) or _is_longer_list(gap, short, long):
            self.changed.append((left, right))
            self.facts.append((left, right))
            return
        if short in long:
            self.shared += len(short)
            self._count_extra(gap, len(right) - len(left))
            return
        apart = len(long) > UNEVEN * len(short) or len(long) > LONGEST or not _may_be_alike(left, right)
        apart = apart or (gap.opens and _is_begun_later(short, long))
        if apart or (gap.closes and _is_cut_off(gap)):
            facts = self._beside(gap) if apart else []
            self.changed += facts
            self.facts += facts
            if not facts:
                self._exchange(gap, left, right)
            return
        found = differences(left, right)
        if found.alike < ALIKE:
            self._exchange(gap, left, right)
            return
        self._change(gap, found)

    def _beside(self, gap: Gap) -> list[tuple[str, str]]:
        """Return what differs between the first sentence of one text and what stands there in a longer one.

        On a page of many notices it is the first sentence of another place's notice, or another day's.
        """
        if not gap.opens or min(len(gap.left), len(gap.right)) > 1:
            return []
        left, right = gap.left[-1], gap.right[-1]
        short, long = sorted((left, right), key=len)
        if len(short) < BESIDE or _is_uneven(short, long) or len(long) > LONGEST:
            return []
        differs = differences(left, right)
        if differs.alike < ALIKE:
            return []
        tally = Tally(self.shared)
        tally._change(Gap((left,), (right,), opens=False, closes=False), differs)
        return tally.facts

    def _change(self, gap: Gap, found: Differences) -> None:
        """Count what differs between two passages that are alike."""
        as_read = found.spans
        differing = [span for span in as_read if not span.same]
        for fold in (_worded, _taiwanese):
            if not _may_be_words(differing) or (fold is _taiwanese and not _may_be_taiwanese(differing)):
                break
            folded = fold(gap.left), fold(gap.right)
            again = differences(*folded)
            left_over = [span for span in again.spans if not span.same]
            if len(left_over) < len(differing):
                found, differing = again, left_over
        short = min(sum(map(len, gap.left)), sum(map(len, gap.right)))
        self.shared += round(short * found.agreeing(differing))
        self.equivalents += [(span.left, span.right) for span in as_read if not differing or span.same]
        for span in differing:
            pair = (span.left, span.right)
            at_end = (gap.opens and pair == found.first) or (gap.closes and pair == found.last)
            if not (at_end and self._is_end(*pair)):
                self.changed.append(pair)
                self.slips += span.sounds_alike
                if span.says_else or (short < CLEAR and not span.sounds_alike):
                    self.facts.append(pair)

    def _count_extra(self, gap: Gap, characters: int) -> None:
        at_end = gap.opens or gap.closes
        if len(gap.right) < (EXTRA_SENTENCES_AT_END if at_end else EXTRA_SENTENCES):
            return
        extra = characters * (EXTRA / EXTRA_AT_END if at_end else 1.0)
        if gap.closes:
            self.behind = extra
        else:
            self.extra = max(self.extra, extra)

    def _is_end(self, left: str, right: str) -> bool:
        """Count what both texts begin or end with as no part of one of them, if it can be none.

        What has about one length in both fills one place of a form: it is of both texts.
        """
        short, long = sorted((left, right), key=len)
        if short and not _is_uneven(short, long):
            return False
        if short and len(long) >= PROSE and len(short) <= CUT_SHORT and not has_figure(short):
            self.cut = self.cut or len(long) >= CUT_LONG
            return True
        if len(short) >= OWN_LINE and overlap(left, right) < ALIKE * len(short):
            self.unlike.append((left, right, True))
            return True
        return False

    def _exchange(self, gap: Gap, left: str, right: str) -> None:
        """Count passages that share little, apart from how both begin or end: a digest cuts a sentence."""
        self._count_extra(gap, len(right))
        same = 0
        if gap.closes:
            same = common(left, right)
            left, right = left[same:], right[same:]
        elif gap.opens:
            same = common(left[::-1], right[::-1])
            left, right = left[: len(left) - same], right[: len(right) - same]
        self.shared += same
        short, long = sorted((left, right), key=len)
        own = len(short) <= CUT_SHORT and not has_figure(short)
        if (gap.opens or gap.closes) and own and len(long) >= CUT_LONG:
            self.cut = True
        elif short:
            # Two beginnings of one sentence fill one place, unless one of them has a line of its own as well.
            own = not same or _is_uneven(short, long)
            self.unlike.append((left, right, own and (gap.opens or gap.closes)))


def _is_longer_list(gap: Gap, short: str, long: str) -> bool:
    """Whether one sentence is the other with one more item behind its last one: 两座车间及仓库."""
    if gap.closes or len(gap.left) != 1 or len(gap.right) != 1 or not long.startswith(short):
        return False
    return len(long) - len(short) <= CLEAR and long[len(short)] in synonyms.joining()


def _is_uneven(short: str, long: str) -> bool:
    return len(long) >= max(PROSE, UNEVEN_PLAINLY * len(short))


def _is_exchange(left: str, right: str, *, at_end: bool, certain: bool) -> bool:
    short, long = sorted((left, right), key=len)
    if common(left, right) >= LABEL:
        return False
    if has_figure(left) and has_figure(right) and not (at_end and _is_uneven(short, long)):
        return False
    if not certain:
        return len(short) >= OWN_LINE and _is_uneven(short, long) and not has_figure(short)
    return at_end or len(long) >= PROSE


def _is_begun_later(short: str, long: str) -> bool:
    """Whether a passage is the end of a longer one but for its own first words: its dateline."""
    same = common(short[::-1], long[::-1])
    return _is_uneven(short, long) and same >= BEGUN_LATER * len(short)


def _is_cut_off(gap: Gap) -> bool:
    """Whether one side ends with a whole sentence of the other and words such as "read more" behind it."""
    one, other = "".join(gap.left), "".join(gap.right)
    same = common(one, other)
    return any(
        len(text) - same <= CUT_SHORT
        and not has_figure(text[same:])
        and same in accumulate(map(len, sentences[:-1]))
        for text, sentences in ((one, gap.right), (other, gap.left))
    )


def _may_be_words(differing: Sequence[Span]) -> bool:
    """Whether all that differs may be said in other words: no figure is another one, no word the opposite."""
    return bool(differing) and not any(span.other_value or span.opposed for span in differing)


def _may_be_taiwanese(differing: Sequence[Span]) -> bool:
    """Whether all that differs may be what Taiwan says differently: no figure, and no slip of typing."""
    return any(not span.sounds_alike for span in differing) and not any(
        has_figure(span.left) and has_figure(span.right) for span in differing
    )


def _worded(sentences: Sequence[str]) -> str:
    return synonyms.fold(wording.measured("".join(sentences)))


def _taiwanese(sentences: Sequence[str]) -> str:
    # Sentence by sentence: the end of one and the beginning of the next would make words.
    return _worded(vocabulary.fold("\n".join(sentences)).split("\n"))


def _may_be_alike(left: str, right: str) -> bool:
    least = ALIKE * min(words(left), words(right))
    return overlap(left, right) >= least and most_in_common(left, right) >= least


def has_figure(text: str) -> bool:
    """Return whether there is a digit in ``text``; numerals are digits by then."""
    return any(character.isdigit() for character in text)


def common(left: str, right: str) -> int:
    """Return how many characters two passages begin with in common."""
    for at, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return at
    return min(len(left), len(right))
