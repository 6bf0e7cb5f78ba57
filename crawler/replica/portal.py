"""One replica portal at a moment of its clock: what is out, in which state, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.replica.records import Definition, Posting, Section, Text, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_SUMMARY = 68  # characters of a list entry's summary


@dataclass(frozen=True, slots=True)
class Story:
    """An article as it stands on the portal at one moment, clean and in Simplified; templates read it."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    path: str
    url: str
    section: Section
    published: datetime
    changed: datetime
    views: int
    source: str
    editors: tuple[str, ...]
    origin: str
    lunar: str
    image: bool

    @property
    def summary(self) -> str:
        """The first characters of the text, as list pages show them."""
        text = "".join(self.paragraphs)
        return text[:_SUMMARY] + "…" * (len(text) > _SUMMARY)


class Portal:
    """A portal's articles against a clock. All moments are aware."""

    def __init__(
        self, definition: Definition, postings: Iterable[Posting], texts: Mapping[str, Text]
    ) -> None:
        self.definition = definition
        self.sections = {section.slug: section for section in definition.sections}
        self._postings = {posting.id: posting for posting in postings}
        self._texts = {posting.id: texts[posting.text] for posting in self._postings.values()}
        self._order = sorted(self._postings.values(), key=lambda it: (it.published, it.id), reverse=True)
        self._by_path = {self._path(posting): posting.id for posting in self._order}

    @property
    def name(self) -> str:
        """The portal's name, which is its spider's name too."""
        return self.definition.name

    @property
    def ids(self) -> tuple[str, ...]:
        """Every article that the portal ever has, newest first."""
        return tuple(posting.id for posting in self._order)

    def posting(self, article_id: str) -> Posting:
        """Return how an article is posted; an unknown id raises KeyError."""
        return self._postings[article_id]

    def text(self, article_id: str) -> Text:
        """Return the clean text that an article carries."""
        return self._texts[article_id]

    def article_at(self, path: str) -> str | None:
        """Return the id of the article with this path and query, None for another page."""
        return self._by_path.get(path)

    def is_out(self, article_id: str, at: datetime) -> bool:
        """Return whether the article has appeared and is not withdrawn."""
        posting = self._postings[article_id]
        return posting.appears <= at and not self.is_withdrawn(article_id, at)

    def is_withdrawn(self, article_id: str, at: datetime) -> bool:
        """Return whether the article was taken away again by then."""
        withdrawn = self._postings[article_id].withdrawn
        return withdrawn is not None and withdrawn <= at

    def visible(self, at: datetime, section: str | None = None) -> list[str]:
        """Return the articles that are out, newest first, of one section or of all."""
        return [it.id for it in self._order if section in (None, it.section) and self.is_out(it.id, at)]

    def list_path(self, section: str, page: int) -> str:
        """Return the path of a list page; pages count from 1."""
        pattern = self.definition.paths["first" if page == 1 else "list"]
        return pattern.format(slug=section, page=page, before=page - 1)

    def pages(self, section: str, at: datetime) -> int:
        """Return the number of a section's list pages, at least 1."""
        return max(1, -(-len(self.visible(at, section)) // self.definition.page_size))

    def url(self, article_id: str) -> str:
        """Return the address of an article on the real host."""
        return self.definition.base + self._path(self._postings[article_id])

    def story(self, article_id: str, at: datetime, base: str = "") -> Story:
        """Return an article as it stands at a moment; ``base`` replaces the portal's own address."""
        posting, text = self._postings[article_id], self._texts[article_id]
        paragraphs = _changed(text.paragraphs, posting.changes)
        title, changed = posting.title or text.title, posting.appears
        for edit in posting.edited:
            if edit.at <= at:
                paragraphs, title, changed = _changed(paragraphs, edit.changes), edit.title or title, edit.at
        path = self._path(posting)
        return Story(
            id=article_id,
            title=title,
            paragraphs=paragraphs,
            path=path,
            url=(base or self.definition.base) + path,
            section=self.sections[posting.section],
            published=posting.published,
            changed=changed,
            views=posting.views,
            source=posting.source,
            editors=posting.editors,
            origin=posting.origin,
            lunar=posting.lunar,
            image=posting.image,
        )

    def truth(self, article_id: str, at: datetime) -> Truth:
        """Return what a perfect crawl stores of the article at a moment."""
        story, definition = self.story(article_id, at), self.definition
        body = "".join(story.paragraphs)
        formats = {"minute": "%Y-%m-%dT%H:%M", "day": "%Y-%m-%d"}
        shown = formats.get(definition.shows)
        source = story.source
        if not definition.shows_source or (
            definition.shows_source == "reporter" and f"（{source}" not in body
        ):
            source = ""
        return Truth(
            title=story.title,
            paragraphs=story.paragraphs,
            published=story.published.strftime(shown) if shown else None,
            source=source or None,
            authors=tuple(name for name in self._texts[article_id].reporters if name in body),
            editors=story.editors,
            section=story.section.trail,
        )

    def _path(self, posting: Posting) -> str:
        pattern = self.definition.paths["article"]
        return pattern.format(id=posting.id, slug=posting.section, date=posting.published)


def _changed(paragraphs: tuple[str, ...], changes: Mapping[int, str]) -> tuple[str, ...]:
    numbered = dict(enumerate(paragraphs)) | dict(changes)
    return tuple(numbered[number] for number in sorted(numbered) if numbered[number])
