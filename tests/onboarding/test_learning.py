"""What is learned of the replica portals reads them as their truth says."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
from dataclasses import dataclass
from types import ModuleType

import pytest

from crawler.onboarding.kinship import probe_of
from crawler.onboarding.learned import Learned, learn
from crawler.onboarding.newcomer import spider_of
from crawler.onboarding.saved import read_captured
from crawler.onboarding.source import Spider, source
from crawler.onboarding.survey import Survey
from crawler.onboarding.visit import Captured
from crawler.records import record
from crawler.replica.clock import START
from crawler.replica.portal import Portal
from crawler.spider import PortalSpider
from crawler.text.canonical import canonical
from tests.onboarding.looking import Get, getter, look, pipelines, portals
from tests.world import ROOT

OTHERS = 7  # every so many articles that were no samples are read too


@dataclass
class Taken:
    """A portal that was taken in."""

    portal: Portal
    get: Get
    seen: Survey
    learned: Learned
    made: Spider
    spider: PortalSpider


@pytest.fixture(scope="module", params=sorted(portals()))
def taken(request: pytest.FixtureRequest) -> Taken:
    portal = portals()[request.param]
    get = getter(portal)
    seen = look(get, f"{portal.definition.base}/")
    learned = learn(seen, pipelines())
    made = spider_of(seen, learned, f"{portal.name}2")
    return Taken(portal, get, seen, learned, made, probe_of(made))


def test_all_sections_are_found_by_name(taken: Taken) -> None:
    portal = taken.portal
    wanted = {section.name: portal.list_path(slug, 1) for slug, section in portal.sections.items()}
    assert taken.made.sections == wanted
    assert taken.made.portal == portal.definition.title


def test_selectors_hold_without_the_generic_reader(taken: Taken) -> None:
    assert {"entries", "next_page", "title", "body"} <= taken.made.rules.keys()
    assert not taken.made.generic
    assert ("entry_date" in taken.made.rules) == bool(taken.portal.definition.shows)
    assert ("byline" in taken.made.rules) == bool(taken.portal.definition.shows)


def test_the_written_spider_starts_with_its_sections(taken: Taken) -> None:
    module = ModuleType("spiders.written")
    exec(compile(source(taken.made), "spiders/written.py", "exec"), module.__dict__)  # noqa: S102  our own file
    spider = getattr(module, taken.made.class_name)()

    async def first_requests() -> list[str]:
        return [request.url async for request in spider.start()]

    firsts = [taken.portal.list_path(slug, 1) for slug in taken.portal.sections]
    assert asyncio.run(first_requests()) == [taken.portal.definition.base + path for path in firsts]


def test_every_list_page_is_read(taken: Taken) -> None:
    portal, size = taken.portal, taken.portal.definition.page_size
    for slug in portal.sections:
        articles = portal.visible(START, slug)
        count = portal.pages(slug, START)
        for number in range(1, count + 1):
            got = fetched(taken, portal.definition.base + portal.list_path(slug, number))
            wanted = [portal.url(article) for article in articles[(number - 1) * size : number * size]]
            assert [entry.url for entry in taken.spider.read_entries(got.page)] == wanted
            following = portal.definition.base + portal.list_path(slug, number + 1)
            assert taken.spider.read_next(got.page) == (following if number < count else None)


def test_articles_are_read_as_the_truth_says(taken: Taken) -> None:
    portal = taken.portal
    sampled = {
        portal.article_at(seen.url.removeprefix(portal.definition.base)) for seen, _ in taken.seen.articles
    }
    wrong = []
    for article_id in sorted({*filter(None, sampled), *portal.visible(START)[::OTHERS]}):
        truth = portal.truth(article_id, START)
        got = fetched(taken, portal.url(article_id))
        article = read_captured(taken.spider, got, pipelines(), truth.section[-1])
        found = record(article)
        pairs = {
            "title": (canonical(truth.title), found["canonical_title"]),
            "body": (canonical(truth.body), found["canonical_body"]),
            "published": (truth.published, found["published"] and found["published"].removesuffix("+08:00")),
            "source": (canonical(truth.source or ""), found["source"] or ""),
            "authors": (sorted(truth.authors), sorted(found["authors"])),
            "editors": (sorted(truth.editors), sorted(found["editors"])),
            "section": (list(truth.section), found["section"]),
        }
        wrong += [f"{article_id} {name}: {want} {is_}" for name, (want, is_) in pairs.items() if want != is_]
        wrong += [f"{article_id}: the generic reader had to supply {name}" for name in article.fallbacks]
    assert not wrong, "\n".join(wrong)


def test_the_file_is_small_clean_and_says_what_was_learned(taken: Taken) -> None:
    text = source(taken.made)
    assert 10 <= len(text.splitlines()) <= 40
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--stdin-filename", f"spiders/{taken.made.name}.py", "-"],
            cwd=ROOT,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (cls,) = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    said = {
        target.id: ast.literal_eval(node.value)
        for node in cls.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert said.pop("sections") == taken.made.sections
    assert said == {
        "name": taken.made.name,
        "portal": taken.made.portal,
        "base": taken.made.base,
        **taken.made.rules,
    }


def fetched(taken: Taken, url: str) -> Captured:
    return asyncio.run(taken.get(url))  # type: ignore[arg-type]  # it is a coroutine function
