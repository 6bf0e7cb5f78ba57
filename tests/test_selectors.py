"""Selectors as spiders write them."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.selectors import SelectorInvalid, compile_selector, elements, texts

PAGE = html.document_fromstring(
    '<div id="a"><p>一 <b>二</b></p><p>  </p><a href="/x" title="全">短…</a></div><!-- note --><p>三</p>'
)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("div p", ["一 二"]),
        ("//div/p", ["一 二"]),
        (".//p/text()", ["一", "三"]),
        ("(//p)[3]", ["三"]),
        ("b::text", ["二"]),
        ("a::attr(title)", ["全"]),
        ("//a/@href", ["/x"]),
        ("string(//b)", ["二"]),
        ("normalize-space(//p[1])", ["一 二"]),
        ("count(//p)", ["3.0"]),
        ("boolean(//p)", []),
        ("h1", []),
    ],
)
def test_css_and_xpath_find_texts(selector: str, found: list[str]) -> None:
    assert texts(selector, PAGE) == found


def test_breaks_inside_an_element_part_lines() -> None:
    page = html.document_fromstring(
        "<td>【某网】<br>栏目：<a>要闻</a><!-- x -->栏<br>时间：<b>1</b> 日<p>尾</p></td>"
    )
    assert texts("//td | //body[not(//td)]", page) == ["【某网】\n栏目：要闻栏\n时间：1 日\n尾"]


def test_elements_are_elements_only() -> None:
    assert [node.tag for node in elements("//div/node()", PAGE)] == ["p", "p", "a"]
    assert elements("//p/text()", PAGE) == []
    assert elements("count(//p)", PAGE) == []


def test_of_alternatives_the_first_that_finds_something_counts() -> None:
    assert texts(("h1", ".none"), PAGE) == []
    assert texts(("h1", "b", "p"), PAGE) == ["二"]
    assert [node.tag for node in elements(("h1", "b", "a"), PAGE)] == ["b"]
    assert elements(("h1", "h2"), PAGE) == []


@pytest.mark.parametrize("selector", ["", "  ", "div[", "//div[", "p::before", "p:nosuch", "$x"])
def test_what_is_neither_is_refused(selector: str) -> None:
    with pytest.raises(SelectorInvalid):
        compile_selector(selector)
