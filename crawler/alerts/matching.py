"""Which watches an article matches: one pass over its text for the words of all of them.

An automaton (Aho–Corasick) finds all words, then the boolean part is looked at, only for those watches of
which a word was found that they cannot do without. ``crawler.query.evaluate`` says the same, watch by watch.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol

from crawler.alerts.anchors import anchors
from crawler.alerts.automaton import Automaton
from crawler.alerts.conditions import condition, true
from crawler.query import evaluate, regions
from crawler.query.errors import QueryError
from crawler.query.evaluate import Subject
from crawler.query.parser import parse
from crawler.query.syntax import Region, atoms, shown
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crawler.alerts.conditions import Condition
    from crawler.query.syntax import Atom, Query


class Matchable(Protocol):
    """What of an article is matched; ``crawler.items.Article`` is one.

    Where an object has them, these count too: ``section`` (names, the innermost last), ``site`` (what the
    portal calls itself), ``region`` (the place of its portal), ``kind`` (new, changed, withdrawn).
    """

    portal: str
    canonical_title: str
    canonical_body: str
    canonical_source: str | None


class Match:
    """A watch that an article matches; what hit is worked out when somebody asks."""

    def __init__(self, watch: str, query: str, asked: _Asked) -> None:
        self.watch = watch
        self._query = query
        self._asked = asked

    def __repr__(self) -> str:
        return f"Match({self.watch!r}, {self.words!r})"

    @cached_property
    def terms(self) -> tuple[Atom, ...]:
        """What of the query was found, in its order; nothing that it forbids."""
        # Parsed once more, where it matched: a hundred thousand syntax trees would fill the memory.
        return tuple(filter(self._asked.has, atoms(parse(self._query), wanted_only=True)))

    @property
    def in_text(self) -> tuple[Atom, ...]:
        """What of ``terms`` stands in title or text; the others are true of the portal, say."""
        return tuple(filter(self._asked.in_text, self.terms))

    @property
    def words(self) -> tuple[str, ...]:
        """The words and phrases that hit as the query writes them, with their field if it names one."""
        return tuple(map(shown, self.terms))

    @property
    def hits(self) -> tuple[str, ...]:
        """The same as ``words``."""
        return self.words


class Matcher:
    """All watches, made ready; build it once, match many articles.

    ``watches`` maps names to queries. Raises ``QueryError`` for a query that cannot be read; with ``refused``
    that is told the name and the error, and the watch is left out.
    """

    def __init__(
        self, watches: Mapping[str, str], refused: Callable[[str, QueryError], None] | None = None
    ) -> None:
        self._watches: list[tuple[str, str]] = []
        self._conditions: list[Condition] = []
        self._always: list[int] = []  # watches that no text announces
        self._owners: dict[str, int | list[int]] = {}  # by a text without which they cannot be true
        texts: dict[str, str] = {}
        with _without_garbage():
            for name, written in watches.items():
                try:
                    query = parse(written)
                except QueryError as error:
                    if refused is None:
                        raise
                    refused(name, error)
                else:
                    self._add(name, written, query, texts)
            self._automaton = Automaton(texts)

    def match(self, article: Matchable, kind: str | None = None) -> list[Match]:
        """Return the watches that ``article`` matches, in the order in which they were given.

        ``kind`` says what happened to it; without, the article's own ``kind`` does, else it is ``new``.
        """
        subject = subject_of(article, kind)
        asked = _Asked(subject)
        here = self._automaton.found(subject.everywhere)
        beside = self._automaton.found("\n".join((subject.source, subject.section, *subject.portals)))
        conditions = self._conditions
        matched = [
            number for number in self._candidates(here | beside) if true(conditions[number], here, asked.has)
        ]
        found = [self._watches[number] for number in sorted(matched)]
        return [Match(name, query, asked) for name, query in found]

    def _add(self, name: str, written: str, query: Query, texts: dict[str, str]) -> None:
        number = len(self._watches)
        self._watches.append((name, written))
        needed = anchors(query)
        for text in needed:
            self._own(texts.setdefault(text, text), number)
        if not needed:
            self._always.append(number)
        self._conditions.append(condition(query, texts))

    def _own(self, text: str, number: int) -> None:
        owners = self._owners.setdefault(text, number)
        if isinstance(owners, list):
            owners.append(number)
        elif owners != number:
            self._owners[text] = [owners, number]

    def _candidates(self, found: set[str]) -> set[int]:
        candidates = set(self._always)
        for text in self._owners.keys() & found:
            owners = self._owners[text]
            if isinstance(owners, int):
                candidates.add(owners)
            else:
                candidates.update(owners)
        return candidates


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Let nobody look for garbage: there is none, and looking through what grows is a quarter of the time."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def subject_of(article: Matchable, kind: str | None = None) -> Subject:
    """Return what a query is asked about ``article``."""
    section = getattr(article, "section", ())
    names = (section,) if isinstance(section, str) else tuple(section or ())
    site = getattr(article, "site", "")
    region = getattr(article, "region", "")
    return Subject(
        title=article.canonical_title.lower(),
        body=article.canonical_body.lower(),
        source=(article.canonical_source or "").lower(),
        portals=tuple(_folded(name) for name in (article.portal, site) if name),
        section="\n".join(map(_folded, names)),
        kind=kind or getattr(article, "kind", None) or "new",
        region=regions.code(region) if region else "",
    )


@lru_cache(maxsize=1024)  # a portal has the same few names on every page
def _folded(name: str) -> str:
    return canonical(name).lower()


class _Asked:
    """Answers about one article, each atom looked up once."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._known: dict[Atom, bool] = {}

    def in_text(self, atom: Atom) -> bool:
        if isinstance(atom, Region):
            return not evaluate.lies_in(atom, self._subject.region)
        return getattr(atom, "field", None) in {None, "title"}

    def has(self, atom: Atom) -> bool:
        answer = self._known.get(atom)
        if answer is None:
            answer = self._known[atom] = evaluate.has(atom, self._subject)
        return answer
