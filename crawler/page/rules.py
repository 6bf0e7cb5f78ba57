"""Named rules that recognise blocks by phrases: read from data, matched against folded text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ESCAPES_AND_SETS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_GROUP = re.compile(r"\([^()]*\)")


class Scope(StrEnum):
    """Where in an article a rule may apply.

    ``anywhere``; ``head``: before the first solid paragraph; ``tail``: behind the last solid paragraph
    that no rule matches; ``late``: in the last third of the blocks; ``end``: with nothing kept behind it.
    """

    ANYWHERE = "anywhere"
    HEAD = "head"
    TAIL = "tail"
    LATE = "late"
    END = "end"


class Phrases:
    """Patterns of which one is to match somewhere in a text. Raises ``re.error``."""

    def __init__(self, patterns: Sequence[str]) -> None:
        opening = [pattern for pattern in patterns if _is_opening(pattern)]
        inside = [pattern for pattern in patterns if not _is_opening(pattern)]
        # A search would try what can only open a text at each of its places, which takes most of the time.
        self._opening = _compile(opening) if opening else None
        self._inside = _compile(inside) if inside else None

    def stand_in(self, text: str) -> bool:
        """Whether one of them matches."""
        return (self._opening is not None and self._opening.match(text) is not None) or (
            self._inside is not None and self._inside.search(text) is not None
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, where it applies, what a block must match and what it must not.

    ``max_chars`` bounds the length of a block that it may match; a ``cascade`` rule opens a notice that goes
    on to the end of the article.
    """

    name: str
    scopes: frozenset[Scope]
    pattern: Phrases
    unless: re.Pattern[str] | None
    max_chars: int
    cascade: bool

    def matches(self, folded: str) -> bool:
        """Whether the rule matches a block's folded text (see ``crawler.text.markers.fold``)."""
        return (
            len(folded) <= self.max_chars
            and self.pattern.stand_in(folded)
            and (self.unless is None or self.unless.search(folded) is None)
        )


def load(text: str) -> list[Rule]:
    """Read rules from a TOML document: ``[[rule]]`` with name, scope, pattern(s), unless, max_chars, cascade.

    Raises ``ValueError`` naming the rule whose pattern or scope is not valid.
    """
    rules = []
    for entry in tomllib.loads(text)["rule"]:
        try:
            rules.append(
                Rule(
                    name=entry["name"],
                    scopes=frozenset(map(Scope, entry["scope"].split())),
                    pattern=Phrases(entry["pattern"]),
                    unless=_compile(entry["unless"]) if "unless" in entry else None,
                    max_chars=entry.get("max_chars", 10_000),
                    cascade=entry.get("cascade", False),
                )
            )
        except (re.error, ValueError, KeyError) as problem:
            raise ValueError(f"rule {entry.get('name', '?')!r}: {problem}") from problem
    return rules


def _is_opening(pattern: str) -> bool:
    """Whether a pattern can match at the start of a text alone: each alternative begins with ``^``."""
    outline, left = "", _ESCAPES_AND_SETS.sub("", pattern)
    while outline != left:
        outline, left = left, _GROUP.sub("", left)
    return all(alternative.startswith("^") for alternative in outline.split("|"))


def _compile(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
