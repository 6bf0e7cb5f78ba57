"""Pages of a replica portal: a Jinja2 template, damaged, as the bytes that go over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jinja2

from crawler.replica.damage import Damage
from crawler.text.readings import first_reading

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.replica.portal import Portal, Story

# A run of text between tags, quotes and line ends that holds a Han character. Damage is done to each run
# on its own, attributes included, so that a cut character never swallows markup.
_RUN = re.compile(r'[^<>"\n]*[\u3400-\u9fff][^<>"\n]*')
_LATEST = 8
_RELATED = 6


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one page, with the encoding they are in and when the page changed last."""

    body: bytes
    encoding: str
    changed: datetime


def _reading(char: str, toned: bool) -> str | None:
    return first_reading(char, toned=toned)


class Renderer:
    """Renders the pages of one portal; ``base`` (scheme and host) replaces the portal's own address."""

    def __init__(self, portal: Portal, base: str = "") -> None:
        self.portal = portal
        self.base = base or portal.definition.base
        self.damage = Damage(portal.definition.recipe, _reading)
        self._runs: dict[str, str] = {}
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(portal.definition.directory / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(ago=ago, weekday=weekday)

    def front(self, at: datetime) -> Document:
        """Return the front page."""
        heads = {
            slug: self._stories(self.portal.visible(at, slug)[:_LATEST], at) for slug in self.portal.sections
        }
        return self._document("front.j2", at, self._newest(self.portal.visible(at), at), heads=heads)

    def listing(self, slug: str, page: int, at: datetime) -> Document | None:
        """Return a list page, None where the section has no such page."""
        portal, size = self.portal, self.portal.definition.page_size
        if slug not in portal.sections or not 1 <= page <= portal.pages(slug, at):
            return None
        listed = portal.visible(at, slug)
        return self._document(
            "list.j2",
            at,
            self._newest(listed, at),
            encoding=portal.sections[slug].encoding,
            section=portal.sections[slug],
            entries=self._stories(listed[(page - 1) * size : page * size], at),
            page=page,
            pages=portal.pages(slug, at),
        )

    def article(self, article_id: str, at: datetime) -> Document:
        """Return an article's page."""
        portal, story = self.portal, self.portal.story(article_id, at, self.base)
        listed = portal.visible(at, story.section.slug)
        place = listed.index(article_id)
        after, before = listed[max(0, place - 1) : place], listed[place + 1 : place + 2]
        # Neighbours in a fixed rotation: a page stays the same as long as its section does.
        others = (listed[place + 1 :] + listed[:place])[1 : _RELATED + 1]
        return self._document(
            "article.j2",
            at,
            story.changed,
            encoding=story.section.encoding,
            article=story,
            section=story.section,
            newer=self._stories(after, at),
            older=self._stories(before, at),
            related=self._stories(others, at),
            origin=portal.definition.origins.get(story.origin),
        )

    def overview(self, template: str, at: datetime) -> Document:
        """Return a document about all articles, such as a feed or a sitemap."""
        listed = self.portal.visible(at)
        return self._document(template, at, self._newest(listed, at), articles=self._stories(listed, at))

    def notice(self, template: str, at: datetime) -> Document:
        """Return a page without an article, such as ``gone.j2``."""
        return self._document(template, at, at)

    def _document(
        self, template: str, at: datetime, changed: datetime, encoding: str = "", **context: Any
    ) -> Document:
        definition = self.portal.definition
        encoding = encoding or definition.encoding
        html = self._environment.get_template(template).render(
            site=definition,
            base=self.base,
            host=self.base.partition("://")[2],
            sections=self.portal.sections,
            list_path=self.portal.list_path,
            latest=self._stories(self.portal.visible(at)[:_LATEST], at),
            now=at,
            **context,
        )
        shown = _RUN.sub(lambda run: self._damaged(run[0]), html)
        return Document(shown.encode(encoding, "xmlcharrefreplace"), encoding, changed)

    def _damaged(self, run: str) -> str:
        if run not in self._runs:
            self._runs[run] = self.damage(run)
        return self._runs[run]

    def _stories(self, ids: list[str], at: datetime) -> list[Story]:
        return [self.portal.story(article_id, at, self.base) for article_id in ids]

    def _newest(self, ids: list[str], at: datetime) -> datetime:
        return max((story.changed for story in self._stories(ids, at)), default=at)


def ago(moment: datetime, now: datetime) -> str:
    """Return the age of a post in words and its date, as blog themes print it: ``3个月前 (2024-09-26)``."""
    days = (now.date() - moment.date()).days
    for length, unit in ((365, "年"), (30, "个月"), (7, "周"), (1, "天")):
        if days >= length:
            return f"{days // length}{unit}前 ({moment:%Y-%m-%d})"
    hours = max(1, int((now - moment).total_seconds() // 3600))
    return f"{hours}小时前 ({moment:%Y-%m-%d})"


def weekday(moment: datetime) -> str:
    """Return the day of the week as a page header shows it, such as ``星期四``."""
    return "星期" + "一二三四五六日"[moment.weekday()]
