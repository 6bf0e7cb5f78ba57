"""Small replicas of many systems, whose lists are shorter than what stands beside them."""

from __future__ import annotations

from functools import cache

import pytest

from crawler.onboarding.kinship import on_family
from crawler.onboarding.learned import Learned, learn
from crawler.onboarding.newcomer import spider_of
from crawler.onboarding.source import Spider, source
from crawler.onboarding.visit import Captured
from crawler.replica.clock import START
from crawler.replica.load import ROOT, load_portal, load_texts
from crawler.replica.portal import Portal
from tests.onboarding.looking import Get, getter, look, page, pipelines

FAMILIES = sorted(path.name for path in (ROOT / "families").iterdir() if path.is_dir())


@cache
def portal_of(family: str) -> Portal:
    return load_portal(ROOT / "families" / family, load_texts(ROOT / "texts"))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_lists_are_found_and_not_what_stands_beside_them(family: str) -> None:
    portal = portal_of(family)
    seen = look(getter(portal), f"{portal.definition.base}/", sample=2)
    size = portal.definition.page_size
    for section, slug in zip(seen.sections, portal.sections, strict=True):
        wanted = [portal.url(article) for article in portal.visible(START, slug)]
        assert [entry.url for entry in section.entries] == wanted[:size]


def taken_in(get: Get, portal: Portal) -> tuple[Spider, Learned]:
    seen = look(get, f"{portal.definition.base}/")
    learned = learn(seen, pipelines())
    return on_family(seen, learned, spider_of(seen, learned, "newcomer"), pipelines()), learned


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "tables"])
def test_a_portal_on_a_known_system_is_a_few_lines(family: str) -> None:
    portal = portal_of(family)
    spider, learned = taken_in(getter(portal), portal)
    assert spider.family == f"crawler.families.{family}.{family.capitalize()}Spider"
    body = source(spider).partition("\nclass ")[2].strip().splitlines()
    assert len(body) <= 12
    assert f"class NewcomerSpider({family.capitalize()}Spider):" in source(spider)
    assert all("selector" not in note for note in learned.notes)


def test_selectors_are_learned_where_the_family_s_own_rules_fail() -> None:
    portal = portal_of("wordpress")
    served = getter(portal)

    async def themed(url: str) -> Captured:
        seen = await served(url)
        return page(
            seen.url, seen.body.replace(b"entry-content", b"story"), {"Content-Type": seen.content_type}
        )

    spider, learned = taken_in(themed, portal)
    assert spider.family == ""
    assert spider.rules["body"] == ".story"
    assert "it looks like WordPress, but" in learned.notes[-1]
    assert "its rules find no body; so selectors were learned" in learned.notes[-1]


def test_a_spider_has_another_name_than_its_family() -> None:
    spider = Spider("jcms", "甲", "http://a.example", {}, {}, False, (), "crawler.families.jcms.JcmsSpider")
    assert "class JcmsSiteSpider(JcmsSpider):" in source(spider)
