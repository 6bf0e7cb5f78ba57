"""Every family on its replica: all articles equal their truth, lists are followed to the end."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Article
from crawler.records import displayed
from crawler.replica.clock import START
from crawler.replica.portal import Portal
from crawler.replica.records import Truth
from crawler.spider import PortalSpider
from crawler.text.canonical import canonical
from tests.families import portals
from tests.families.visiting import family_portals, visit

REPLICAS = family_portals()


def differences(truth: Truth, article: Article) -> list[str]:
    """Return a line for each field that is not the truth."""
    # Where a page tells its seconds in an attribute only, they are no contradiction.
    published = (displayed(article.published) or "").removesuffix("+08:00")[: len(truth.published or "")]
    pairs: dict[str, tuple[Any, Any]] = {
        "title": (canonical(truth.title), article.canonical_title),
        "body": (canonical(truth.body), article.canonical_body),
        "published": (truth.published or "", published),
        "source": (canonical(truth.source or ""), canonical(article.source or "")),
        "authors": (sorted(truth.authors), sorted(map(canonical, article.authors))),
        "editors": (sorted(truth.editors), sorted(map(canonical, article.editors))),
        "section": (list(truth.section), list(map(canonical, article.section))),
    }
    return [f"{article.url} {name}:\n  {want}\n  {got}" for name, (want, got) in pairs.items() if want != got]


def assert_true(portal: Portal, articles: dict[str, Article]) -> None:
    wanted = {portal.url(article_id): portal.truth(article_id, START) for article_id in portal.visible(START)}
    assert articles.keys() == wanted.keys()
    wrong = [line for url, truth in wanted.items() for line in differences(truth, articles[url])]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", portals.BY_SYSTEM)
def test_every_article_equals_its_truth(name: str, tmp_path: Path) -> None:
    portal = REPLICAS[name]
    assert len(portal.visible(START)) == 12
    visited = visit(portals.BY_SYSTEM[name], portal, tmp_path)
    assert_true(portal, visited.articles)
    lists = [
        portal.list_path(slug, page)
        for slug in portal.sections
        for page in range(1, portal.pages(slug, START) + 1)
    ]
    assert sorted(path for path in visited.paths if path in lists) == sorted(lists)
    assert "portalwatch/errors" not in visited.stats
    unread = {article.url: article.fallbacks for article in visited.articles.values() if article.fallbacks}
    assert not unread


@pytest.mark.parametrize("cls", portals.BY_ACCESS, ids=lambda cls: cls.name)
def test_other_ways_in_bring_the_same_articles(cls: type[PortalSpider], tmp_path: Path) -> None:
    portal = REPLICAS["wordpress"]
    visited = visit(cls, portal, tmp_path)
    assert_true(portal, visited.articles)
    assert "portalwatch/errors" not in visited.stats


@pytest.mark.parametrize("cls", [*portals.BY_SYSTEM.values(), *portals.BY_ACCESS], ids=lambda cls: cls.name)
def test_a_portal_on_a_family_is_at_most_twelve_lines(cls: type[PortalSpider]) -> None:
    assert len(inspect.getsource(cls).strip().splitlines()) <= 12
