"""Small replicas of many systems, whose lists are shorter than what stands beside them."""

from __future__ import annotations

from functools import cache

import pytest

from crawler.onboarding.survey import NoPortal
from crawler.replica.clock import START
from crawler.replica.load import ROOT, load_portal, load_texts
from crawler.replica.portal import Portal
from tests.onboarding.looking import getter, look

SCRIPTED = "jcms"  # its lists are written by a script
FAMILIES = sorted(path.name for path in (ROOT / "families").iterdir() if path.is_dir())


@cache
def portal_of(family: str) -> Portal:
    return load_portal(ROOT / "families" / family, load_texts(ROOT / "texts"))


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != SCRIPTED])
def test_the_lists_are_found_and_not_what_stands_beside_them(family: str) -> None:
    portal = portal_of(family)
    seen = look(getter(portal), f"{portal.definition.base}/", sample=2)
    size = portal.definition.page_size
    for section, slug in zip(seen.sections, portal.sections, strict=True):
        wanted = [portal.url(article) for article in portal.visible(START, slug)]
        assert [entry.url for entry in section.entries] == wanted[:size]


def test_lists_that_a_script_writes_are_left_to_their_family() -> None:
    portal = portal_of(SCRIPTED)
    with pytest.raises(NoPortal, match=r"no sections found.*JcmsSpider \(docs/families\.md\)$"):
        look(getter(portal), f"{portal.definition.base}/")
