"""Which watches an article matches, all in one pass over its text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from crawler.alerts.query import Query, Term, holds, parse, terms

if TYPE_CHECKING:
    from collections.abc import Mapping


class Matchable(Protocol):
    """What of an article is matched; ``crawler.items.Article`` is one."""

    portal: str
    canonical_title: str
    canonical_body: str
    canonical_source: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """A watch that an article matches, with the words of its query that were found, as written there."""

    watch: str
    terms: tuple[Term, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words and phrases as the query writes them, with their field if it names one."""
        return tuple(f"{term.field}:{term.shown}" if term.field else term.shown for term in self.terms)


class Matcher:
    """All watches, made ready; build it once, match many articles.

    ``watches`` maps names to queries. Raises ``QueryError`` for a query that cannot be read.
    """

    def __init__(self, watches: Mapping[str, str]) -> None:
        self._order = {name: number for number, name in enumerate(watches)}
        self._queries: dict[str, Query] = {name: parse(query) for name, query in watches.items()}
        self._wanted = {name: terms(query, wanted_only=True) for name, query in self._queries.items()}
        self._watches_of: dict[Term, list[str]] = {}
        # Terms by their first two characters (or only one): a text has far fewer pairs than there are terms.
        self._heads: dict[str, list[Term]] = {}
        for name, query in self._queries.items():
            for term in terms(query):
                if term not in self._watches_of:
                    self._watches_of[term] = []
                    self._heads.setdefault(_head(term), []).append(term)
                self._watches_of[term].append(name)

    def match(self, article: Matchable) -> list[Match]:
        """Return the watches that ``article`` matches, in the order in which they were given."""
        found = self._found(article)
        touched = {name for term in found for name in self._watches_of[term]}
        return [
            Match(name, tuple(term for term in self._wanted[name] if term in found))
            for name in sorted(touched, key=self._order.__getitem__)
            if holds(self._queries[name], found)
        ]

    def _found(self, article: Matchable) -> set[Term]:
        title = article.canonical_title.lower()
        source = (article.canonical_source or "").lower()
        everywhere = f"{title}\n{article.canonical_body.lower()}"
        portal = article.portal.lower()
        places = {None: everywhere, "title": title, "source": source}
        all_text = f"{everywhere}\n{source}\n"
        heads = set(all_text) | set(map("".join, pairwise(all_text)))
        found = {
            term
            for head in self._heads.keys() & heads
            for term in self._heads[head]
            if term.field != "portal" and term.found_in(places[term.field])
        }
        found.update(term for term in self._heads.get(_portal_head(portal), ()) if term.text == portal)
        return found


def _head(term: Term) -> str:
    return _portal_head(term.text) if term.field == "portal" else term.text[:2]


def _portal_head(name: str) -> str:
    return f"portal:{name}"
