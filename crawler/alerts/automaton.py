"""Many texts looked for in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, Implementation

if TYPE_CHECKING:
    from collections.abc import Collection


class Automaton:
    """Which of many texts occur in one.

    The contiguous NFA is the form that is built fast and stays small, see docs/watching.md.
    """

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = list(texts)
        self._automaton = AhoCorasick(
            self._texts, implementation=Implementation.ContiguousNFA, store_patterns=False
        )

    def found(self, text: str) -> set[str]:
        """Return those that occur in ``text``."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        texts = self._texts
        return {texts[at] for at in {hit[0] for hit in hits}}
