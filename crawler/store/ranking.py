"""How well an article answers a search: what it says of each word, where, and how old it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crawler.query.evaluate import Subject, spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.query.syntax import Atom

ENOUGH = 1.2
"""How fast more of the same word stops to count (k1 of Okapi BM25)."""
LENGTH = 0.75
"""How much a long text must say it more often (b of Okapi BM25)."""
USUAL = 1_500
"""Characters of a usual text."""
TITLE = 2.5
"""What a word in the title counts, where the body can bring 1."""
HALF_LIFE = 30.0
"""Days in which half of what newness adds is gone."""
NEWNESS = 1.0
"""What newness adds at most, as a share of the rest."""


def score(subject: Subject, words: Sequence[Atom], when: datetime, now: datetime) -> float:
    """Return a number that is higher for a better answer to ``words``.

    ``when`` the article is of (or was first seen) and ``now`` are aware.
    """
    said = sum(_said(subject, word) for word in words)
    days = max(0.0, (now - when).total_seconds() / 86_400)
    return float((said or 1.0) * (1 + NEWNESS * math.exp2(-days / HALF_LIFE)))


def _said(subject: Subject, word: Atom) -> float:
    often = len(spans(word, subject.body))
    slow = ENOUGH * (1 - LENGTH + LENGTH * len(subject.body) / USUAL)
    return often / (often + slow) + (TITLE if spans(word, subject.title) else 0.0)
