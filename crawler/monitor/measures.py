"""What a run measured at one portal, and the counting of it, article by article. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from crawler.text import model
from crawler.text.markers import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from crawler.items import Article, Block

FIELDS = ("title", "body", "published", "source", "authors", "editors", "section")
KEPT_LENGTHS = 60
"""Lengths of bodies that a row keeps: a first crawl of thousands tells no more than this many."""
GARBLED = -8.0  # prose reaches -4 to -6, mojibake -10 and less
_SCORED = 25  # characters that the score is taken of, at the start, in the middle and at the end
_ENDS = 3  # blocks at each end in which boilerplate would stand
_HAN = re.compile("[\u3400-\u9fff]+")
_ENDED = re.compile(r"[。！？!?.…」』”’\"）)》】;；]$|[日年]$")


@dataclass(slots=True)
class Measures:
    """One run at one portal; every count is of this run.

    ``failure`` is why the visit failed ('' if not), ``finish`` why its spider closed. ``articles`` came
    through the pipelines; ``filled`` counts those with a value, ``fallbacks`` those of which the generic
    reader had to supply it, by field; ``ended`` those whose text ends like one, ``garbled`` those that are no
    likely Chinese, ``leftover`` those in which boilerplate was left. ``refusals`` and ``faults`` count pages
    refused and requests that brought nothing, by kind. ``sections`` holds the entries of each section's first
    page, ``unchanged`` counts those that are as before, ``lengths`` holds the characters of bodies,
    ``newest`` the newest date published (ISO 8601, UTC).
    """

    failure: str = ""
    finish: str = "finished"
    pages: int = 0
    lists: int = 0
    unchanged: int = 0
    entries: int = 0
    requested: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    errors: int = 0
    blocked: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    articles: int = 0
    ended: int = 0
    garbled: int = 0
    leftover: int = 0
    score: float | None = None
    newest: str = ""
    filled: dict[str, int] = field(default_factory=dict)
    fallbacks: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return what ``as_dict`` gave; what another program wrote besides is left out."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in names})

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return asdict(self)


class Tally:
    """Counts the articles of a run; ``leftovers`` are folded phrases that only boilerplate has."""

    def __init__(self, leftovers: Collection[str] = ()) -> None:
        self._leftovers = leftovers
        self._articles = self._ended = self._garbled = self._leftover = 0
        self._filled: Counter[str] = Counter()
        self._lengths: list[int] = []
        self._scores: list[float] = []
        self._newest: datetime | None = None

    def add(self, article: Article) -> None:
        """Count one article that came through the pipelines."""
        self._articles += 1
        length = sum(len(block.text) for block in article.blocks)
        filled = {"body": length > 0 or len(article.blocks) > 1}
        for name in FIELDS:
            if filled[name] if name in filled else getattr(article, name):
                self._filled[name] += 1
        if len(self._lengths) < KEPT_LENGTHS:
            self._lengths.append(length)
        last = article.blocks[-1].text.rstrip() if article.blocks else ""
        self._ended += bool(_ENDED.search(last))
        if han := "".join(_HAN.findall("".join(block.text for block in article.blocks))):
            score = model.score(_sample(han))
            self._scores.append(score)
            self._garbled += score < GARBLED
        blocks = {id(one): one for one in _ends(article.blocks)}.values()
        ends = "\n".join(fold(block.text) for block in blocks)
        self._leftover += any(phrase in ends for phrase in self._leftovers)
        if article.published is not None:
            at = article.published.at
            self._newest = at if self._newest is None else max(at, self._newest)

    def write(self, measures: Measures) -> None:
        """Put what was counted into ``measures``."""
        measures.articles = self._articles
        measures.filled = {name: self._filled[name] for name in FIELDS} if self._articles else {}
        measures.lengths = list(self._lengths)
        measures.ended, measures.garbled, measures.leftover = self._ended, self._garbled, self._leftover
        if self._scores:
            measures.score = round(sum(self._scores) / len(self._scores), 2)
        if self._newest is not None:
            measures.newest = self._newest.isoformat()


def _ends(blocks: list[Block]) -> list[Block]:
    return [*blocks[:_ENDS], *blocks[-_ENDS:]]


def _sample(text: str) -> str:
    """Return three stretches of a text, all of it where it is short: a part may be garbled."""
    if len(text) <= 3 * _SCORED:
        return text
    middle = (len(text) - _SCORED) // 2
    return text[:_SCORED] + text[middle : middle + _SCORED] + text[-_SCORED:]
