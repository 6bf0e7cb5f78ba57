"""Named rules that recognise blocks by phrases: read from data, matched against folded text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, where it applies, what a block must match and what it must not.

    ``max_chars`` bounds the length of a block that it may match; a ``cascade`` rule opens a notice that goes
    on to the end of the article.
    """

    name: str
    scopes: frozenset[Scope]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    max_chars: int
    cascade: bool

    def matches(self, folded: str) -> bool:
        """Whether the rule matches a block's folded text (see ``crawler.text.markers.fold``)."""
        return (
            len(folded) <= self.max_chars
            and self.pattern.search(folded) is not None
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
                    pattern=_compile(entry["pattern"]),
                    unless=_compile(entry["unless"]) if "unless" in entry else None,
                    max_chars=entry.get("max_chars", 10_000),
                    cascade=entry.get("cascade", False),
                )
            )
        except (re.error, ValueError, KeyError) as problem:
            raise ValueError(f"rule {entry.get('name', '?')!r}: {problem}") from problem
    return rules


def _compile(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
