"""Selectors name elements by what people called them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.onboarding.naming import is_stable, selectors
from crawler.selectors import elements

PAGE = """
<body><div class="wrap w1000"><div id="list_8841" class="news-list fl"><ul>
<li class="odd item"><h3><a href="/1.html" class="css-1x8kq0">甲</a></h3><i class="date">2026-01-01</i></li>
<li class="even item"><h3><a href="/2.html">乙</a></h3><i class="date">2026-01-02</i></li>
</ul></div><h1 class="tit">丙</h1><div id="content"><p>丁</p></div></div></body>
"""


@pytest.mark.parametrize(
    "name", ["content", "news_list", "TRS_Editor", "articleCon", "pages", "-main", "list2"]
)
def test_names_that_people_give_are_stable(name: str) -> None:
    assert is_stable(name)


@pytest.mark.parametrize(
    "name",
    ["", "list_8841", "css-1x8kq0", "col-md-12", "w1000", "a:b", "data-v-77", "栏目", "sc-bdVaJa", "x y"],
)
def test_generated_and_counted_names_are_not(name: str) -> None:
    assert not is_stable(name)


@pytest.mark.parametrize(
    ("path", "best"),
    [("//h1", "h1"), ("//div[p]", "#content"), ("//i", ".date"), ("//a", ".item a")],
)
def test_the_shortest_telling_name_comes_first(path: str, best: str) -> None:
    assert selectors(html.document_fromstring(PAGE).xpath(path)[0])[0] == best


def test_every_selector_finds_its_element_and_none_counts() -> None:
    root = html.document_fromstring(PAGE)
    for element in root.iter():
        for selector in selectors(element):
            assert element in elements(selector, root), selector
            assert ":" not in selector


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30), st.text(max_size=30))
def test_hostile_names_make_no_invalid_selector(name: str, other: str) -> None:
    root = html.document_fromstring("<body><div><p>x</p></div></body>")
    element = root.find(".//p")
    parent = root.find(".//div")
    for node, attribute, value in ((element, "id", name), (element, "class", other), (parent, "class", name)):
        try:
            node.set(attribute, value)
        except ValueError:  # what XML cannot hold
            return
    for selector in selectors(element):
        assert element in elements(selector, root)
