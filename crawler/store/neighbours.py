"""Comparing an article with its candidates: which of them, in which order, and when it is enough."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from crawler.store import direct, titles
from crawler.store.candidates import BEST
from crawler.store.comparison import Comparison, Relation, Text, compare, prepare
from crawler.store.damage import readable
from crawler.store.entries import figures
from crawler.store.fingerprints import of_the_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

SHORT = 80
"""Of bodies with fewer characters ("see the attachment") the titles must agree as well …"""
FIGURES = 2
"""… unless one is a part of the other, and has so many figures or the words of its title."""
SPENT = 2
"""After so many candidates that have a key and say something else, it leads to no more candidates."""
MOSTLY = 0.75
"""A candidate of whose keys so many are spent is not compared."""
LOOKALIKES = 3
"""After so many candidates that say something else the text is a form's, and one band shared is chance …"""
MANY = 8
"""… and after so many not even a sentence that none of them has speaks for another one."""
PREPARED = 500
"""So many prepared texts are remembered: notices of a form are compared with the same ones over and over."""

_STORED = """
    SELECT articles.id, story_members.story_id, versions.packed FROM articles
    JOIN versions ON versions.article_id = articles.id AND versions.number = articles.latest
    JOIN story_members ON story_members.article_id = articles.id AND story_members.relation = 'same'
    WHERE articles.id {}
"""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored article that was compared, with the story that it is the same piece as."""

    article_id: int
    story_id: int
    text: Text
    verdict: Comparison
    titled_apart: bool = False  # the texts are the same, and the titles but for a figure


class _Stored(NamedTuple):
    article_id: int
    story_id: int
    packed: bytes


class _Spent:
    """Which keys lead to nothing more: a form has thousands of notices with the same keys."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._bands = of_the_whole(keys)
        self._times: Counter[int] = Counter()
        self._lookalikes = 0

    def add(self, keys: Sequence[int]) -> None:
        """Note that a candidate with these keys says something else."""
        self._times.update(keys)
        self._lookalikes += 1

    def passes(self, keys: Sequence[int]) -> bool:
        """Whether a candidate with these keys need not be compared."""
        left = [key for key in keys if self._times[key] < SPENT]
        of_bands = self._bands.issuperset(left)
        if not of_bands and self._lookalikes < MANY:
            return False  # The sentence may be the one with the name that parts this notice from the others.
        by_chance = len(left) <= 1 and of_bands
        return len(left) <= (1 - MOSTLY) * len(keys) or (by_chance and self._lookalikes >= LOOKALIKES)


def neighbours(
    session: Session, title: str, mine: Text, keys: Sequence[int], shared: Mapping[int, Sequence[int]]
) -> list[Neighbour]:
    """Compare a text that has ``keys`` with its candidates, in the order of ``shared``: id to shared keys.

    Candidates to which only spent keys lead are left out, unless their story is one that the text may belong
    to.
    """
    stored = _stored(session, list(shared))
    spent = _Spent(keys)
    near: list[Neighbour] = []
    passed: list[_Stored] = []
    for one in (stored[article_id] for article_id in shared if article_id in stored):
        if spent.passes(shared[one.article_id]):
            passed.append(one)
        elif found := _compared(title, mine, one):
            near.append(found)
            if found.verdict.facts:
                spent.add(shared[one.article_id])
    agreeing = {one.story_id for one in near if one.verdict.relation is Relation.SAME}
    near += [found for one in passed if one.story_id in agreeing and (found := _compared(title, mine, one))]
    return near


def _stored(session: Session, ids: Sequence[int]) -> dict[int, _Stored]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        parameters = [*ids, *[None] * (BEST - len(ids))]
        found = direct.rows(connection, _STORED.format(f"IN ({', '.join('?' * BEST)})"), parameters)
    else:
        found = direct.rows(connection, _STORED.format("= ANY(%s)"), [list(ids)])
    return {row[0]: _Stored(*row) for row in found}


def _compared(title: str, mine: Text, stored: _Stored) -> Neighbour | None:
    """Compare with a stored article; ``None`` if it cannot be read, or if short texts differ in the title."""
    other = _ready(stored.packed, stored.article_id)
    if other is None:
        return None
    their_title, theirs = other
    shorter, longer = sorted((mine, theirs), key=lambda text: text.length)
    titled = shorter.length >= SHORT or titles.agree(title, their_title)
    if not titled:
        its_title = title if shorter is mine else their_title
        told = figures(shorter.sentences) >= FIGURES or titles.tells(its_title, shorter.sentences)
        if longer.length < 2 * SHORT or not told:
            return None
    verdict = compare(mine, theirs)
    if not titled and verdict.relation is not Relation.PART:
        return None
    weighed = titles.considered(verdict, title, their_title)
    return Neighbour(stored.article_id, stored.story_id, theirs, weighed, titled_apart=weighed != verdict)


@lru_cache(maxsize=PREPARED)
def _ready(packed: bytes, article_id: int) -> tuple[str, Text] | None:
    """Return a stored article's canonical title and prepared body, ``None`` if its record is damaged."""
    other = readable(packed, article_id)
    return None if other is None else (other.canonical_title, prepare(other.canonical_body))
